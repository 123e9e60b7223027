# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""ONNX files that ONNX Runtime must not, or cannot, run; and the memory of the engine."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnx.helper
import pytest

from dyn_perception.inference.engines import EngineError, create_engine
from dyn_perception.network.bundle import BundleError, file_entry, load_bundle
from dyn_perception.network.manifest import MANIFEST_FILE, format_manifest, onnx_file_name
from support.bundles import write_test_bundle


@pytest.fixture(scope='module')
def original(tmp_path_factory) -> Path:
    return write_test_bundle(tmp_path_factory.mktemp('original') / 'bundle', groups=2)


@pytest.fixture
def folder(original, tmp_path) -> Path:
    return Path(shutil.copytree(original, tmp_path / 'bundle'))


def replace_group(folder: Path, group: int, content: bytes) -> None:
    """Put another file into a bundle with a manifest that vouches for it."""
    name = onnx_file_name(group)
    (folder / name).write_bytes(content)
    manifest = load_manifest_without_sizes(folder)
    files = {**manifest.files, name: file_entry(content)}
    text = format_manifest(manifest.model_copy(update={'files': files}))
    (folder / MANIFEST_FILE).write_text(text)


def load_manifest_without_sizes(folder: Path):
    from dyn_perception.network.manifest import parse_manifest

    path = folder / MANIFEST_FILE
    return parse_manifest(path.read_bytes(), str(path))


def load_error(folder: Path) -> str:
    with pytest.raises(EngineError) as caught:
        create_engine(load_bundle(folder))
    return str(caught.value)


@pytest.mark.parametrize('content', [b'', b'no model', bytes(1000)])
def test_a_file_that_is_no_model_is_refused(folder, content):
    replace_group(folder, 2, content)
    error = load_error(folder)
    assert f'group 2 of {folder}' in error
    assert 'export the bundle again' in error


def test_a_truncated_model_is_refused(folder):
    content = (folder / 'group_1.onnx').read_bytes()
    replace_group(folder, 1, content[: len(content) // 2])
    assert 'group 1 of' in load_error(folder)


def test_a_file_changed_after_the_bundle_was_opened_is_refused(folder):
    bundle = load_bundle(folder)
    path = folder / 'group_2.onnx'
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(BundleError, match=r'group_2\.onnx'):
        create_engine(bundle)


def test_what_was_checked_is_what_runs(folder):
    """Once loaded, the files are not read again."""
    engine = create_engine(load_bundle(folder))
    batch = np.ones((1, 3, 32, 32), np.float32)
    before = engine.run(batch, 2).logits
    shutil.rmtree(folder)
    engine.warm_up(3)
    np.testing.assert_array_equal(engine.run(batch, 2).logits, before)


def with_external_weights(folder: Path, place: str) -> None:
    """Move group 1's weights into a file of their own, which no manifest vouches for."""
    model = onnx.load_from_string((folder / 'group_1.onnx').read_bytes())
    scratch = folder.parent / 'scratch'
    scratch.mkdir()
    onnx.save(
        model,
        scratch / 'model.onnx',
        save_as_external_data=True,
        location='weights.bin',
        size_threshold=0,
    )
    shutil.copy(scratch / 'weights.bin', folder / 'weights.bin')
    content = (scratch / 'model.onnx').read_bytes()
    model = onnx.ModelProto.FromString(content)
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == 'location':
                entry.value = place
    replace_group(folder, 1, model.SerializeToString())


@pytest.mark.parametrize('place', ['weights.bin', '../bundle/weights.bin', '{folder}/weights.bin'])
def test_weights_outside_the_checked_file_are_refused(folder, monkeypatch, place):
    with_external_weights(folder, place.format(folder=folder))
    monkeypatch.chdir(folder)
    assert f'group 1 of {folder} refers to weights in another file' in load_error(folder)


def rewritten(folder: Path, change) -> None:
    model = onnx.load_from_string((folder / 'group_1.onnx').read_bytes())
    change(model)
    replace_group(folder, 1, model.SerializeToString())


def rename_input(model) -> None:
    for node in model.graph.node:
        node.input[:] = ['picture' if name == 'image' else name for name in node.input]
    model.graph.input[0].name = 'picture'


def rename_output(model) -> None:
    for node in model.graph.node:
        node.output[:] = ['scores' if name == 'logits' else name for name in node.output]
    model.graph.output[0].name = 'scores'


def fix_batch_size(model) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1


@pytest.mark.parametrize('change', [rename_input, rename_output, fix_batch_size])
def test_a_model_with_another_interface_is_refused(folder, change):
    rewritten(folder, change)
    error = load_error(folder)
    assert 'group 1 of' in error
    assert 'it needs input image float [N, 3, 32, 32] and output logits float [N, 10]' in error


def test_a_model_of_another_image_size_is_refused(folder, tmp_path):
    other = write_test_bundle(tmp_path / 'other', groups=1, size=(16, 16))
    replace_group(folder, 1, (other / 'group_1.onnx').read_bytes())
    assert '[N, 3, 32, 32]' in load_error(folder)


def test_a_model_that_fails_while_it_runs_is_an_engine_error(folder):
    def reshape_to_one_image(model) -> None:
        last = model.graph.node[-1]
        last.output[0] = 'before'
        shape = onnx.helper.make_tensor('one', onnx.TensorProto.INT64, [2], [1, 10])
        model.graph.initializer.append(shape)
        node = onnx.helper.make_node('Reshape', ['before', 'one'], ['logits'])
        model.graph.node.append(node)

    rewritten(folder, reshape_to_one_image)
    engine = create_engine(load_bundle(folder))
    one = np.zeros((1, 3, 32, 32), np.float32)
    before = engine.run(one, 2).logits
    with pytest.raises(EngineError, match=r'group 1 failed on a batch of 2: .*export'):
        engine.run(np.zeros((2, 3, 32, 32), np.float32), 2)
    np.testing.assert_array_equal(engine.run(one, 2).logits, before)


MEMORY_PROGRAM = """
import sys
from pathlib import Path
import numpy as np
from dyn_perception.inference.engines import create_engine
from dyn_perception.network.bundle import load_bundle

def private_bytes():
    lines = Path('/proc/self/smaps_rollup').read_text().splitlines()
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith('Private_'))

small = create_engine(load_bundle(sys.argv[1]))
small.run(np.zeros((1, 3, 32, 32), np.float32), 1)
large = load_bundle(sys.argv[2])
before = private_bytes()
engine = create_engine(large)
engine.warm_up(1)
print((private_bytes() - before) / large.manifest.widths[-1].bytes)
"""


@pytest.mark.skipif(not Path('/proc/self/smaps_rollup').exists(), reason='needs Linux')
def test_the_weights_are_held_once(original, tmp_path):
    """No second copy, in the bytes a session was made from or in freed memory."""
    large = write_test_bundle(tmp_path / 'large', groups=4, channels=[128, 128, 256, 256])
    run = subprocess.run(
        [sys.executable, '-c', MEMORY_PROGRAM, str(original), str(large)],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert 0.9 < float(run.stdout) < 1.6
