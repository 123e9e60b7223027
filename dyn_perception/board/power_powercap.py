# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""RAPL: energy counters of Intel and AMD processors, in the powercap folders of the kernel.

Since 2020 only root reads them, unless the rights are changed; for others they are NaN.
https://docs.kernel.org/power/powercap/powercap.html
"""

import math
from collections.abc import Callable, Iterator

from dyn_perception.board.files import Tree, to_number
from dyn_perception.board.plausible import POWER_W, plausible
from dyn_perception.board.sensors import Sensor
from dyn_perception.board.state import NOT_KNOWN

_FOLDER = 'sys/class/powercap'
_PREFIX = 'intel-rapl:'  # of AMD too; intel-rapl-mmio: counts the same package once more


def find_rails(tree: Tree, clock: Callable[[], float]) -> Iterator[Sensor[float]]:
    """Find the energy counters as rails (W): 'package-0', 'core', 'uncore', 'dram', 'psys' ...

    Args:
        tree: the board's files.
        clock: monotonic time (s).
    """
    for zone in tree.names(_FOLDER):
        folder = f'{_FOLDER}/{zone}'
        if zone.startswith(_PREFIX):
            name = tree.name(f'{folder}/name') or zone
            yield Sensor(folder, name, CounterPower(tree, folder, clock).read)


class CounterPower:
    """Average power since the previous reading, from a counter of energy.

    The counter wraps around at `max_energy_range_uj`. A step back that is more than half of that
    range is taken for the wrap; a smaller one (a counter that was reset) gives NaN once.
    """

    def __init__(self, tree: Tree, folder: str, clock: Callable[[], float]) -> None:
        self._content = tree.reader(f'{folder}/energy_uj')
        self._range = tree.reader(f'{folder}/max_energy_range_uj')
        self._clock = clock
        self._range_uj = NOT_KNOWN
        self._energy_uj = NOT_KNOWN
        self._time_s = NOT_KNOWN

    def read(self) -> float:
        """Return the power (W), NaN at the first reading."""
        range_uj = self._range_uj
        if math.isnan(range_uj):
            range_uj = self._range_uj = to_number(self._range())
        energy_uj, now_s = plausible(to_number(self._content()), (0, range_uj)), self._clock()
        used_uj, window_s = energy_uj - self._energy_uj, now_s - self._time_s
        self._energy_uj, self._time_s = energy_uj, now_s
        if used_uj < -range_uj / 2:
            used_uj += range_uj
        return plausible(used_uj / 1e6 / window_s, POWER_W) if window_s > 0 else NOT_KNOWN
