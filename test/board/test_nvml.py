# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""NVIDIA cards, through a library that answers like NVML."""

import math
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dyn_perception.board import gpu_nvml
from dyn_perception.board.board import Board, open_board
from dyn_perception.board.files import Tree
from dyn_perception.board.state import GpuState
from support.board_trees import write_cloud, write_jetson_thor
from support.manual_clock import ManualClock


class NVMLError(Exception):
    """What the library raises."""


def fake_nvml(*cards: dict[str, Any], count: int | None = None) -> Any:
    """Return a library with some cards; what a card does not tell raises, as in the real one."""

    def ask(name: str) -> Callable[..., Any]:
        def answer(card: dict[str, Any], *arguments: object) -> Any:
            if name not in card:
                raise NVMLError('Not Supported')
            return card[name]

        return answer

    def number_of_cards() -> int:
        if count == -1:
            raise NVMLError('Unknown Error')
        return len(cards)

    return SimpleNamespace(
        NVMLError=NVMLError,
        NVML_CLOCK_SM=1,
        NVML_TEMPERATURE_GPU=0,
        nvmlDeviceGetCount=number_of_cards,
        nvmlDeviceGetHandleByIndex=lambda index: cards[index],
        nvmlDeviceGetUtilizationRates=ask('use'),
        nvmlDeviceGetMemoryInfo=ask('memory'),
        nvmlDeviceGetClockInfo=ask('clock'),
        nvmlDeviceGetMaxClockInfo=ask('highest'),
        nvmlDeviceGetPowerUsage=ask('power'),
        nvmlDeviceGetTemperature=ask('temperature'),
        nvmlDeviceGetCurrentClocksThrottleReasons=ask('reasons'),
    )


CARD = {
    'use': SimpleNamespace(gpu=75, memory=10),
    'memory': SimpleNamespace(used=2 * 2**30, total=24 * 2**30),
    'clock': 1905,
    'highest': 2520,
    'power': 120_500,
    'temperature': 66,
    'reasons': 0,
}


def board(root: Path, nvml: Any) -> Board:
    return Board(Tree(root), ManualClock(), nvml)


def test_a_card_is_a_gpu_a_rail_and_a_zone(tmp_path: Path) -> None:
    write_cloud(tmp_path)
    state = board(tmp_path, fake_nvml(CARD, CARD)).read()
    assert [gpu.name for gpu in state.gpus] == ['gpu', 'gpu_1']
    gpu = state.gpus[0]
    assert (gpu.load, gpu.clock_mhz, gpu.maximum_mhz) == (0.75, 1905.0, 2520.0)
    assert (gpu.memory_used_bytes, gpu.memory_total_bytes) == (2 * 2**30, 24 * 2**30)
    assert [(rail.name, rail.power_w) for rail in state.rails] == [
        ('gpu', 120.5),
        ('gpu_1', 120.5),
    ]
    assert [zone.temperature_c for zone in state.zones] == [66.0, 66.0]
    assert state.hottest_c == 66.0 and not state.throttled


@pytest.mark.parametrize(
    ('reasons', 'throttled'), [(0x1, False), (0x4, True), (0x20, True), (0x40, True), (0x2, False)]
)
def test_a_card_that_heat_or_power_holds_back_is_throttled(
    tmp_path: Path, reasons: int, throttled: bool
) -> None:
    nvml = fake_nvml(CARD | {'reasons': reasons})
    assert board(tmp_path, nvml).read().throttled is throttled


def test_what_a_card_does_not_tell_is_nan(tmp_path: Path) -> None:
    state = board(tmp_path, fake_nvml({}))
    (gpu,) = state.read().gpus
    assert all(
        math.isnan(value)
        for value in (gpu.load, gpu.clock_mhz, gpu.maximum_mhz, gpu.memory_total_bytes)
    )
    assert math.isnan(state.read().rails[0].power_w)


def test_a_driver_that_fails_has_no_cards(tmp_path: Path) -> None:
    assert board(tmp_path, fake_nvml(CARD, count=-1)).read().gpus == ()


def test_of_a_thor_nvml_tells_the_load_and_cards_come_after_it(tmp_path: Path) -> None:
    write_jetson_thor(tmp_path)
    own = {'use': SimpleNamespace(gpu=98, memory=0)}
    state = board(tmp_path, fake_nvml(own, CARD)).read()
    assert [(gpu.name, gpu.load) for gpu in state.gpus] == [('gpu', 0.98), ('gpu_1', 0.75)]
    assert state.gpus[0].clock_mhz == 315.0
    assert state.total_power_w == 23.5176  # the input feeds the card as well


def test_the_library_is_used_on_the_machine_itself_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('dyn_perception.board.board.load_nvml', lambda: fake_nvml(CARD))
    assert open_board(tmp_path).read().gpus == ()
    assert GpuState('gpu', 0.75).load in {gpu.load for gpu in open_board().read().gpus}


@pytest.mark.parametrize('fails', [True, False])
def test_the_library_may_be_missing_or_without_a_driver(
    monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    def initialise() -> None:
        if fails:
            raise NVMLError('Driver Not Loaded')

    library = SimpleNamespace(NVMLError=NVMLError, nvmlInit=initialise)
    monkeypatch.setattr(gpu_nvml.importlib, 'import_module', lambda name: library)
    assert gpu_nvml.load_nvml() is (None if fails else library)

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(gpu_nvml.importlib, 'import_module', missing)
    assert gpu_nvml.load_nvml() is None


def test_the_real_library_has_what_is_asked_of_it() -> None:
    library = pytest.importorskip('pynvml')
    assert [name for name in vars(fake_nvml()) if not hasattr(library, name)] == []
