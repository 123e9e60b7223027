# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A bundle is read whole and unchanged, or refused with a reason."""

import pickle
import sys

import pytest

from dyn_perception.network.bundle import file_entry, load_bundle
from dyn_perception.network.errors import BundleError
from dyn_perception.network.export import export_bundle
from support.interpreter import run_python

FILES = ['weights.safetensors', 'group_1.onnx', 'group_4.onnx']


def test_reads_what_was_written(bundle):
    opened = load_bundle(bundle)
    opened.verify()
    assert opened.manifest.groups == 4
    assert len(opened.manifest.labels) == 10
    assert {name.split('.')[0] for name in opened.weights()} == {f'group_{g}' for g in range(1, 5)}
    assert opened.onnx_file(2) == (bundle / 'group_2.onnx').read_bytes()


def test_needs_no_torch(bundle):
    run_python(
        'import sys; from dyn_perception.network.bundle import load_bundle;'
        f'load_bundle({str(bundle)!r}).verify();'
        'assert "torch" not in sys.modules'
    )


def test_refuses_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(BundleError, match=r'nowhere.*not a folder.*give the path'):
        load_bundle(tmp_path / 'nowhere')


@pytest.mark.parametrize('name', ['manifest.json', *FILES])
def test_refuses_a_missing_file(bundle, name):
    (bundle / name).unlink()
    with pytest.raises(BundleError, match=name):
        load_bundle(bundle)


@pytest.mark.parametrize('name', FILES)
def test_refuses_a_truncated_file(bundle, name):
    content = (bundle / name).read_bytes()
    (bundle / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(BundleError, match=rf'{name}.*truncated'):
        load_bundle(bundle)


@pytest.mark.parametrize('name', FILES)
def test_refuses_a_changed_file(bundle, name):
    content = bytearray((bundle / name).read_bytes())
    content[len(content) // 2] ^= 1
    (bundle / name).write_bytes(content)
    with pytest.raises(BundleError, match=rf'{name}.*changed'):
        load_bundle(bundle).verify()


class _Harm:
    def __reduce__(self):
        return (sys.exit, ('the pickle was loaded',))


@pytest.mark.parametrize('name', ['weights.pkl', 'model.pt', 'state.npy'])
def test_refuses_a_pickle_beside_the_files(bundle, name):
    (bundle / name).write_bytes(pickle.dumps(_Harm()))
    with pytest.raises(BundleError, match=rf'{name}.*pickle.*delete'):
        load_bundle(bundle)


@pytest.mark.parametrize('name', FILES)
def test_refuses_a_pickle_in_place_of_a_file(bundle, name):
    content = pickle.dumps(_Harm())
    manifest = bundle / 'manifest.json'
    entry, old = file_entry(content), file_entry((bundle / name).read_bytes())
    text = manifest.read_text().replace(old.sha256, entry.sha256)
    manifest.write_text(text.replace(f'"bytes": {old.bytes},', f'"bytes": {entry.bytes},'))
    (bundle / name).write_bytes(content)
    with pytest.raises(BundleError, match='pickle'):
        load_bundle(bundle)


@pytest.mark.parametrize('group', [0, 5, -1])
def test_refuses_a_group_that_does_not_exist(bundle, group):
    with pytest.raises(BundleError, match=rf'group {group} is out of range 1\.\.\.4'):
        load_bundle(bundle).onnx_file(group)


def test_export_restores_the_onnx_files(bundle):
    before = {path.name: path.read_bytes() for path in bundle.iterdir()}
    assert export_bundle(bundle) == load_bundle(bundle).manifest
    assert {path.name: path.read_bytes() for path in bundle.iterdir()} == before


def test_export_keeps_the_folder_when_the_disk_is_full(bundle, monkeypatch):
    before = {path.name: path.read_bytes() for path in bundle.iterdir()}
    waiting = bundle / '.writing-test'
    waiting.mkdir()
    (waiting / 'group_2.onnx').symlink_to('/dev/full')  # every write fails: no space left
    monkeypatch.setattr('tempfile.mkdtemp', lambda **_: str(waiting))
    with pytest.raises(OSError, match='No space left'):
        export_bundle(bundle)
    assert {path.name: path.read_bytes() for path in bundle.iterdir()} == before
