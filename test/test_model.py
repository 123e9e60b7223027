# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A model in a Python program: what it answers, refuses and gives to a policy."""

import copy
import dataclasses
import math
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import dyn_perception as dp
from dyn_perception.processors.cores import usable_cores
from dyn_perception.share import frames_path, model_path
from support.bundles import write_test_bundle

RESNET_WIDTHS = (1, 2, 3, 4)


@pytest.fixture(scope='module')
def model() -> Iterator[dp.Model]:
    with dp.load_model('resnet') as loaded:
        yield loaded


@pytest.fixture(scope='module')
def cat() -> np.ndarray:
    path = next(iter(sorted(frames_path('cifar10').glob('cat/*.png'))))
    image = cv2.imread(str(path))
    assert image is not None
    return np.asarray(image)


def test_a_model_says_what_it_is(model: dp.Model) -> None:
    assert model.widths == RESNET_WIDTHS and model.labels[3] == 'cat' and len(model.labels) == 10
    assert model.placement == 'cpu' and 'resnet' in repr(model)
    accuracies = [model.expected_accuracy(width) for width in model.widths]
    assert accuracies == sorted(accuracies) and accuracies[0] > 0.8


def test_an_image_gets_its_class(model: dp.Model, cat: np.ndarray) -> None:
    result = model(cat)
    assert (result.label, result.class_id) == ('cat', 3)
    assert result.score == result.scores.max() == pytest.approx(result.scores[3])
    assert result.scores.sum() == pytest.approx(1) and result.scores.shape == (10,)
    assert (result.width, result.width_run, result.stop_reason) == (4, 4, dp.StopReason.WIDTH)
    assert result.expected_accuracy == model.expected_accuracy(4)
    assert 0 < result.preprocessing_s + result.inference_s <= result.latency_s
    (region,) = result.regions
    assert (region.row, region.column, region.label) == (0, 0, 'cat')


def test_results_stay_as_they_are(model: dp.Model, cat: np.ndarray) -> None:
    first = model(cat)
    scores = first.scores.copy()
    model(255 - cat)
    np.testing.assert_array_equal(first.scores, scores)
    with pytest.raises(ValueError, match='read-only'):
        first.scores[0] = 1
    with pytest.raises(AttributeError):
        first.label = 'dog'  # type: ignore[misc]


@pytest.mark.parametrize('width', RESNET_WIDTHS)
def test_a_width_runs_so_much(model: dp.Model, cat: np.ndarray, width: int) -> None:
    result = model(cat, width=width)
    assert (result.width, result.width_run) == (width, width)
    assert result.expected_accuracy == model.expected_accuracy(width)


@pytest.mark.parametrize('left_ms', [1e-6, 0, -5.0])
def test_time_that_is_up_ends_a_frame(model: dp.Model, cat: np.ndarray, left_ms: float) -> None:
    result = model(cat, deadline_ms=left_ms)
    assert (result.width, result.width_run) == (4, 1)
    assert result.stop_reason == dp.StopReason.DEADLINE
    assert model(cat, deadline_ms=math.inf).width_run == 4


def test_a_sure_answer_ends_a_frame(model: dp.Model, cat: np.ndarray) -> None:
    result = model(cat, confidence=0.01)
    assert (result.width_run, result.stop_reason) == (1, dp.StopReason.CONFIDENCE)


def test_each_region_has_a_class(cat: np.ndarray) -> None:
    pair = np.hstack([cat, cv2.flip(cat, 1)])
    with dp.load_model('resnet', regions=(1, 2)) as model:
        result = model(pair)
    assert [(region.row, region.column) for region in result.regions] == [(0, 0), (0, 1)]
    assert [region.label for region in result.regions] == ['cat', 'cat']
    best = max(result.regions, key=lambda region: region.score)
    assert (result.label, result.score) == (best.label, best.score)
    assert result.scores is best.scores


def test_a_bundle_is_loaded_by_its_path(tmp_path: Path, cat: np.ndarray) -> None:
    path = write_test_bundle(tmp_path / 'bundle', groups=3)
    for place in (path, str(path)):
        with dp.load_model(place) as model:
            assert model.widths == (1, 2, 3) and model(cat).width_run == 3


