# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What every engine must do, for every engine and architecture."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.inference.engine import Engine
from dyn_perception.inference.engines import ENGINE_NAMES, EngineError, create_engine
from dyn_perception.network.bundle import Bundle, file_entry, load_bundle
from dyn_perception.network.export import export_bundle
from dyn_perception.network.manifest import MANIFEST_FILE, WEIGHTS_FILE, format_manifest
from support.bundles import write_test_bundle

ARCHITECTURES = ('resnet', 'alexnet')
GROUPS = 4


@pytest.fixture(scope='module', params=ARCHITECTURES)
def bundle(request, tmp_path_factory) -> Bundle:
    path = tmp_path_factory.mktemp('bundle') / request.param
    return load_bundle(write_test_bundle(path, request.param, GROUPS))


@pytest.fixture(scope='module')
def engines(bundle):
    loaded = {name: create_engine(bundle, name) for name in ENGINE_NAMES}
    yield loaded
    for engine in loaded.values():
        engine.close()


@pytest.fixture(scope='module', params=ENGINE_NAMES)
def engine(request, engines) -> Engine:
    return engines[request.param]


@cache
def images(count: int, seed: int = 0) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return generator.normal(0, 1, (count, 3, 32, 32)).astype(np.float32)


@pytest.mark.parametrize('width', range(1, GROUPS + 1))
def test_logits_at_a_width_are_the_sum_of_its_groups(engine, width):
    batch = images(5)
    result = engine.run(batch, width)
    expected = engine.run_group(1, batch)
    for group in range(2, width + 1):
        expected = expected + engine.run_group(group, batch)
    np.testing.assert_array_equal(result.logits, expected)
    assert result.logits.dtype == np.float32
    assert result.logits.shape == (5, 10)
    assert result.groups_run == width
    assert len(result.group_seconds) == width
    assert min(result.group_seconds) > 0


def test_groups_differ_and_depend_on_the_image(engine):
    logits = [engine.run_group(group, images(2)) for group in range(1, GROUPS + 1)]
    for number, first in enumerate(logits):
        assert not np.allclose(first[0], first[1])
        for second in logits[:number]:
            assert not np.allclose(first, second)


def change_group(folder: Path, group: int, seed: int) -> None:
    """Replace every weight of one group and bring the bundle up to date."""
    generator = np.random.default_rng(seed)
    bundle = load_bundle(folder)
    weights = bundle.weights()
    for name, value in weights.items():
        if name.startswith(f'group_{group}.') and value.dtype == np.float32:
            weights[name] = generator.uniform(0.5, 1, value.shape).astype(np.float32)
    content = safetensors.numpy.save(weights)
    (folder / WEIGHTS_FILE).write_bytes(content)
    files = {**bundle.manifest.files, WEIGHTS_FILE: file_entry(content)}
    manifest = bundle.manifest.model_copy(update={'files': files})
    (folder / MANIFEST_FILE).write_text(format_manifest(manifest))
    export_bundle(folder)


@pytest.mark.parametrize('architecture', ARCHITECTURES)
@pytest.mark.parametrize('changed', range(2, GROUPS + 1))
def test_a_later_groups_weights_leave_narrower_widths_bit_for_bit(tmp_path, architecture, changed):
    folder = write_test_bundle(tmp_path / 'bundle', architecture, GROUPS)
    before = run_all_widths(folder)
    change_group(folder, changed, seed=changed)
    after = run_all_widths(folder)
    for name, width in before:
        same = np.array_equal(before[name, width], after[name, width])
        assert same == (width < changed), (name, width)


def run_all_widths(folder: Path) -> dict[tuple[str, int], np.ndarray]:
    results = {}
    for name in ENGINE_NAMES:
        with create_engine(load_bundle(folder), name) as engine:
            for width in range(1, GROUPS + 1):
                results[name, width] = engine.run(images(3), width).logits
    return results


@settings(max_examples=25, deadline=None)
@given(count=st.integers(1, 9), seed=st.integers(0, 20), width=st.integers(1, GROUPS))
def test_torch_and_onnx_agree(engines, count, seed, width):
    batch = images(count, seed)
    logits = {name: engine.run(batch, width).logits for name, engine in engines.items()}
    np.testing.assert_allclose(logits['onnx'], logits['torch'], rtol=0, atol=1e-4)
    np.testing.assert_array_equal(logits['onnx'], logits['tensorrt'])  # the same on a CPU


def test_a_batch_equals_its_images_alone(engine):
    batch = images(6)
    together = engine.run(batch, GROUPS).logits
    alone = [engine.run(batch[number : number + 1], GROUPS).logits[0] for number in range(6)]
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-4)


def test_new_content_of_the_same_array_is_seen(engine):
    batch = images(2, 1).copy()
    first = engine.run(batch, 2).logits
    batch[:] = images(2, 2)
    second = engine.run(batch, 2).logits
    np.testing.assert_array_equal(second, engine.run(images(2, 2).copy(), 2).logits)
    assert not np.allclose(first, second)


