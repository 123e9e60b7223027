# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The GPUs of a board."""

from __future__ import annotations

import math
from dataclasses import replace
from types import ModuleType

from dyn_perception.board.actuator import Actuator, LimitFile
from dyn_perception.board.files import Tree
from dyn_perception.board.gpu_devfreq import DevfreqGpu, OdroidGpu, find_folder, has_odroid_gpu
from dyn_perception.board.gpu_nvml import find_gpus
from dyn_perception.board.state import GpuState

_HERTZ = 1_000_000  # of devfreq, in a MHz


class Gpus:
    """The GPU on the board's chip, and cards that NVML knows.

    Attributes:
        cards: those of NVML.
    """

    def __init__(self, tree: Tree, nvml: ModuleType | None) -> None:
        self._tree = tree
        self._own: DevfreqGpu | None = None
        self._odroid = OdroidGpu(tree) if has_odroid_gpu(tree) else None
        self.actuator: Actuator | None = None
        self._settable = False
        self.probe()
        self.cards, self._nvml_own = find_gpus(nvml, has_own=self._own is not None)

    def probe(self) -> None:
        """Look again for the GPU on the chip."""
        folder = find_folder(self._tree)
        if folder is not None:
            self._own = DevfreqGpu(self._tree, folder, self._own)
            self._odroid = None
        own = self._own
        self.actuator = None
        if own is not None and own.steps_mhz and self._tree.exists(f'{own.folder}/max_freq'):
            files = LimitFile(
                self._tree, f'{own.folder}/max_freq', f'{own.folder}/min_freq', _HERTZ
            )
            steps = own.steps_mhz
            self.actuator = Actuator('gpu.max_mhz', steps[0], steps[-1], steps, (files,))
        self._settable = self.actuator is not None and self.actuator.settable

    def read(self) -> tuple[GpuState, ...]:
        """Return the state of each GPU."""
        own = []
        if self._own is not None:
            state = self._own.read(self._settable)
            if self._nvml_own is not None and math.isnan(state.load):
                state = replace(state, load=self._nvml_own.read().load)
            own = [state]
        odroid = [self._odroid.read()] if self._odroid is not None else []
        return (*own, *odroid, *(card.read() for card in self.cards))
