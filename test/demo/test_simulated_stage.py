# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the demo shows on a simulated board."""

import shutil
from pathlib import Path

import pytest

from dyn_perception.demo.simulated_stage import (
    GRIDS,
    choose_grid,
    host_image_s,
    simulated_stage,
)
from dyn_perception.network.bundle import Bundle, load_bundle
from dyn_perception.share import ShareError, config_path, model_path
from dyn_perception.simulation.board_files import board_names, load_board_description


@pytest.fixture(scope='module')
def resnet() -> Bundle:
    return load_bundle(model_path('resnet'))


def images(grid: tuple[int, int]) -> int:
    return grid[0] * grid[1]


def test_a_frame_on_a_nano_takes_longer_there_than_here_but_not_too_long(resnet: Bundle) -> None:
    nano = load_board_description('jetson_nano')
    assert choose_grid(nano, resnet, 0.7e-3) == ((3, 4), 'gpu')  # 43 ms there


@pytest.mark.parametrize('board', board_names())
def test_a_slower_host_gets_smaller_frames(resnet: Bundle, board: str) -> None:
    description = load_board_description(board)
    grids = [choose_grid(description, resnet, image_s)[0] for image_s in (1e-4, 1e-3, 1e-2, 1.0)]
    assert [images(grid) for grid in grids] == sorted(map(images, grids), reverse=True)
    assert grids[-1] == GRIDS[-1] == (1, 1)
    assert choose_grid(description, resnet, 1e-3)[1] in description.processors


def test_the_time_for_an_image_is_measured(resnet: Bundle) -> None:
    assert 0 < host_image_s(resnet) < 1


def test_a_shipped_board() -> None:
    stage = simulated_stage('jetson_nano', '')
    assert stage.root is not None
    assert not stage.root.exists()
    assert stage.root != simulated_stage('jetson_nano', '').root
    assert stage.perception == {'simulated_board': str(stage.root)}
    assert stage.monitor == {'sysfs_root': str(stage.root)}
    assert stage.manager == {'profile': 'jetson_nano'}
    assert stage.loading.arguments == (str(stage.root), 'gpu=0.5')


def test_a_board_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / 'own.yaml'
    shutil.copy(config_path('boards/odroid_xu3.yaml'), path)
    stage = simulated_stage(str(path), '')
    assert (stage.board, stage.manager, stage.placement) == (str(path), {}, 'cpu:a15')


def test_a_model_that_is_not_there() -> None:
    with pytest.raises(ShareError, match="'/no/such/model' is neither"):
        simulated_stage('jetson_nano', '/no/such/model')
