# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A network on a simulated board: how accurate each width is, and how long it takes."""

from collections.abc import Mapping
from dataclasses import dataclass

from dyn_perception.simulation.shared_work import GroupTimes, SharedWork, share_groups
from dyn_perception.simulation.workload import Workload

_NONE: Mapping[str, float] = {}


@dataclass(frozen=True)
class SimulatedNetwork:
    """A network on a board.

    Attributes:
        name: for people.
        accuracies: expected top-1 accuracy of widths 1...G.
        regions: pieces of a frame that are classified one after the other, or as one batch.
        workload: time of one batch, or of one region where it was measured for one.
        repetitions: how often the workload runs for a frame.
    """

    name: str
    accuracies: tuple[float, ...]
    regions: int
    workload: Workload
    repetitions: int

    def latency_s(self, placement: str, clock_mhz: float, width: int) -> float:
        """Return the time of one frame with the processor for itself (s)."""
        return self.repetitions * self.workload.latency_s(placement, clock_mhz, width)

    def shared(
        self, clocks_mhz: Mapping[str, float], width: int, factors: Mapping[str, float] = _NONE
    ) -> SharedWork:
        """Return what one frame takes whose groups these processors share.

        Args:
            clocks_mhz: clock of each processor.
            width: groups that are run.
            factors: by which each processor is slower than described.
        """
        group_s, factor = self.workload.group_latency_s, self.repetitions
        second = min(2, self.workload.groups)  # the groups are alike
        times = {
            name: GroupTimes(
                factor * factors.get(name, 1.0) * group_s(name, clock_mhz, 1),
                factor * factors.get(name, 1.0) * group_s(name, clock_mhz, second, is_first=False),
            )
            for name, clock_mhz in clocks_mhz.items()
        }
        return share_groups(times, width)

    def busy(self, shares: Mapping[str, float]) -> dict[str, float]:
        """Return the share of every processor that is busy while some of them work so much."""
        total: dict[str, float] = {}
        for processor, share in shares.items():
            for name, part in self.workload.busy(processor, share).items():
                total[name] = total.get(name, 0.0) + part
        return total
