# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A CUDA device of a placement is found on the board, in its load, its clock and the profile."""

import math

import numpy as np
import pytest

from dyn_perception.control.arrivals import CameraArrivals
from dyn_perception.control.board_readings import BackgroundLoads
from dyn_perception.control.policy import BoardObservation, ProcessorObservation
from dyn_perception.control.prior_table import WidthCost, prior_table
from dyn_perception.control.profile_model import main_knob
from dyn_perception.processors.names import (
    clock_knob,
    is_gpu,
    join_processors,
    loaded_processor,
    on_board,
    processors_of,
)


@pytest.mark.parametrize(
    ('name', 'board', 'knob'),
    [
        ('gpu', 'gpu', 'gpu'),
        ('cuda:0', 'gpu', 'gpu'),
        ('cuda:1', 'gpu_1', 'gpu_1'),
        ('cpu', 'cpu', 'cpu'),
        ('cpu:a57', 'cpu:a57', 'cpu.a57'),
        ('cuda:x', 'cuda:x', 'cuda.x'),
        ('cpu:0+cuda:0', 'cpu:0+cuda:0', 'cpu.0+cuda:0'),  # several processors have no one name
    ],
)
def test_name_on_the_board_and_of_the_clock(name: str, board: str, knob: str) -> None:
    assert (on_board(name), clock_knob(name)) == (board, knob)
    assert is_gpu(name) == name.startswith(('gpu', 'cuda:0', 'cuda:1'))


@pytest.mark.parametrize('parts', [('gpu',), ('cpu:a57', 'gpu'), ('cpu:0', 'cpu:1', 'cpu:2-3')])
def test_processors_of_a_placement(parts: tuple[str, ...]) -> None:
    assert processors_of(join_processors(parts)) == parts


def test_first_cuda_device_runs_at_the_clock_of_the_gpu() -> None:
    knobs = ('cpu.a57', 'gpu')
    assert main_knob('cuda:0', knobs) == main_knob('gpu', knobs) == 1
    assert main_knob('cuda:1', knobs) == -1, 'the clock of another card says nothing'


def test_points_without_a_profile_are_those_of_the_gpu() -> None:
    gpu = ProcessorObservation('gpu', 'gpu', maximum_mhz=1200.0, steps_mhz=(300.0, 1200.0))
    costs = [WidthCost(1, 1e8, 0.8)]
    tables = [prior_table(costs, [name], [gpu], {'gpu'}) for name in ('gpu', 'cuda:0')]
    assert tables[0].knobs == tables[1].knobs == ('gpu',)
    np.testing.assert_array_equal(tables[0].latency_s, tables[1].latency_s)


def test_load_by_others_is_that_of_the_gpu() -> None:
    loads = BackgroundLoads(['cuda:0', 'cuda:1', 'gpu'], {})
    loads.own_work.add(0.0, 0.1, {'gpu': 0.02})
    gpu = ProcessorObservation('gpu', 'gpu', load=0.5, cores=1.0)
    loads.add(BoardObservation(time_s=0.1, window_s=0.1, processors=(gpu,)))
    (load,) = loads.known(CameraArrivals())
    assert load.by_placement[0] == load.by_placement[2] == pytest.approx(0.3)
    assert math.isnan(load.by_placement[1])


BIG_LITTLE = {'cpu:a53': range(4), 'cpu:a57': [4, 5, 6, 7]}


@pytest.mark.parametrize(
    ('processor', 'board'),
    [
        ('cpu:a57', 'cpu:a57'),
        ('cpu:0', 'cpu:a53'),
        ('cpu:4', 'cpu:a57'),
        ('cpu:2,3', 'cpu:a53'),
        ('cpu:0-3', 'cpu:a53'),
        ('cpu:4-7', 'cpu:a57'),
        ('cpu:0,4-7', 'cpu:a57'),  # most of them
        ('cpu:2-4', 'cpu:a53'),
        ('cpu:6,1', 'cpu:a53'),  # as many of each: the first cluster
        ('cpu:7-9', 'cpu:a57'),  # those that the board has
        ('cpu', 'cpu'),  # any core: nobody knows of which
        ('gpu', 'gpu'),
        ('cuda:0', 'gpu'),
        ('cuda:1', 'gpu_1'),
        # What the board does not have, and what is no list of cores.
        ('cpu:8', 'cpu:8'),
        ('cpu:a72', 'cpu:a72'),
        ('tpu', 'tpu'),
        ('cpu:4-', 'cpu:4-'),
        ('cpu:7-4', 'cpu:7-4'),
        ('cpu:4,,5', 'cpu:4,,5'),
        ('cpu:4,4', 'cpu:4,4'),
        ('cpu:', 'cpu:'),
        ('', ''),
    ],
)
def test_work_shows_in_the_load_of_a_processor_of_the_board(processor: str, board: str) -> None:
    assert loaded_processor(processor, BIG_LITTLE) == board


def test_any_core_of_the_only_cluster_is_that_cluster() -> None:
    assert loaded_processor('cpu', {'cpu:a57': [0, 1]}) == 'cpu:a57'
    assert loaded_processor('cpu', {'cpu': [0, 1]}) == 'cpu'
    assert loaded_processor('cpu:1', {'cpu': [0, 1]}) == 'cpu'


@pytest.mark.parametrize('processor', ['cpu', 'cpu:0', 'gpu'])
def test_before_the_board_is_known_names_stay(processor: str) -> None:
    assert loaded_processor(processor, {}) == processor
