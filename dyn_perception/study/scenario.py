# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What happens to a board: a list of segments, in numbers relative to the board."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dyn_perception.simulation.description_files import DescriptionFiles

# A disturbance has at least this long to be answered before the next one.
FEWEST_FRAMES = 150
MOST_FRAMES = 1_000_000

Share = Annotated[float, Field(ge=0.0, le=0.97)]
Target = Annotated[float, Field(gt=0.0, le=10.0)]
Budget = Annotated[float, Field(gt=0.0, le=5.0)]
Role = Annotated[str, Field(pattern=r'^(fastest|second|others|all|gpu|cpu:[a-z][a-z0-9_]{0,31})$')]
Loss = Literal['power', 'temperature', 'load', 'board']


class Segment(BaseModel):
    """A number of frames in which nothing changes but ramps; its start is a disturbance.

    Attributes:
        frames: how many frames the camera takes in it.
        contention: share of a processor's time that other programs want; [from, to]: a ramp. Keys:
            `fastest` (the placement that is fastest at full clocks), `second`, `others` (all but
            the fastest), `all`, or a processor.
        target: frame rate, see `Scenario`; None: the scenario's, as for the next two.
        power_budget: see `Scenario`.
        max_temperature: see `Scenario`.
        lost: what the board's readings lack; `board`: there are none.
    """

    model_config = ConfigDict(extra='forbid', frozen=True)

    frames: int = Field(ge=FEWEST_FRAMES, le=MOST_FRAMES)
    contention: dict[Role, Share | tuple[Share, Share]] = Field(
        default_factory=dict, max_length=16
    )
    target: Target | None = None
    power_budget: Budget | None = None
    max_temperature: Budget | None = None
    lost: tuple[Loss, ...] = Field(default=(), max_length=4)


class Scenario(BaseModel):
    """A whole run.

    Attributes:
        description: one line for people.
        target: frame rate; 1.0: that of width 4 at full clocks, nothing else running, on the
            fastest placement.
        power_budget: power of the board above idle; 1.0: what width 4 draws above idle at full
            clocks and target 1.0 on the fastest placement. None: no budget.
        max_temperature: hottest zone above the room; 1.0: where that same work, without a break,
            ends up on this copy of the board. None: no limit.
        objective: what the policies are asked to do best.
        min_width: the accuracy of this width is the least that is asked for; 0: none is.
        repeat: how often the segments follow one another.
        segments: in order of time.
    """

    model_config = ConfigDict(extra='forbid', frozen=True)

    description: str = Field(min_length=1, max_length=300)
    target: Target = 0.75
    power_budget: Budget | None = None
    max_temperature: Budget | None = None
    objective: Literal['accuracy', 'energy'] = 'accuracy'
    min_width: int = Field(default=0, ge=0, le=64)
    repeat: int = Field(default=1, ge=1, le=100)
    segments: tuple[Segment, ...] = Field(min_length=1, max_length=1000)

    @property
    def frames(self) -> int:
        """How many frames the camera takes in all."""
        return self.repeat * sum(segment.frames for segment in self.segments)

    @model_validator(mode='after')
    def _check_length(self) -> 'Scenario':
        if self.frames > MOST_FRAMES:
            raise ValueError(f'{self.frames} frames in all are more than {MOST_FRAMES}')
        return self


_FILES = DescriptionFiles('scenario', 'scenarios', 'steady', 'doc/manager.md', Scenario)


def scenario_names() -> tuple[str, ...]:
    """Return the names of the shipped scenarios.

    Raises:
        SimulationError: if the package's files are not installed.
    """
    return _FILES.names()


def load_scenario(name_or_path: str | Path) -> Scenario:
    """Read a shipped scenario, by its name, or any other, by the path of its file.

    Raises:
        SimulationError: if there is none, or it breaks a rule of the format.
    """
    return _FILES.load(name_or_path)


def parse_scenario(content: bytes | str, origin: str) -> Scenario:
    """Check the YAML text of a scenario.

    Args:
        content: the text.
        origin: where it comes from, for messages.

    Raises:
        SimulationError: if it is too large, no YAML, or breaks a rule of the format.
    """
    return _FILES.parse(content, origin)
