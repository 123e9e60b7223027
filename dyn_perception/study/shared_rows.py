# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What frames really take that processors of a seed's board share."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dyn_perception.processors.names import processors_of
from dyn_perception.simulation.shared_work import SharedWork
from dyn_perception.study.deviation import Deviation
from dyn_perception.study.setting import Setting


class SharedRows:
    """The rows of a table whose frames several processors share.

    Each processor deviates from the profile as it does alone at that width.
    """

    def __init__(self, setting: Setting, deviation: Deviation) -> None:
        """Find the rows."""
        self._setting = setting
        self._deviation = deviation
        self._rows = [
            row
            for row, point in enumerate(setting.table.points)
            if len(processors_of(point.placement)) > 1
        ]
        self._known: dict[tuple[tuple[str, float], ...], NDArray[np.float64]] = {}

    def fill(self, latency_s: NDArray[np.float64], slowdowns: Mapping[str, float]) -> None:
        """Set the time of a frame at these rows, in an array of [rows] (s).

        Args:
            latency_s: is changed.
            slowdowns: by other programs, of each processor; 1 where left out.
        """
        if not self._rows:
            return
        key = tuple(sorted(slowdowns.items()))
        if key not in self._known:
            self._known[key] = np.array([self._latency_s(row, slowdowns) for row in self._rows])
        latency_s[self._rows] = self._known[key]

    def _latency_s(self, row: int, slowdowns: Mapping[str, float]) -> float:
        point = self._setting.table.points[row]
        clocks_mhz = point.processor_clocks_mhz
        frame = shared_frame(self._setting, self._deviation, clocks_mhz, point.width, slowdowns)
        return frame.latency_s


def shared_frame(
    setting: Setting,
    deviation: Deviation,
    clocks_mhz: Mapping[str, float],
    width: int,
    slowdowns: Mapping[str, float],
) -> SharedWork:
    """Return what a frame takes on processors at these clocks, noise left out."""
    factors = {
        name: deviation.latency[name, width] * slowdowns.get(name, 1.0) for name in clocks_mhz
    }
    return setting.network.shared(clocks_mhz, width, factors)
