# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Measuring what works, and saying what does not."""

from pathlib import Path

import pytest

from dyn_perception.inference.errors import PlacementError
from dyn_perception.network.bundle import load_bundle
from dyn_perception.profiling.grid import GridPoint
from dyn_perception.profiling.network_on_board import NetworkOnBoard
from dyn_perception.profiling.run import ProfileRun
from support.bundles import write_test_bundle


def test_placement_that_cannot_run_the_network_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = load_bundle(write_test_bundle(tmp_path / 'bundle', groups=2))
    network = NetworkOnBoard(bundle, 'onnx', 1, (1, 1), Path('/'))
    make = network._factory.make

    def fail_beside_the_cpu(placement):
        if placement.name != 'cpu':
            raise PlacementError('the driver does not fit: a fault of the test')
        return make(placement)

    monkeypatch.setattr('dyn_perception.profiling.network_on_board.PipelineFactory.make',
                        lambda self, placement: fail_beside_the_cpu(placement))  # fmt: skip
    points = [GridPoint(width, place) for place in ('cpu:0', 'cpu') for width in (1, 2)]
    left_out: dict[str, str] = {}
    run = ProfileRun(
        network, bundle.manifest, (64, 48), 0.01,
        lambda name, error: left_out.update({name: str(error)}),
    )  # fmt: skip
    measured = list(run.measure(points))
    assert [(point.placement, point.width) for point in measured] == [('cpu', 1), ('cpu', 2)]
    assert left_out == {'cpu:0': 'the driver does not fit: a fault of the test'}
    strict = ProfileRun(network, bundle.manifest, (64, 48), 0.01)
    with pytest.raises(PlacementError):
        list(strict.measure(points))


def test_more_processors_than_groups_are_refused_before_anything_is_measured(
    tmp_path: Path,
) -> None:
    bundle = load_bundle(write_test_bundle(tmp_path / 'bundle', groups=1))
    network = NetworkOnBoard(bundle, 'onnx', 1, (1, 1), Path('/'))
    with pytest.raises(PlacementError, match='name at most 1'):
        network.knobs(['cpu:0+cpu:1'])
