# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The parameter table of the manager node."""

import math
from dataclasses import dataclass

from dyn_perception.control.errors import ControlError
from dyn_perception.control.policy import DEFAULT_PRIORITY, OBJECTIVES, Goals
from dyn_perception.nodes.common.parameter_table import ParameterError, parameter

# Of the period; the rest is for what comes after the last group.
_DEADLINE_SHARE = 0.97
# Perception refuses longer ones. Frames of a target below 0.0162 Hz are to end sooner than needed.
_LONGEST_DEADLINE_MS = 60_000.0


@dataclass(frozen=True)
class ManagerSettings:
    """Parameters of the manager node."""

    target_fps: float = parameter(
        30.0,
        'Rate of each camera to hold: a frame is on time within 1/target_fps of its arrival.',
        unit='Hz',
        minimum=0.01,
        maximum=1000.0,
    )
    power_budget_w: float = parameter(
        0.0,
        'Highest mean power of the whole board; 0: none.',
        unit='W',
        minimum=0.0,
        maximum=10_000.0,
    )
    max_temperature_c: float = parameter(
        0.0,
        'Highest temperature of the hottest zone; 0: none.',
        unit='°C',
        minimum=0.0,
        maximum=150.0,
    )
    min_accuracy: float = parameter(
        0.0, 'Lowest expected accuracy; 0: none.', minimum=0.0, maximum=1.0
    )
    objective: str = parameter(
        'accuracy',
        'Among what meets the goals: accuracy takes the most accurate, energy the thriftiest.',
        choices=OBJECTIVES,
    )
    on_time_probability: float = parameter(
        0.97, 'Wanted for each frame.', minimum=0.5, maximum=0.9999
    )
    priority: str = parameter(
        ' '.join(DEFAULT_PRIORITY),
        'The four goals where not all can be met, the one kept longest first; '
        'the last gives way first.',
    )
    enabled: bool = parameter(
        True, 'Whether knobs are set; false leaves them as they are to a person.'
    )
    dry_run: bool = parameter(False, 'Propose in ~/state only, set nothing.')
    anytime: bool = parameter(
        True,
        'Also set deadline_ms of the perception node, where it has one: a frame that would be '
        'late all the same stops after fewer groups.',
    )
    release: str = parameter(
        '',
        'Takes back a knob that a person set (width, placement, deadline_ms, gpu, cpu.<cluster>, '
        'or all), and tries refused values again; reads back empty.',
    )
    profile: str = parameter(
        '',
        'Operating points: file that dyn-perception profile wrote, or name of a simulated board. '
        'Empty: learned from the cost of each width.',
        fixed=True,
    )
    perception_node: str = parameter(
        'perception', 'Name of the perception node; its topics are below it.', fixed=True
    )
    resource_monitor_node: str = parameter(
        'resource_monitor', 'Name of the resource monitor, which sets the clocks.', fixed=True
    )

    def __post_init__(self) -> None:
        """Refuse goals that do not fit together, with a `ParameterError`."""
        try:
            goals(self)
        except ControlError as error:
            raise ParameterError(str(error)) from error


def deadline(settings: ManagerSettings) -> dict[str, float]:
    """Return the deadline of a frame as a knob of the perception node; none without `anytime`."""
    if not settings.anytime:
        return {}
    deadline_ms = round(_DEADLINE_SHARE * 1000 / settings.target_fps, 3)
    return {'deadline_ms': min(deadline_ms, _LONGEST_DEADLINE_MS)}


def goals(settings: ManagerSettings) -> Goals:
    """Return the goals that the parameters ask for.

    Raises:
        ControlError: if they do not fit together.
    """
    return Goals(
        target_fps=settings.target_fps,
        power_budget_w=settings.power_budget_w or math.inf,
        max_temperature_c=settings.max_temperature_c or math.inf,
        min_accuracy=settings.min_accuracy,
        objective=settings.objective,
        on_time_probability=settings.on_time_probability,
        priority=tuple(settings.priority.replace(',', ' ').split()),
    )
