# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The figure `gpu` without a GPU: nothing is measured, and each engine says why."""

import pytest

from benchmark.frame import gpu
from benchmark.frame.figures import FIGURES
from benchmark.machine import find_gpu_names
from benchmark.perception.settings import Settings
from benchmark.report import Report
from dyn_perception.inference.engines import ENGINE_NAMES, create_engine
from dyn_perception.inference.placement import Gpus
from dyn_perception.share import model_path


@pytest.fixture
def settings(tmp_path, monkeypatch) -> Settings:
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    return Settings(tmp_path, model_path('resnet').parent, tmp_path)


def test_no_gpu_leaves_the_figure_out(settings, monkeypatch, capsys) -> None:
    monkeypatch.setattr(gpu, 'find_gpus', lambda name: Gpus(0, 'no card'))
    assert gpu.measure(settings) == {}
    lines = capsys.readouterr().err.splitlines()
    assert lines == [f'gpu: engine {name} is left out: no card' for name in ENGINE_NAMES]


@pytest.mark.filterwarnings('ignore:Specified provider')
def test_engine_that_cannot_use_the_gpu_is_left_out(settings, monkeypatch, capsys) -> None:
    torch = pytest.importorskip('torch')
    if torch.cuda.is_available():
        pytest.skip('there is a GPU')
    monkeypatch.setattr(gpu, 'find_gpus', lambda name: Gpus(1, ''))
    assert gpu.measure(settings) == {}
    text = capsys.readouterr().err
    for name in ENGINE_NAMES:
        for place in ('gpu', 'cpu+gpu'):
            assert f'gpu: engine {name} on {place} is left out: gpu cannot run the net' in text


def test_each_engine_and_placement_has_its_figures(settings, monkeypatch) -> None:
    """With the CPU in the place of every GPU."""
    monkeypatch.setattr(gpu, 'find_gpus', lambda name: Gpus(int(name != 'tensorrt'), ''))
    monkeypatch.setattr(gpu, 'create_engine', lambda bundle, *_, **__: create_engine(bundle))
    monkeypatch.setattr(gpu, '_FRAMES', 20)
    monkeypatch.setattr(gpu, '_REGIONS', 1)
    report = Report('frame', FIGURES)
    report.add(gpu.measure(settings))
    content = report.content()
    assert list(content['gpu']) == ['onnx gpu', 'onnx cpu+gpu', 'torch gpu', 'torch cpu+gpu']
    for figures in content['gpu'].values():
        assert [len(figures[key]) for key in ('steady_ms', 'after_change_ms')] == [4, 4]
    assert content['gpu_difference'] == dict.fromkeys(content['gpu'], 0.0)


def test_gpus_of_the_machine_are_named(tmp_path) -> None:
    assert find_gpu_names(tmp_path) == []
    for number, model in enumerate(('NVIDIA GeForce RTX 4070', 'Tesla T4')):
        folder = tmp_path / f'proc/driver/nvidia/gpus/0000:0{number}:00.0'
        folder.mkdir(parents=True)
        (folder / 'information').write_text(f'Model: \t\t {model}\nIRQ:   \t\t 1\n')
    assert find_gpu_names(tmp_path) == ['NVIDIA GeForce RTX 4070', 'Tesla T4']
    tree = tmp_path / 'jetson/proc/device-tree'
    tree.mkdir(parents=True)
    (tree / 'model').write_text('NVIDIA Jetson Orin Nano Developer Kit\0')
    assert find_gpu_names(tmp_path / 'jetson') == ['NVIDIA Jetson Orin Nano Developer Kit']
