# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which network a simulated board runs: how accurate each width is, and how long it takes.

`xun2019` is the network of the paper that this project follows: the times are those that were
measured with it where the board description has them, and the accuracies are its own. The shipped
networks are named as they are; their accuracies are measured, their times are by MACs.
"""

from collections.abc import Mapping

from dyn_perception.network.bundle import load_bundle
from dyn_perception.network.errors import BundleError
from dyn_perception.network.manifest import Manifest
from dyn_perception.share import ShareError, model_path
from dyn_perception.simulation.board_description import BoardDescription
from dyn_perception.simulation.errors import SimulationError
from dyn_perception.simulation.network import SimulatedNetwork
from dyn_perception.simulation.workload import Workload, published_workload, workload_by_macs

PUBLISHED = 'xun2019'
# Top-1 on CIFAR-10 at 25, 50, 75, 100 % (Xun et al. 2019, MLCAD); unverified: remembered.
PUBLISHED_ACCURACIES = (0.56, 0.627, 0.688, 0.712)
_PUBLISHED_WORKLOAD = 'alexnet'
_CAMERA_PERIOD_S = 1 / 30


def choose_network(
    description: BoardDescription, name: str, clocks_mhz: Mapping[str, float]
) -> SimulatedNetwork:
    """Return a network, with as many regions a frame as its fastest placement does at 30 fps.

    Args:
        description: the board.
        name: `xun2019`, or a shipped network or the folder of another bundle.
        clocks_mhz: highest clock of each processor.

    Raises:
        SimulationError: the name is unknown, or the board states no times for it.
    """
    if name == PUBLISHED and _PUBLISHED_WORKLOAD in description.workloads:
        workload = published_workload(description, _PUBLISHED_WORKLOAD)
        regions = max(1, round(_CAMERA_PERIOD_S / _fastest_s(workload, clocks_mhz)))
        return SimulatedNetwork(name, PUBLISHED_ACCURACIES, regions, workload, regions)
    manifest = _manifest(_PUBLISHED_WORKLOAD if name == PUBLISHED else name)
    macs = manifest.group_macs
    one_s, two_s = (
        _fastest_s(workload_by_macs(description, macs, batch=batch), clocks_mhz)
        for batch in (1, 2)
    )
    regions = max(1, 1 + round((_CAMERA_PERIOD_S - one_s) / (two_s - one_s)))
    accuracies = tuple(float(figures.accuracy or 0.0) for figures in manifest.widths)
    return SimulatedNetwork(
        name,
        PUBLISHED_ACCURACIES if name == PUBLISHED else accuracies,
        regions,
        workload_by_macs(description, macs, batch=regions, name=name),
        1,
    )


def _fastest_s(workload: Workload, clocks_mhz: Mapping[str, float]) -> float:
    """Return the time of the highest width on the fastest processor at full clocks (s)."""
    return min(
        workload.latency_s(processor, clocks_mhz[processor], workload.groups)
        for processor in workload.processors
    )


def _manifest(name: str) -> Manifest:
    try:
        manifest = load_bundle(model_path(name)).manifest
    except (ShareError, BundleError) as error:
        raise SimulationError(f'network {name!r}: {error}; {PUBLISHED} is one more') from error
    if any(figures.accuracy is None for figures in manifest.widths):
        raise SimulationError(f'network {name!r} states no accuracy: evaluate it first')
    return manifest
