# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dyn_perception.inference.engine import Engine, EngineResult
from dyn_perception.inference.errors import EngineError, PlacementError
from dyn_perception.network.manifest import Manifest, WidthFigures, expected_files
from dyn_perception.simulation.errors import SimulationError
from dyn_perception.simulation.program import Program
from dyn_perception.simulation.simulated_processors import SimulatedProcessors
from dyn_perception.simulation.stretched_engine import StretchedEngine
from dyn_perception.simulation.workload import Workload, workload_by_macs
from support.live_boards import SteppedBoard

MACS = (20_000_000, 30_000_000, 10_000_000)
BATCH = np.zeros((8, 3, 32, 32), np.float32)


def make_manifest() -> Manifest:
    return Manifest(
        format_version=1,
        name='of this test',
        architecture='none',
        groups=len(MACS),
        labels=('cat', 'dog'),
        input={'height': 32, 'width': 32, 'mean': (0, 0, 0), 'std': (1, 1, 1)},
        widths=tuple(
            WidthFigures(width=width, macs=sum(MACS[:width]), params=1, bytes=1)
            for width in range(1, len(MACS) + 1)
        ),
        files={name: {'bytes': 1, 'sha256': '0' * 64} for name in expected_files(len(MACS))},
    )


class HostEngine(Engine):
    """Answers with the group's number, in a time of this machine that a test chooses."""

    def __init__(self, stepped: SteppedBoard) -> None:
        super().__init__(make_manifest(), threads=1)
        self.stepped = stepped
        self.group_s = 0.0
        self.closed = False

    def _forward(self, group: int, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        self.stepped.sleep(self.group_s)
        return np.full((len(batch), self.classes), group, np.float32)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def stepped(tmp_path: Path) -> Iterator[SteppedBoard]:
    with SteppedBoard('jetson_nano', tmp_path / 'board') as stepped:
        yield stepped


@pytest.fixture
def board(stepped: SteppedBoard) -> SimulatedProcessors:
    return SimulatedProcessors(stepped.root, clock=stepped.clock)


@pytest.fixture
def workload(board: SimulatedProcessors) -> Workload:
    return workload_by_macs(board.description, MACS, batch=len(BATCH))


@pytest.fixture
def engine(stepped: SteppedBoard, board: SimulatedProcessors) -> Iterator[StretchedEngine]:
    engine = StretchedEngine(
        HostEngine(stepped), make_manifest(), board, board.place('gpu'), sleep=stepped.sleep
    )
    yield engine
    engine.close()


def timed(
    stepped: SteppedBoard, engine: StretchedEngine, width: int
) -> tuple[float, EngineResult]:
    before = stepped.time_s
    result = engine.run(BATCH, width)
    return stepped.time_s - before, result


@pytest.mark.parametrize('width', [1, 2, 3])
@pytest.mark.parametrize('placement', ['gpu', 'cpu:a57', 'cpu'])
def test_each_width_takes_the_modelled_time(
    stepped: SteppedBoard,
    board: SimulatedProcessors,
    workload: Workload,
    engine: StretchedEngine,
    placement: str,
    width: int,
) -> None:
    engine.place(board.place(placement))
    processor = 'cpu:a57' if placement == 'cpu' else placement
    expected = workload.latency_s(processor, stepped.board.model.clock_mhz(processor), width)
    seconds, result = timed(stepped, engine, width)
    assert seconds == pytest.approx(expected)
    assert engine.busy_s[processor] == pytest.approx(expected)
    assert engine.host_excess_s == 0.0
    assert engine.placement.name == placement
    assert result.logits[0, 0] == sum(range(1, width + 1))  # the real answer


def test_a_gpu_takes_part_of_the_cpu(engine: StretchedEngine) -> None:
    engine.run(BATCH, 3)
    assert engine.busy_s['cpu:a57'] == pytest.approx(0.25 * engine.busy_s['gpu'])


def test_the_clock_makes_it_slower_by_the_law(
    stepped: SteppedBoard, workload: Workload, engine: StretchedEngine
) -> None:
    stepped.board.model.set_limit('gpu', 307.2)
    path = stepped.root / 'sys/class/devfreq/57000000.gpu/max_freq'
    path.write_text('307200000')
    stepped.sleep(0.1)
    seconds, _ = timed(stepped, engine, 3)
    assert seconds == pytest.approx(workload.latency_s('gpu', 307.2, 3))


def test_a_clock_that_changes_in_the_middle_counts_from_then_on(
    stepped: SteppedBoard, workload: Workload, engine: StretchedEngine
) -> None:
    path = stepped.root / 'sys/class/devfreq/57000000.gpu/max_freq'
    path.write_text('76800000')
    stepped.sleep(0.1)
    slow = workload.latency_s('gpu', 76.8, 3)
    fast = workload.latency_s('gpu', 921.6, 3)
    inner, switched = stepped.sleep, []

    def sleep(seconds: float) -> None:
        inner(seconds)
        if not switched and stepped.time_s > start + slow / 2:
            switched.append(stepped.time_s)
            path.write_text('921600000')

    engine._work._sleep = sleep
    start = stepped.time_s
    seconds, _ = timed(stepped, engine, 3)
    assert seconds == pytest.approx((slow + fast) / 2, abs=0.08)
    assert slow > 3 * fast


def test_a_competing_program_makes_it_slower(
    stepped: SteppedBoard, workload: Workload, engine: StretchedEngine
) -> None:
    alone = workload.latency_s('gpu', 921.6, 3)
    with Program(stepped.root, ('gpu',), stepped.clock) as other:
        other.occupy({'gpu': 0.5})
        seconds, _ = timed(stepped, engine, 3)
        assert seconds == pytest.approx(2 * alone)
        assert engine.busy_s['gpu'] == pytest.approx(alone)  # its own work is the same
        other.occupy({'cpu:a57': 1.0})
    seconds, _ = timed(stepped, engine, 3)
    assert seconds == pytest.approx(alone)


def test_the_board_sees_the_work_and_its_end(
    stepped: SteppedBoard, engine: StretchedEngine
) -> None:
    model = stepped.board.model
    idle_w = model.total_power_w
    before_j, before_s = model.energy_j, model.time_s
    for _ in range(20):
        timed(stepped, engine, 3)
    mean_w = (model.energy_j - before_j) / (model.time_s - before_s)
    assert mean_w > idle_w + 4
    stepped.sleep(1.0)
    assert model.total_power_w == pytest.approx(idle_w, abs=0.3)


def test_a_host_that_is_too_slow_is_told(
    stepped: SteppedBoard, workload: Workload, engine: StretchedEngine
) -> None:
    modelled = workload.latency_s('gpu', 921.6, 3)
    engine._engine.group_s = modelled  # three groups take three times as long in all
    seconds, _ = timed(stepped, engine, 3)
    assert seconds == pytest.approx(3 * modelled)
    assert engine.host_excess_s == pytest.approx(2 * modelled)
    assert engine.busy_s['gpu'] == pytest.approx(modelled)  # of the board, not of the host
    engine._engine.group_s = 0.0
    timed(stepped, engine, 3)
    assert engine.host_excess_s == 0.0


def test_a_host_that_sleeps_too_long_is_told(
    stepped: SteppedBoard, workload: Workload, engine: StretchedEngine
) -> None:
    modelled = workload.latency_s('gpu', 921.6, 1)
    engine._work._sleep = lambda seconds: stepped.sleep(seconds + 0.02)
    seconds, _ = timed(stepped, engine, 1)
    assert engine.host_excess_s == pytest.approx(seconds - modelled)
    assert engine.host_excess_s > 0.01


def test_a_host_that_is_late_once_makes_up_for_it(
    stepped: SteppedBoard, workload: Workload, engine: StretchedEngine
) -> None:
    engine._engine.group_s = 1.2 * workload.group_latency_s('gpu', 921.6, 3)
    seconds, _ = timed(stepped, engine, 3)
    assert seconds == pytest.approx(workload.latency_s('gpu', 921.6, 3), rel=0.2)


def test_groups_of_a_frame_that_others_share_take_their_part(
    stepped: SteppedBoard, workload: Workload, engine: StretchedEngine
) -> None:
    first_s = workload.group_latency_s('gpu', 921.6, 2, is_first=True)
    second_s = workload.group_latency_s('gpu', 921.6, 3)
    before = stepped.time_s
    assert engine.run_group(2, BATCH)[0, 0] == 2
    assert stepped.time_s - before == pytest.approx(first_s)
    stepped.sleep(0.1)  # the other processors are at work
    before = stepped.time_s
    assert engine.run_group(3, BATCH, is_first=False)[0, 0] == 3
    assert stepped.time_s - before == pytest.approx(second_s)
    assert engine.busy_s['gpu'] == pytest.approx(first_s + second_s)
    assert engine.host_excess_s == 0.0


def test_the_time_that_a_machine_is_late_by_adds_up_over_the_groups_of_a_shared_frame(
    stepped: SteppedBoard, workload: Workload, engine: StretchedEngine
) -> None:
    engine._engine.group_s = 1.0
    for group, is_first in ((1, True), (2, False)):
        engine.run_group(group, BATCH, is_first=is_first)
    modelled_s = sum(workload.group_latency_s('gpu', 921.6, group) for group in (1, 2))
    assert engine.host_excess_s == pytest.approx(2.0 - modelled_s)


def test_what_a_frame_costs_is_paid_on_each_processor(workload: Workload) -> None:
    alone_s = workload.group_latency_s('gpu', 921.6, 2)
    assert workload.group_latency_s('gpu', 921.6, 2, is_first=False) == alone_s
    frame_s = workload.group_latency_s('gpu', 921.6, 2, is_first=True) - alone_s
    assert frame_s > 0
    first_s = workload.group_latency_s('gpu', 921.6, 1)
    without_s = workload.group_latency_s('gpu', 921.6, 1, is_first=False)
    assert first_s - without_s == pytest.approx(frame_s)


def test_warming_up_takes_no_modelled_time(
    stepped: SteppedBoard, workload: Workload, engine: StretchedEngine
) -> None:
    before = stepped.time_s
    result = engine.warm_up(len(BATCH))
    assert stepped.time_s == before
    expected = [workload.group_latency_s('gpu', 921.6, group) for group in (1, 2, 3)]
    assert result.group_seconds == pytest.approx(expected)


def test_a_board_that_stands_still_or_is_gone_is_told(
    stepped: SteppedBoard, engine: StretchedEngine
) -> None:
    stepped.clock_stands = True
    stepped.sleep(5.0)
    with pytest.raises(EngineError, match=r'stood still for 5\.0 s'):
        engine.run(BATCH, 1)
    stepped.board.close()
    with pytest.raises(EngineError, match='is gone'):
        engine.run(BATCH, 1)


def test_other_placements_are_refused_with_what_there_is(board: SimulatedProcessors) -> None:
    for name in ('tpu', 'cpu:a72', 'cpu:0', '', 'gpu+', 'gpu+gpu', 'cpu+cpu:a57'):
        with pytest.raises(PlacementError, match=r'cpu \(that is cpu:a57\), cpu:a57, gpu'):
            board.place(name)


def test_errors_of_the_network_come_through(engine: StretchedEngine) -> None:
    with pytest.raises(EngineError, match='out of range'):
        engine.run(BATCH, 4)
    engine.run(BATCH, 1)


def test_closing_ends_the_registration_and_the_engine(
    stepped: SteppedBoard, engine: StretchedEngine
) -> None:
    engine.close()
    assert stepped.board.programs.names() == []
    assert engine._engine.closed


def test_without_a_board_there_is_no_engine(tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match='is no simulated board'):
        SimulatedProcessors(tmp_path)
