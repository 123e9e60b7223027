# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the torch engine does around CUDA: which tensors and graphs, and what errors become.

The network runs on the CPU here; CUDA streams, graphs and page-locked memory are not tested.
"""

import numpy as np
import pytest
import torch

from dyn_perception.inference.engines import create_engine
from dyn_perception.inference.errors import EngineError, PlacementError
from dyn_perception.inference.placement import Gpus, Machine
from dyn_perception.inference.split_engine import SplitEngine
from dyn_perception.inference.torch_gpu_engine import StaticBatches, TorchGpuEngine
from dyn_perception.network.bundle import Bundle, load_bundle
from support.bundles import write_test_bundle
from support.host_device import HostDevice

GROUPS = 3
MACHINE = Machine({}, gpus=Gpus(2, ''))
ADVICE = '\nCUDA kernel errors might be asynchronously reported at some other API call'
ERRORS = [
    torch.OutOfMemoryError('CUDA out of memory. Tried to allocate 2.00 GiB.'),
    RuntimeError('cuDNN error: CUDNN_STATUS_EXECUTION_FAILED'),
    torch.cuda.DeferredCudaCallError('no context'),
]
if hasattr(torch, 'AcceleratorError'):  # since PyTorch 2.8
    ERRORS.append(torch.AcceleratorError(f'CUDA error: device is lost{ADVICE}'))


@pytest.fixture(scope='module')
def bundle(tmp_path_factory) -> Bundle:
    path = tmp_path_factory.mktemp('bundle') / 'bundle'
    return load_bundle(write_test_bundle(path, groups=GROUPS))


@pytest.fixture
def device() -> HostDevice:
    return HostDevice()


@pytest.fixture
def engine(bundle, device) -> TorchGpuEngine:
    return TorchGpuEngine(bundle, placement=MACHINE.place('cuda:1'), device=device)


def images(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, (count, 3, 32, 32)).astype(np.float32)


def test_answers_are_those_of_the_cpu(bundle, engine) -> None:
    with create_engine(bundle, 'torch') as cpu:
        for seed, count in enumerate((2, 5, 2, 1)):
            batch = images(count, seed)
            for width in range(1, GROUPS + 1):
                expected = cpu.run(batch, width).logits
                np.testing.assert_allclose(engine.run(batch, width).logits, expected, atol=1e-5)
            group = cpu.run_group(2, batch)
            np.testing.assert_allclose(engine.run_group(2, batch), group, atol=1e-5)


def test_results_are_not_overwritten_and_new_content_is_seen(engine) -> None:
    batch = images(2).copy()
    first, group = engine.run(batch, 2).logits, engine.run_group(1, batch)
    kept = first.copy(), group.copy()
    batch[:] = images(2, seed=9)
    second = engine.run(batch, 2).logits
    np.testing.assert_array_equal((first, group), kept)
    assert not np.allclose(first, second)


def test_frames_split_with_a_cpu_see_new_content(bundle, engine) -> None:
    cpu, batch = create_engine(bundle, 'torch'), images(2).copy()
    placement = MACHINE.place('cpu+cuda:1')
    with SplitEngine(bundle.manifest, [cpu, engine], placement) as split:
        split.warm_up(2)
        with create_engine(bundle, 'torch') as one:
            for seed in range(20):
                batch[:] = images(2, seed)
                expected = one.run(batch, GROUPS).logits
                np.testing.assert_allclose(split.run(batch, GROUPS).logits, expected, atol=1e-5)
        assert set(split.busy_times(0.1)) == {'cpu', 'cuda:1'}


def test_every_group_is_captured_once_for_each_batch_size(engine, device) -> None:
    engine.warm_up(2)
    assert len(device.captured) == GROUPS
    for count in (2, 3, 2, 3):
        engine.run(images(count), 1)
    assert len(device.captured) == 2 * GROUPS


def test_size_that_was_not_used_for_longest_makes_room() -> None:
    made: list[int] = []
    batches = StaticBatches(lambda size: made.append(size) or size, most=2)  # type: ignore
    assert [batches.get(size) for size in (1, 2, 1, 3, 1, 2)] == [1, 2, 1, 3, 1, 2]
    assert made == [1, 2, 3, 2]
    batches.clear()
    batches.get(2)
    assert made[-1] == 2 and len(made) == 5


def test_groups_that_cannot_be_captured_run_without_graphs(bundle, engine, device, caplog) -> None:
    device.capture_error = RuntimeError(f'CUDA error: operation not permitted{ADVICE}')
    engine.warm_up(2)
    message = (
        'no CUDA graphs of a batch of 2 on cuda:1 (CUDA error: operation not permitted): the '
        'groups run without, slower'
    )
    assert [record.getMessage() for record in caplog.records] == [message]
    assert device.released == 1
    device.capture_error = None
    with create_engine(bundle, 'torch') as cpu:
        expected = cpu.run(images(4), GROUPS).logits
    np.testing.assert_allclose(engine.run(images(4), GROUPS).logits, expected, atol=1e-5)
    assert not device.captured and len(caplog.records) == 1, 'it is tried once'


@pytest.mark.parametrize('error', ERRORS, ids=lambda error: type(error).__name__)
def test_failing_gpu_is_an_engine_error(engine, device, error) -> None:
    engine.warm_up(1)
    device.run_error = error
    with pytest.raises(EngineError, match=r'group 1 failed on a batch of 1 on cuda:1: ') as caught:
        engine.run(images(1), 2)
    assert str(error).splitlines()[0] in str(caught.value)
    assert 'asynchronously' not in str(caught.value)
    device.run_error = None
    assert engine.run(images(1), 2).groups_run == 2, 'it goes on if the GPU does'


def test_memory_that_is_short_for_a_batch_is_an_engine_error(engine, device, monkeypatch) -> None:
    def no_memory(*shape: int) -> torch.Tensor:
        raise ERRORS[0]

    monkeypatch.setattr(device, 'host_tensor', no_memory)
    with pytest.raises(EngineError, match='batch of 6 cannot be loaded on cuda:1: CUDA out of'):
        engine.run(images(6), 1)


def test_gpu_and_feeding_thread_are_busy(engine) -> None:
    engine.run(images(2), 1)
    one = engine.busy_times(0.5)
    assert set(one) == {'cpu', 'cuda:1'} and one['cpu'] == 0.5
    engine.run(images(2), 3)
    assert 0 < one['cuda:1'] < 10 and engine.busy_times(0.5)['cuda:1'] > 0


def test_closed_engine_gives_memory_back_and_says_so(engine, device) -> None:
    engine.run(images(1), 1)
    engine.close()
    engine.close()
    assert device.released == 2
    with pytest.raises(EngineError, match='closed: create another'):
        engine.run(images(1), 1)


@pytest.mark.skipif(torch.cuda.is_available(), reason='PyTorch can use CUDA here')
@pytest.mark.parametrize('name', ['gpu', 'cuda:1', 'cpu+cuda:1'])
def test_missing_cuda_is_refused_with_the_reason(bundle, name) -> None:
    place = MACHINE.place(name)
    with pytest.raises(PlacementError, match=r'cannot run .*PyTorch .* finds no CUDA device; in'):
        create_engine(bundle, 'torch', placement=place)
