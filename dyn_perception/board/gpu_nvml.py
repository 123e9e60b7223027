# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""NVIDIA GPUs through NVML, the driver's own library, where nvidia-ml-py is installed.

https://docs.nvidia.com/deploy/nvml-api/
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from types import ModuleType

from dyn_perception.board.plausible import (
    CLOCK_MHZ,
    MEMORY_BYTES,
    POWER_W,
    SHARE,
    TEMPERATURE_C,
    plausible,
)
from dyn_perception.board.state import NOT_KNOWN, GpuState

# Bits of nvmlClocksEventReasons: power cap, hardware slowdown, both thermal ones, power brake.
_HELD_BACK = 0x04 | 0x08 | 0x20 | 0x40 | 0x80


def load_nvml() -> ModuleType | None:
    """Return the initialised library, None if it or the driver is missing."""
    try:
        nvml = importlib.import_module('pynvml')
    except ImportError:
        return None
    try:
        nvml.nvmlInit()
    except nvml.NVMLError:
        return None
    return nvml


class NvmlGpu:
    """One GPU. What its driver does not support is NaN: on a Jetson that is nearly all."""

    def __init__(self, nvml: ModuleType, index: int, name: str) -> None:
        """Take the GPU of an index.

        Args:
            nvml: the initialised library.
            index: of the GPU.
            name: that it gets here.
        """
        self._nvml = nvml
        self._index = index
        self.name = name
        handle = self._ask(nvml.nvmlDeviceGetHandleByIndex, index)
        self._handle = handle
        clocks = nvml.NVML_CLOCK_SM
        self._highest_mhz = self._number(nvml.nvmlDeviceGetMaxClockInfo, clocks)

    def _ask(self, function: Callable[..., object], *arguments: object) -> object:
        try:
            return function(*arguments)
        except self._nvml.NVMLError:
            return None

    def _number(self, function: Callable[..., object], *arguments: object) -> float:
        value = self._ask(function, self._handle, *arguments)
        return float(value) if isinstance(value, (int, float)) else NOT_KNOWN

    def read(self) -> GpuState:
        """Return what the GPU is like now."""
        nvml = self._nvml
        use = self._ask(nvml.nvmlDeviceGetUtilizationRates, self._handle)
        memory = self._ask(nvml.nvmlDeviceGetMemoryInfo, self._handle)
        clock = self._number(nvml.nvmlDeviceGetClockInfo, nvml.NVML_CLOCK_SM)
        return GpuState(
            name=self.name,
            load=plausible(getattr(use, 'gpu', NOT_KNOWN) / 100, SHARE),
            clock_mhz=plausible(clock, CLOCK_MHZ),
            maximum_mhz=plausible(self._highest_mhz, CLOCK_MHZ),
            memory_used_bytes=plausible(getattr(memory, 'used', NOT_KNOWN), MEMORY_BYTES),
            memory_total_bytes=plausible(getattr(memory, 'total', NOT_KNOWN), MEMORY_BYTES),
        )

    def power_w(self) -> float:
        """Return the power of the card (W), NaN if it does not tell."""
        milliwatts = self._number(self._nvml.nvmlDeviceGetPowerUsage)
        return plausible(milliwatts / 1e3, POWER_W)

    def temperature_c(self) -> float:
        """Return the temperature of the chip (degree Celsius), NaN if it does not tell."""
        sensor = self._nvml.NVML_TEMPERATURE_GPU
        return plausible(self._number(self._nvml.nvmlDeviceGetTemperature, sensor), TEMPERATURE_C)

    def is_held_back(self) -> bool:
        """Return whether heat or power holds the clock back now."""
        reasons = self._ask(self._nvml.nvmlDeviceGetCurrentClocksThrottleReasons, self._handle)
        return isinstance(reasons, int) and bool(reasons & _HELD_BACK)


def find_gpus(nvml: ModuleType | None, has_own: bool) -> tuple[list[NvmlGpu], NvmlGpu | None]:
    """Return the cards, named 'gpu', 'gpu_1' ..., and the GPU on the board's own chip.

    Args:
        nvml: the initialised library.
        has_own: whether the board has a GPU on its chip that devfreq tells of: it is 'gpu' then.
            It is the one without memory of its own; of a Thor, NVML knows the load, of older
            Jetsons nothing.
    """
    cards: list[NvmlGpu] = []
    own: NvmlGpu | None = None
    if nvml is None:
        return cards, own
    try:
        count = int(nvml.nvmlDeviceGetCount())
    except nvml.NVMLError:
        return cards, own
    for index in range(count):
        number = int(has_own) + len(cards)
        gpu = NvmlGpu(nvml, index, f'gpu_{number}' if number else 'gpu')
        if has_own and math.isnan(gpu.read().memory_total_bytes):
            own = own or gpu
        else:
            cards.append(gpu)
    return cards, own
