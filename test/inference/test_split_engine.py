# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Groups of one frame on several processors at once."""

import math
import threading

import numpy as np
import pytest

from dyn_perception.inference.engine import Engine
from dyn_perception.inference.engines import create_engine
from dyn_perception.inference.errors import EngineError, PlacementError
from dyn_perception.inference.placement import Placement, Processor
from dyn_perception.inference.split_engine import SplitEngine
from dyn_perception.inference.stopping import FrameLimits, StopReason, StopRule, TimeEstimate
from dyn_perception.network.bundle import Bundle, load_bundle
from dyn_perception.processors.cores import usable_cores
from support.bundles import write_test_bundle

GROUPS = 4
FRAMES = 10_000
LIMIT_S = 60.0
CORES = tuple(sorted(usable_cores()))
# Tests of how work is shared need no core of their own for each part.
SPLIT = Placement('a+b', (Processor('a', CORES), Processor('b', CORES)))


@pytest.fixture(scope='module')
def bundle(tmp_path_factory) -> Bundle:
    return load_bundle(write_test_bundle(tmp_path_factory.mktemp('split') / 'b', groups=GROUPS))


@pytest.fixture(scope='module')
def batch() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((3, 3, 32, 32)).astype(np.float32)


class GatedEngine(Engine):
    """An engine whose groups last until the test lets them end; group g answers with g."""

    def __init__(self, manifest, name='a') -> None:
        super().__init__(manifest, 1, Placement(name, (Processor(name),)))
        self.begun: list[int] = []
        self.changed = threading.Condition()
        self.permits = 0
        self.loads = 0

    def _begin(self, batch: np.ndarray) -> None:
        self.loads += 1

    def close(self) -> None:
        pass

    def allow(self, groups: int) -> None:
        with self.changed:
            self.permits += groups
            self.changed.notify_all()

    def wait_for(self, groups: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.begun) >= groups, LIMIT_S)

    def _forward(self, group: int, batch: np.ndarray) -> np.ndarray:
        with self.changed:
            self.begun.append(group)
            self.changed.notify_all()
            assert self.changed.wait_for(lambda: self.permits > 0, LIMIT_S)
            self.permits -= 1
        if group == 99:
            raise EngineError('a fault of the test')
        return np.full((len(batch), self.classes), group, np.float32)


@pytest.mark.parametrize('width', range(1, GROUPS + 1))
def test_answer_is_that_of_one_engine_bit_for_bit(bundle, batch, width) -> None:
    with create_engine(bundle) as one, create_engine(bundle, placement=SPLIT) as split:
        split.warm_up(len(batch))
        for _ in range(20):
            result = split.run(batch, width)
            np.testing.assert_array_equal(result.logits, one.run(batch, width).logits)
            assert (result.groups_run, result.stop_reason) == (width, StopReason.WIDTH)
            assert len(result.group_seconds) == width
        np.testing.assert_array_equal(split.run_group(2, batch), one.run_group(2, batch))


def test_both_parts_compute_at_once_and_a_slow_one_gets_fewer_groups(bundle, batch) -> None:
    first, second = GatedEngine(bundle.manifest, 'a'), GatedEngine(bundle.manifest, 'b')
    with SplitEngine(bundle.manifest, [first, second], SPLIT) as split:
        results = []
        frame = threading.Thread(target=lambda: results.append(split.run(batch, GROUPS)))
        frame.start()
        first.wait_for(1)
        second.wait_for(1)  # while the other one still works on the first
        slow, fast = (first, second) if first.begun == [1] else (second, first)
        assert (slow.begun, fast.begun) == ([1], [2])
        fast.allow(1)
        fast.wait_for(2)
        fast.allow(2)
        slow.allow(2)
        frame.join(LIMIT_S)
    assert sorted(slow.begun + fast.begun) == [1, 2, 3, 4]
    assert fast.begun[:2] == [2, 3]
    np.testing.assert_array_equal(results[0].logits, np.full((3, 10), 10, np.float32))
    assert set(split.busy_times(0.5)) == {'a', 'b'}


def stop_rule(bundle: Bundle, limits: FrameLimits) -> StopRule:
    temperatures = [figures.temperature for figures in bundle.manifest.widths]
    return StopRule(limits, temperatures, TimeEstimate(), TimeEstimate())


def test_deadline_and_confidence_leave_groups_out(bundle, batch) -> None:
    with create_engine(bundle, placement=SPLIT) as split:
        split.warm_up(len(batch))
        late = split.run(batch, GROUPS, stop_rule(bundle, FrameLimits(GROUPS, 0.0)))
        assert (late.groups_run, late.stop_reason) == (1, StopReason.DEADLINE)
        limits = FrameLimits(GROUPS, math.inf, 1e-6)
        sure = split.run(batch, GROUPS, stop_rule(bundle, limits))
        # A group that had begun on the other part is counted; the rest is left out.
        assert 1 <= sure.groups_run <= GROUPS
        assert (sure.stop_reason is StopReason.CONFIDENCE) == (sure.groups_run < GROUPS)
        with create_engine(bundle) as one:
            expected = one.run(batch, sure.groups_run).logits
        np.testing.assert_array_equal(sure.logits, expected)


def test_failure_in_any_part_reaches_the_caller_and_the_next_frame_works(bundle, batch) -> None:
    engines = [GatedEngine(bundle.manifest) for _ in range(2)]
    for engine in engines:
        engine.allow(2 * FRAMES * GROUPS)
    with SplitEngine(bundle.manifest, engines, SPLIT) as split:
        for broken in engines:
            works, broken._forward = (
                broken._forward,
                lambda *_: (_ for _ in ()).throw(EngineError('a fault of the test')),
            )
            # The other part may be quicker with everything, but not for ever.
            with pytest.raises(EngineError, match='a fault of the test'):
                for _ in range(FRAMES):
                    split.run(batch, GROUPS)
            broken._forward = works
            assert split.run(batch, GROUPS).groups_run == GROUPS


def test_each_part_loads_a_frame_once(bundle, batch) -> None:
    engines = [GatedEngine(bundle.manifest) for _ in range(2)]
    for engine in engines:
        engine.allow(1000)
    frames = 20
    with SplitEngine(bundle.manifest, engines, SPLIT) as split:
        for _ in range(frames):
            split.run(batch, GROUPS)
    assert sum(len(engine.begun) for engine in engines) == frames * GROUPS
    assert all(engine.loads <= min(frames, len(engine.begun)) for engine in engines)
    assert sum(engine.loads for engine in engines) >= frames


def test_threads_end_with_the_engine(bundle) -> None:
    before = threading.active_count()
    split = create_engine(bundle, placement=SPLIT)
    assert threading.active_count() == before + 1
    split.close()
    assert threading.active_count() == before


def test_more_processors_than_groups_are_refused(bundle) -> None:
    many = Placement('many', tuple(Processor(f'p{number}', CORES) for number in range(5)))
    with pytest.raises(PlacementError, match=r'has 5 processors: .* name at most 4'):
        create_engine(bundle, placement=many)


def test_cores_that_cannot_be_used_are_refused(bundle) -> None:
    wrong = Placement('a+b', (Processor('a', CORES), Processor('b', (4000,))))
    with pytest.raises(PlacementError, match='cores 4000'):
        create_engine(bundle, placement=wrong)
