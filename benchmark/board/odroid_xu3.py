# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The simulated Odroid XU3 against the published operating points of AlexNet."""

from typing import NamedTuple

from benchmark.board.settings import Settings
from benchmark.figure import Value
from dyn_perception.processors.names import clock_knob
from dyn_perception.simulation.board_description import BoardDescription
from dyn_perception.simulation.board_files import load_board_description
from dyn_perception.simulation.board_model import BoardModel
from dyn_perception.simulation.workload import Workload, published_workload


class Row(NamedTuple):
    """A published operating point at width 4; energy is that of the cluster's rail."""

    processor: str
    clock_mhz: float
    time_ms: float
    energy_mj: float


# Xun et al., Optimising Resource Management for Embedded Machine Learning, DATE 2020: remembered,
# not found again. Time times power is the energy in all of them; it is not in the row of the A15
# at 200 MHz (1020 ms, 326 mW, 320 mJ), which therefore is no reference.
ROWS = (
    Row('cpu:a15', 1000, 204, 173),
    Row('cpu:a15', 1800, 117, 248),
    Row('cpu:a7', 200, 1780, 129),
    Row('cpu:a7', 700, 504, 71.4),
    Row('cpu:a7', 1300, 280, 92.1),
)
_WIDTHS = (1, 2, 3, 4)
_CLOCK_SETTLES_S = 0.1


class Point(NamedTuple):
    """A modelled operating point."""

    time_s: float
    energy_j: float


def measure(settings: Settings) -> dict[str, Value]:
    """Compare the rows, and go through all widths, clusters and clocks."""
    description = load_board_description('odroid_xu3')
    workload = published_workload(description, 'alexnet')
    time_errors, energy_errors = [], []
    for row in ROWS:
        point = operating_point(description, workload, row.processor, row.clock_mhz, 4)
        time_errors.append(abs(point.time_s * 1e3 / row.time_ms - 1))
        energy_errors.append(abs(point.energy_j * 1e3 / row.energy_mj - 1))
    sweeps = [
        [operating_point(description, workload, name, clock, width) for width in _WIDTHS]
        for name in workload.processors
        for clock in description.processors[name].steps_mhz
    ]
    times = [point.time_s for points in sweeps for point in points]
    energies = [point.energy_j for points in sweeps for point in points]
    return {
        'xu3_point_error': max(*time_errors, *energy_errors),
        'xu3_time_range': max(times) / min(times),
        'xu3_energy_range': max(energies) / min(energies),
        'xu3_width_energy_range': max(
            points[3].energy_j / points[0].energy_j for points in sweeps
        ),
        'xu3_width_time_range': max(points[3].time_s / points[0].time_s for points in sweeps),
        'xu3_row_time_errors': time_errors,
        'xu3_row_energy_errors': energy_errors,
    }


def operating_point(
    description: BoardDescription,
    workload: Workload,
    processor: str,
    clock_mhz: float,
    width: int,
) -> Point:
    """Return time and energy of a frame, with the board as warm as endless frames make it."""
    model = BoardModel(description)
    model.set_limit(clock_knob(processor), clock_mhz)
    model.step(_CLOCK_SETTLES_S, {})
    model.settle(workload.busy(processor))
    if model.clock_mhz(processor) != clock_mhz or model.throttled:
        raise RuntimeError(f'{processor} does not run at {clock_mhz} MHz')
    time_s = workload.latency_s(processor, clock_mhz, width)
    rail = processor.removeprefix('cpu:')
    return Point(time_s, time_s * model.rail_power_w[rail])
