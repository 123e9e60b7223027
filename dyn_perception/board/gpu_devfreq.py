# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The GPU of a board, where the kernel's devfreq sets its clock.

https://docs.kernel.org/driver-api/devfreq.html
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from dyn_perception.board.cpu_policies import highest, to_word
from dyn_perception.board.files import Tree, to_number, to_numbers
from dyn_perception.board.plausible import CLOCK_MHZ, SHARE, plausible
from dyn_perception.board.state import NOT_KNOWN, GpuState

_CLASS = 'sys/class/devfreq'
_PARENTS = ('sys/devices', 'sys/devices/platform')

# 57000000.gpu (Nano), 17000000.gp10b, .gv11b, .ga10b, .gpu (TX2, Xavier, Orin), gpu-gpc-0 (Thor),
# ff9a0000.gpu, 13000000.mali (others)
_DEVICE = re.compile(r'[0-9a-f]+\.(gpu|gp10b|gv11b|ga10b|gb10b|mali)|gpu-gpc-0|gpu')
_ODROID_CLOCK = 'sys/class/misc/mali0/device/clock'
_PER_MILLE = re.compile(rb'[0-9]{1,4}')
_PER_CENT = re.compile(rb'([0-9]{1,3})@[0-9]{1,12}Hz')  # Mali on Rockchip


def find_folder(tree: Tree) -> str | None:
    """Return the devfreq folder of the GPU, None if there is none."""
    for name in tree.names(_CLASS):
        if _DEVICE.fullmatch(name):
            return f'{_CLASS}/{name}'
    # A copy of a sysfs may lack the links in /sys/class.
    for parent in _PARENTS:
        for device in tree.names(parent):
            if _DEVICE.fullmatch(device) or device == 'gpu.0':
                for name in tree.names(f'{parent}/{device}/devfreq'):
                    if _DEVICE.fullmatch(name):
                        return f'{parent}/{device}/devfreq/{name}'
    return None


class DevfreqGpu:
    """The GPU at one devfreq folder.

    Attributes:
        folder: below the root.
        steps_mhz: clocks that the hardware offers, ascending.
    """

    def __init__(self, tree: Tree, folder: str, before: DevfreqGpu | None = None) -> None:
        """Take the GPU at a folder; its steps stay what they were before if they are gone."""
        self.folder = folder
        steps = to_numbers(tree.read(f'{folder}/available_frequencies'))
        clocks = [plausible(step / 1e6, CLOCK_MHZ) for step in steps]
        self.steps_mhz = () if any(map(math.isnan, clocks)) else tuple(sorted(set(clocks)))
        if before is not None and not self.steps_mhz:
            self.steps_mhz = before.steps_mhz
        self._clock = tree.reader(f'{folder}/cur_freq')
        self._limit = tree.reader(f'{folder}/max_freq')
        self._governor = tree.reader(f'{folder}/governor')
        self._load = _load_reader(tree, folder)

    def read(self, limit_settable: bool) -> GpuState:
        """Return what the GPU is like now."""
        return GpuState(
            name='gpu',
            load=to_share(self._load()) if self._load else NOT_KNOWN,
            clock_mhz=_megahertz(self._clock()),
            limit_mhz=_megahertz(self._limit()),
            minimum_mhz=min(self.steps_mhz, default=NOT_KNOWN),
            maximum_mhz=highest(self.steps_mhz),
            steps_mhz=self.steps_mhz,
            limit_settable=limit_settable,
            governor=to_word(self._governor()),
        )


class OdroidGpu:
    """The Mali of an Odroid XU3 with kernel 3.10, of which only the clock can be seen (MHz)."""

    def __init__(self, tree: Tree) -> None:
        self._clock = tree.reader(_ODROID_CLOCK)

    def read(self) -> GpuState:
        """Return what the GPU is like now."""
        return GpuState('gpu', clock_mhz=plausible(to_number(self._clock()), CLOCK_MHZ))


def has_odroid_gpu(tree: Tree) -> bool:
    """Return whether the tree is that of an Odroid XU3."""
    return tree.exists(_ODROID_CLOCK)


def _load_reader(tree: Tree, folder: str) -> Callable[[], bytes] | None:
    """Return how the load is read; JetPack has moved the file with nearly every version."""
    device = folder.rpartition('/')[2]
    places = (
        f'{folder}/device/load',
        'sys/devices/gpu.0/load',
        'sys/devices/platform/gpu.0/load',
        f'sys/devices/{device}/load',
        f'sys/devices/platform/{device}/load',
        f'{folder}/load',
    )
    return next((tree.reader(place) for place in places if tree.exists(place)), None)


def to_share(load: bytes) -> float:
    """Return a load 0...1: per mille on a Jetson, '50@800000000Hz' elsewhere; NaN: neither."""
    text = load.strip()
    if _PER_MILLE.fullmatch(text):
        return plausible(int(text) / 1000, SHARE)
    match = _PER_CENT.fullmatch(text)
    return plausible(int(match[1]) / 100, SHARE) if match else NOT_KNOWN


def _megahertz(content: bytes) -> float:
    return plausible(to_number(content) / 1e6, CLOCK_MHZ)
