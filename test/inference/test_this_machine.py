# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the machine of the tests offers."""

import pytest

from dyn_perception.board.board import open_board
from dyn_perception.inference.errors import PlacementError
from dyn_perception.inference.gpu import why_no_gpu
from dyn_perception.inference.processors import usable_cores
from dyn_perception.inference.this_machine import ThisMachine


def test_clusters_have_the_names_that_the_board_gives_them() -> None:
    machine = ThisMachine('onnx')
    for cluster in open_board().topology.clusters:
        mine = usable_cores().intersection(cluster.cores)
        if mine:
            (processor,) = machine.place(f'cpu:{cluster.name}').processors
            assert set(processor.cores) == mine


def test_machine_without_an_nvidia_device_has_no_gpu(tmp_path) -> None:
    assert 'NVIDIA' in why_no_gpu('onnx', tmp_path)
    (tmp_path / 'dev').mkdir()
    (tmp_path / 'dev/nvidia0').touch()
    reason = why_no_gpu('onnx', tmp_path)
    assert not reason or 'onnxruntime-gpu' in reason


def test_gpu_is_refused_with_the_reason() -> None:
    reason = why_no_gpu('onnx')
    if reason:
        with pytest.raises(PlacementError) as caught:
            ThisMachine('onnx').place('gpu')
        assert reason in str(caught.value)
