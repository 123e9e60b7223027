# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the machine of the tests offers."""

from pathlib import Path

import pytest

from dyn_perception.board.board import open_board
from dyn_perception.inference.errors import PlacementError
from dyn_perception.inference.gpu import GPU_PROVIDERS, count_cuda_devices, find_gpus
from dyn_perception.inference.gpu_libraries import GpuLibraries
from dyn_perception.inference.placement import Gpus, Machine
from dyn_perception.inference.this_machine import ThisMachine
from dyn_perception.network.bundle import Bundle, load_bundle
from dyn_perception.processors.cores import usable_cores
from support.bundles import write_test_bundle
from support.node_process import LIMIT_S


@pytest.fixture(scope='module')
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return load_bundle(write_test_bundle(tmp_path_factory.mktemp('bundle') / 'bundle', groups=2))


def test_clusters_have_the_names_that_the_board_gives_them(bundle: Bundle) -> None:
    machine = ThisMachine(bundle)
    for cluster in open_board().topology.clusters:
        mine = usable_cores().intersection(cluster.cores)
        if mine:
            (processor,) = machine.place(f'cpu:{cluster.name}').processors
            assert set(processor.cores) == mine


def devices(root: Path, *names: str) -> Path:
    """Make device files below a folder."""
    (root / 'dev').mkdir()
    for name in names:
        (root / 'dev' / name).touch()
    return root


def test_machine_without_an_nvidia_device_has_no_gpu(tmp_path, monkeypatch) -> None:
    monkeypatch.delenv('CUDA_VISIBLE_DEVICES', raising=False)
    assert 'NVIDIA' in find_gpus('onnx', tmp_path).why_none
    gpus = find_gpus('onnx', devices(tmp_path, 'nvidia0'))
    assert gpus.count == 1 or 'onnxruntime-gpu' in gpus.why_none


@pytest.mark.parametrize(
    ('names', 'count'),
    [
        (('nvidia0', 'nvidia1', 'nvidiactl', 'nvidia-uvm', 'nvidia-modeset'), 2),
        (('nvidia3',), 1),  # a container with one of four cards; CUDA counts from 0 all the same
        (('nvmap', 'nvhost-gpu', 'nvhost-ctrl'), 1),  # Jetson Nano
        (('nvgpu', 'nvmap', 'nvidia0', 'nvidiactl'), 1),  # Jetson Orin
        (('nvidiactl', 'nvram', 'dri'), 0),
    ],
)
def test_cuda_devices_are_counted_by_their_files(tmp_path, monkeypatch, names, count) -> None:
    monkeypatch.delenv('CUDA_VISIBLE_DEVICES', raising=False)
    assert count_cuda_devices(devices(tmp_path, *names)) == count


@pytest.mark.parametrize(
    ('visible', 'count'),
    [
        ('0', 1), ('1,0', 2), (' 1 , 0 ', 2), ('', 0), ('-1', 0), ('0,-1,1', 1), ('0,5,1', 1),
        ('GPU-8932f937-d72c', 1), ('nonsense', 0), ('²', 0),
    ],
)  # fmt: skip
def test_hidden_devices_do_not_count(tmp_path, monkeypatch, visible, count) -> None:
    monkeypatch.setenv('CUDA_VISIBLE_DEVICES', visible)
    assert count_cuda_devices(devices(tmp_path, 'nvidia0', 'nvidia1')) == count
    gpus = find_gpus('torch', tmp_path)
    assert (gpus.count, gpus.why_none == '') == (count, count > 0)
    if not count:
        assert f'CUDA_VISIBLE_DEVICES={visible!r} hides every GPU' in gpus.why_none


@pytest.mark.parametrize('name', ['gpu', 'cpu+cuda:0'])
def test_gpu_whose_libraries_are_missing_is_refused_at_once(
    tmp_path, monkeypatch, bundle, name
) -> None:
    provider = GPU_PROVIDERS['onnx']
    missing = GpuLibraries(provider).why_not(LIMIT_S)
    if not missing:
        pytest.skip(f'the libraries of {provider} are installed here')
    monkeypatch.delenv('CUDA_VISIBLE_DEVICES', raising=False)
    # The CPU build of ONNX Runtime lists no GPU provider; that of GPUs lists it always.
    monkeypatch.setattr('onnxruntime.get_available_providers', lambda: [provider])
    machine = ThisMachine(bundle, root=devices(tmp_path, 'nvidia0'))
    machine._libraries.why_not(LIMIT_S)
    with pytest.raises(PlacementError) as caught:
        machine.place(name)
    assert f'lists {provider} but cannot load it: {missing}' in str(caught.value)
    assert machine.place('cpu').name == 'cpu'


def test_gpu_is_refused_with_the_reason(bundle: Bundle) -> None:
    reason = find_gpus('onnx').why_none
    if reason:
        with pytest.raises(PlacementError) as caught:
            ThisMachine(bundle).place('gpu')
        assert reason in str(caught.value)


def test_every_offered_placement_can_be_asked_for(bundle: Bundle) -> None:
    machine = ThisMachine(bundle, threads=2)
    offered = machine.placements()
    assert offered and all(machine.place(name).name == name for name in offered)
    with machine.create(machine.place('cpu')) as engine:
        assert (engine.placement.name, engine.threads) == ('cpu', 2)
        assert engine.groups == bundle.manifest.groups


def test_more_processors_than_groups_are_refused(bundle: Bundle) -> None:
    machine = ThisMachine(bundle)
    core = min(usable_cores())
    machine._offer = lambda wait_s: Machine({}, gpus=Gpus(2, ''))  # type: ignore[method-assign]
    assert machine.place(f'cpu:{core}+gpu').name == f'cpu:{core}+gpu'
    with pytest.raises(PlacementError, match=r'has 3 processors: .* name at most 2'):
        machine.place(f'cpu:{core}+gpu+cuda:1')
