# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Threads run where they were put, and those of the libraries with them."""

import os
import threading
from pathlib import Path

import numpy as np
import pytest

from dyn_perception.images.decoding import RawImage
from dyn_perception.inference.affinity import on_cores, set_thread_cores
from dyn_perception.inference.engine import Engine
from dyn_perception.inference.engines import create_engine
from dyn_perception.inference.errors import PlacementError
from dyn_perception.inference.pipeline import FrameLimits, Pipeline, PipelineFactory
from dyn_perception.inference.placement import ANYWHERE, Machine, Placement
from dyn_perception.network.bundle import Bundle, load_bundle
from dyn_perception.processors.cores import usable_cores
from support.bundles import write_test_bundle

CORE = min(usable_cores())


@pytest.fixture(scope='module')
def bundle(tmp_path_factory) -> Bundle:
    return load_bundle(write_test_bundle(tmp_path_factory.mktemp('affinity') / 'bundle'))


def make_pipeline(bundle: Bundle, placement: Placement, threads: int = 1) -> Pipeline:
    def create(where: Placement) -> Engine:
        return create_engine(bundle, threads=threads, placement=where)

    return PipelineFactory(bundle, create).make(placement)


def threads() -> set[int]:
    return {int(path.name) for path in Path('/proc/self/task').iterdir()}


def test_function_runs_on_the_cores_and_the_caller_stays() -> None:
    before = os.sched_getaffinity(0)
    seen = on_cores((CORE,), lambda: os.sched_getaffinity(threading.get_native_id()))
    assert seen == {CORE}
    assert os.sched_getaffinity(0) == before


def test_none_means_every_core_of_the_process() -> None:
    def inside() -> set[int]:
        set_thread_cores(threading.get_native_id(), None)
        return os.sched_getaffinity(threading.get_native_id())

    assert on_cores((CORE,), inside) == usable_cores()


def test_core_that_is_not_there_is_refused() -> None:
    with pytest.raises(PlacementError, match=r'cores 4000 .* now '):
        on_cores((4000,), lambda: None)


def test_error_of_the_function_comes_through() -> None:
    with pytest.raises(ZeroDivisionError):
        on_cores(None, lambda: 1 // 0)


def test_threads_of_the_engine_stay_on_the_cores(bundle: Bundle) -> None:
    before = threads()
    placement = Machine({}).place(f'cpu:{CORE}')
    pipeline = make_pipeline(bundle, placement, threads=3)
    try:
        new = threads() - before
        assert len(new) >= 2  # those of ONNX Runtime beside the caller's
        assert {frozenset(os.sched_getaffinity(thread)) for thread in new} == {frozenset({CORE})}
    finally:
        pipeline.close()


def test_placement_changes_no_bit_of_the_answer(bundle: Bundle) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    image = RawImage(48, 64, 'bgr8', False, 192, pixels.tobytes())
    results = []
    for placement in (ANYWHERE, Machine({}).place(f'cpu:{CORE}')):
        pipeline = make_pipeline(bundle, placement)
        results.append(pipeline.run(image, FrameLimits(4)))
        pipeline.close()
    np.testing.assert_array_equal(results[0].scores, results[1].scores)
    assert [result.placement for result in results] == ['cpu', f'cpu:{CORE}']
    assert list(results[1].busy_s) == [f'cpu:{CORE}']


def test_core_list_of_the_kernel_is_read_below_a_root(tmp_path: Path) -> None:
    from dyn_perception.processors.cores import online_cores, present_cores

    folder = tmp_path / 'sys/devices/system/cpu'
    folder.mkdir(parents=True)
    (folder / 'present').write_text('0-5\n')
    assert present_cores(tmp_path) == set(range(6))
    (folder / 'online').write_text('garbage')
    assert online_cores(tmp_path) == set(range(os.cpu_count() or 1))