@pytest.mark.parametrize(
    ('options', 'error', 'text'),
    [
        ({'name_or_path': 'nope'}, dp.BundleError, 'alexnet, resnet'),
        ({'name_or_path': os.devnull}, dp.BundleError, 'is not a folder'),
        ({'engine': 'magic'}, dp.EngineError, 'choose one of onnx'),
        ({'placement': 'cpu:99999'}, dp.PlacementError, 'this machine offers cpu'),
        ({'placement': '+'.join(['cpu'] * 2)}, dp.PlacementError, 'name cores for each part'),
        ({'threads': 0}, dp.EngineError, 'give at least 1'),
        ({'threads': 1.5}, dp.EngineError, 'threads 1.5 is no integer'),
        ({'regions': (0, 1)}, dp.ImageError, 'at least 1 row'),
        ({'regions': 3}, dp.ImageError, 'regions 3 are no grid'),
        ({'regions': (1.5, 1)}, dp.ImageError, 'are no grid'),
    ],
)
def test_what_cannot_be_loaded_is_refused(
    options: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        dp.load_model(**options)


@pytest.mark.parametrize(
    ('limits', 'text'),
    [
        ({'width': 5}, 'width 5 is not one of 1, 2, 3, 4'),
        ({'width': 0}, 'width 0 is not'),
        ({'width': 2.0}, 'width 2.0 is not'),
        ({'width': True}, 'width True is not'),
        ({'width': np.array([1, 2])}, 'is not one of'),
        ({'width': np.True_}, 'is not one of'),
        ({'deadline_ms': math.nan}, 'deadline_ms nan is no time'),
        ({'deadline_ms': '5'}, "deadline_ms '5' is no time"),
        ({'confidence': '0.5'}, "confidence '0.5' is out of range"),
        ({'confidence': 1.5}, 'confidence 1.5 is out of range 0...1'),
        ({'confidence': math.nan}, 'confidence nan is out of range'),
    ],
)
def test_limits_that_cannot_be_are_refused(
    model: dp.Model, cat: np.ndarray, limits: dict[str, Any], text: str
) -> None:
    with pytest.raises(dp.EngineError, match=text):
        model(cat, **limits)


def test_an_image_that_is_none_is_refused(model: dp.Model) -> None:
    with pytest.raises(dp.ImageError, match='check the path'):
        model(None)  # type: ignore[arg-type]
    with pytest.raises(dp.EngineError, match='width 9'):
        model.expected_accuracy(9)


def test_a_closed_model_says_so(cat: np.ndarray) -> None:
    model = dp.load_model('resnet')
    model.close()
    model.close()
    assert 'closed' in repr(model)
    for call in (model, model.measure_operating_points):
        with pytest.raises(dp.EngineError, match='is closed: load it again'):
            call(cat)
    with pytest.raises(dp.EngineError, match='is closed'), model:
        pass


def test_results_can_be_copied_and_taken_apart(model: dp.Model, cat: np.ndarray) -> None:
    """As queues to other processes and logs do."""
    result = model(cat)
    twin = copy.deepcopy(result)
    assert (twin.label, twin.busy_s) == (result.label, result.busy_s)
    assert copy.deepcopy(result.observation()) == result.observation()
    assert dataclasses.asdict(result)['label'] == result.label


@pytest.mark.parametrize('seconds', [-1.0, math.nan, math.inf])
def test_no_time_to_measure_is_refused(model: dp.Model, cat: np.ndarray, seconds: float) -> None:
    with pytest.raises(dp.EngineError, match='is no time to measure'):
        model.measure_operating_points(cat, seconds=seconds)


def test_cores_of_its_own_leave_the_callers_thread_alone(cat: np.ndarray) -> None:
    core = max(usable_cores())
    before, threads = os.sched_getaffinity(0), threading.active_count()
    with dp.load_model('resnet', placement=f'cpu:{core}') as model:
        assert os.sched_getaffinity(0) == before
        result = model(cat)
        assert (result.label, result.placement) == ('cat', f'cpu:{core}')
        own = [thread for thread in threading.enumerate() if thread.name.startswith('model')]
        assert [os.sched_getaffinity(thread.native_id or 0) for thread in own] == [{core}]
    assert threading.active_count() == threads


def test_measured_points_are_those_of_each_width(model: dp.Model, cat: np.ndarray) -> None:
    table = model.measure_operating_points(cat, seconds=0.01)
    assert [point.width for point in table.points] == [*RESNET_WIDTHS]
    assert {point.placement for point in table.points} == {'cpu'}
    assert all(point.latency_s > 0 for point in table.points)
    accuracies = [model.expected_accuracy(width) for width in model.widths]
    assert table.accuracy.tolist() == accuracies


def test_a_policy_is_told_of_a_result(model: dp.Model, cat: np.ndarray) -> None:
    result = model(cat, width=2)
    seen = result.observation(result.start_s - 0.25, dropped=3, camera='left')
    assert seen.time_s == result.end_s
    assert seen.latency_s == pytest.approx(result.latency_s + 0.25)
    assert seen.queueing_s == pytest.approx(0.25)
    assert (seen.width, seen.groups_run, seen.placement) == (2, 2, 'cpu')
    assert (seen.dropped, seen.camera) == (3, 'left')
    assert result.observation().latency_s == result.latency_s


def test_work_is_named_as_the_board_names_its_processors(cat: np.ndarray) -> None:
    """Otherwise the model's own work would look like that of others."""
    on_board = {processor.name for processor in dp.Board().read().processors}
    core = max(usable_cores())
    with dp.load_model('resnet', placement=f'cpu:{core}') as model:
        assert {*model(cat).busy_s} <= on_board
    with dp.load_model('resnet') as model:
        assert {*model(cat).busy_s} <= on_board | {'cpu'}


def test_a_board_is_read() -> None:
    board = dp.Board()
    first, second = board.read(), board.read()
    assert first.processors and second.time_s >= first.time_s
    assert second.window_s >= 0
    with pytest.raises(dp.BoardError, match='names no folder'):
        dp.Board('')
    with pytest.raises(dp.BoardError):
        dp.Board(model_path('resnet') / 'manifest.json')


def test_a_policy_narrows_a_model_that_is_late(model: dp.Model, cat: np.ndarray) -> None:
    """The loop of a plain program, on a clock of its own: no test waits for a time."""
    table = dp.OperatingPointTable(
        [
            dp.OperatingPoint(width, 'cpu', (), 0.004 * width, accuracy=0.8 + 0.02 * width)
            for width in model.widths
        ]
    )
    policy = dp.ManagerPolicy(table, dp.Goals(target_fps=30))
    widths = []
    for frame in range(60):
        time_s, slowdown = frame / 30, 1 if frame < 30 else 3
        width = policy.decide(time_s).point.width
        widths.append(width)
        latency_s = 0.004 * width * slowdown
        policy.observe_frame(dp.FrameObservation(time_s + latency_s, latency_s, width, 'cpu'))
    assert widths[29] == 4 and widths[-1] == 2
    assert policy.decide(2.0).status == dp.Status.MET