def test_changed_content_of_a_view_without_row_order_is_seen(engine):
    stored = images(2, 1).transpose(0, 2, 3, 1).copy()
    view = stored.transpose(0, 3, 1, 2)
    first = engine.run(view, 2).logits
    np.testing.assert_array_equal(first, engine.run(images(2, 1), 2).logits)
    stored[:] = 0
    np.testing.assert_array_equal(
        engine.run(view, 2).logits, engine.run(np.zeros_like(images(2)), 2).logits
    )


def test_results_are_not_overwritten_by_later_runs(engine):
    batch = images(2).copy()
    result, group = engine.run(batch, 1).logits, engine.run_group(1, batch)
    kept = result.copy()
    batch[:] = 0
    engine.run(batch, 1)
    np.testing.assert_array_equal(result, kept)
    np.testing.assert_array_equal(group, kept)


@pytest.mark.parametrize('width', [0, -1, GROUPS + 1, 10**20])
def test_a_width_out_of_range_is_refused(engine, width):
    rule = rf'width {width} is out of range 1\.\.\.4: the model has 4 groups'
    with pytest.raises(EngineError, match=rule):
        engine.run(images(1), width)
    with pytest.raises(EngineError, match=rf'group {width} is out of range'):
        engine.run_group(width, images(1))


@pytest.mark.parametrize('width', ['2', 2.0, None, True])
def test_a_width_that_is_no_integer_is_refused(engine, width):
    with pytest.raises(EngineError, match=r'is no integer: give 1\.\.\.4'):
        engine.run(images(1), width)


@pytest.mark.parametrize(
    'batch',
    [
        np.zeros((3, 32, 32), np.float32),
        np.zeros((1, 3, 32, 31), np.float32),
        np.zeros((1, 1, 32, 32), np.float32),
        np.zeros((0, 3, 32, 32), np.float32),
        np.zeros((1, 3, 32, 32), np.float64),
        np.zeros((1, 3, 32, 32), np.uint8),
    ],
)
def test_a_batch_that_does_not_fit_is_refused_and_the_engine_goes_on(engine, batch):
    with pytest.raises(EngineError, match=r'does not fit .*float32 \[N, 3, 32, 32\]') as caught:
        engine.run(batch, 1)
    assert str(batch.shape) in str(caught.value)
    assert engine.run(images(1), 1).logits.shape == (1, 10)


def test_warm_up_then_other_batch_sizes(engine):
    engine.warm_up(6)
    for count in (6, 1, 3, 6):
        assert engine.run(images(count), GROUPS).logits.shape == (count, 10)
    assert engine.placement.name == 'cpu'
    assert (engine.groups, engine.classes, engine.threads) == (GROUPS, 10, 1)


@pytest.mark.parametrize('name', ENGINE_NAMES)
def test_several_threads_give_the_same_answer(bundle, engines, name):
    with create_engine(bundle, name, threads=2) as engine:
        logits = engine.run(images(4), GROUPS).logits
    expected = engines[name].run(images(4), GROUPS).logits
    np.testing.assert_allclose(logits, expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize('name', ENGINE_NAMES)
def test_a_closed_engine_says_so(bundle, name):
    engine = create_engine(bundle, name)
    engine.run(images(1), 1)
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match=r'closed: create another'):
        engine.run(images(1), 1)


def test_engines_do_not_disturb_each_other(bundle, engines):
    expected = engines['onnx'].run(images(2), GROUPS).logits
    other = create_engine(bundle)
    other.close()
    np.testing.assert_array_equal(engines['onnx'].run(images(2), GROUPS).logits, expected)


def test_unknown_engines_and_no_threads_are_refused(bundle):
    with pytest.raises(EngineError, match=r"engine 'keras' is unknown: choose .*onnx, tensorrt"):
        create_engine(bundle, 'keras')
    for name in ENGINE_NAMES:
        with pytest.raises(EngineError, match='0 threads cannot compute: give at least 1'):
            create_engine(bundle, name, threads=0)


def test_a_missing_library_is_named(bundle, monkeypatch):
    monkeypatch.delitem(sys.modules, 'dyn_perception.inference.torch_engine', raising=False)
    monkeypatch.setitem(sys.modules, 'torch', None)
    with pytest.raises(EngineError, match=r"engine 'torch' cannot be used .*install .* torch"):
        create_engine(bundle, 'torch')


def test_the_onnx_engine_runs_without_torch(bundle):
    program = (
        'import sys, numpy as np\n'
        'from dyn_perception.inference.engines import create_engine\n'
        'from dyn_perception.inference.pipeline import FrameLimits, Pipeline\n'
        'from dyn_perception.images.decoding import RawImage\n'
        'from dyn_perception.network.bundle import load_bundle\n'
        'bundle = load_bundle(sys.argv[1])\n'
        'pipeline = Pipeline(bundle, create_engine(bundle), (2, 2))\n'
        "pipeline.run(RawImage(64, 64, 'mono8', False, 64, bytes(4096)), FrameLimits(4))\n"
        "heavy = {'torch', 'onnx', 'rclpy', 'matplotlib', 'rosbags'} & set(sys.modules)\n"
        'assert not heavy, heavy\n'
    )
    run = subprocess.run(
        [sys.executable, '-c', program, str(bundle.path)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert run.stdout == ''
