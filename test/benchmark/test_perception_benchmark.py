# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip('torch', reason='the networks of the benchmark are made with torch')

import torch

from benchmark.perception.__main__ import MEASUREMENTS, main
from benchmark.perception.figures import FIGURES
from benchmark.perception.memory_process import private_bytes
from benchmark.perception.monolith import export_branched, export_merged, merge_groups
from dyn_perception.inference.engines import create_engine
from dyn_perception.network.bundle import load_bundle
from support.bundles import random_network, write_test_bundle


@pytest.mark.parametrize('architecture', ['resnet', 'alexnet'])
def test_merged_groups_compute_the_same_as_their_sum(architecture: str) -> None:
    network = random_network(architecture, groups=3)
    images = torch.randn(2, 3, 32, 32)
    for width in (1, 2, 3):
        merged = merge_groups(list(network.branches)[:width])
        with torch.no_grad():
            torch.testing.assert_close(
                merged(images), network(images, width), atol=1e-4, rtol=1e-4
            )


def test_layers_that_cannot_be_merged_are_refused() -> None:
    with pytest.raises(TypeError, match='0 is a LayerNorm'):
        merge_groups([torch.nn.Sequential(torch.nn.LayerNorm(3)) for _ in range(2)])


def test_graphs_of_the_comparison_answer_as_the_engine(tmp_path: Path) -> None:
    import onnxruntime

    bundle = load_bundle(write_test_bundle(tmp_path / 'bundle', groups=2))
    batch = np.random.default_rng(0).standard_normal((1, 3, 32, 32), np.float32)
    merged = export_merged(bundle, tmp_path / 'merged')
    branched = export_branched(bundle, tmp_path / 'branched')
    with create_engine(bundle) as engine:
        for width, graphs in enumerate(zip(merged, branched, strict=True), start=1):
            expected = engine.run(batch, width).logits
            for graph in graphs:
                session = onnxruntime.InferenceSession(graph, providers=['CPUExecutionProvider'])
                (logits,) = session.run(['logits'], {'image': batch})
                np.testing.assert_allclose(logits, expected, atol=1e-4)


def test_private_bytes_count_what_was_written_to() -> None:
    before = private_bytes()
    block = np.ones(20 * 2**20, np.uint8)
    assert 19 * 2**20 < private_bytes() - before < 40 * 2**20
    del block


def test_without_data_nothing_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(['--data', str(tmp_path), '--out', str(tmp_path / 'bench')])
    assert status == 2
    assert 'holds no CIFAR-10' in capsys.readouterr().err
    assert not (tmp_path / 'bench').exists()


def test_each_figure_and_measurement_is_listed_once() -> None:
    keys = [figure.key for figure in FIGURES]
    assert len(set(keys)) == len(keys)
    assert len(set(MEASUREMENTS)) == len(MEASUREMENTS)
