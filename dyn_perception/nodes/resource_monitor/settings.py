# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The parameter table of the resource_monitor node."""

from dataclasses import dataclass

from dyn_perception.board.actuator import Actuator
from dyn_perception.board.clock_steps import ROUNDING, describe_steps
from dyn_perception.board.lease import LONGEST_LEASE_S
from dyn_perception.nodes.common.parameter_table import ParameterSpecification, parameter


@dataclass(frozen=True)
class ResourceMonitorSettings:
    """Parameters of the resource_monitor node that every board has."""

    rate_hz: float = parameter(
        10.0, 'Readings published a second.', unit='Hz', minimum=0.1, maximum=100
    )
    limit_lease_s: float = parameter(
        0.0,
        'Lease on the clock limits set in the same call: unless they are set again within this '
        'time, they go back to what they were. Reads 0 while no limit has one; setting 0 alone '
        'ends all leases.',
        unit='s',
        minimum=0,
        maximum=LONGEST_LEASE_S,
    )
    warn_temperature_c: float = parameter(
        85.0,
        'From this temperature of the hottest zone on, /diagnostics warns.',
        unit='°C',
        minimum=0,
        maximum=150,
    )
    warn_memory: float = parameter(
        0.9, 'From this used share of the memory on, /diagnostics warns.', minimum=0, maximum=1
    )
    warn_power_w: float = parameter(
        0.0,
        'From this power of the whole board on, /diagnostics warns; 0: never.',
        unit='W',
        minimum=0,
        maximum=1000,
    )
    sysfs_root: str = parameter(
        '/',
        'Folder that the board is read and set below: / for this machine, or the folder of a '
        'simulated board.',
        fixed=True,
    )
    frame_id: str = parameter('', 'Coordinate frame in the header of board_state.', fixed=True)


def limit_specification(actuator: Actuator, present_mhz: float) -> ParameterSpecification:
    """Return what the parameter of a clock limit is; it exists only where the board has one."""
    what = 'the GPU' if actuator.name.startswith('gpu') else f'CPU cluster {_cluster(actuator)}'
    return ParameterSpecification(
        name=actuator.name,
        value_type=float,
        default=min(max(present_mhz, actuator.minimum_mhz), actuator.maximum_mhz),
        description=f'Highest clock allowed for {what}; put back when the node ends.',
        unit='MHz',
        minimum=actuator.minimum_mhz,
        maximum=actuator.maximum_mhz,
        tolerance=ROUNDING,
        constraint=describe_steps(actuator.steps_mhz) if actuator.steps_mhz else '',
    )


def _cluster(actuator: Actuator) -> str:
    return actuator.name.removeprefix('cpu.').removesuffix('.max_mhz')
