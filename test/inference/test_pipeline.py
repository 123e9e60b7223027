# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""From an image to the classes of its regions."""

import math
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from dyn_perception.images.decoding import EncodedImage, ImageError, RawImage
from dyn_perception.images.resizing import resize_image
from dyn_perception.inference.engines import EngineError, create_engine
from dyn_perception.inference.pipeline import FrameLimits, Pipeline, StopReason
from dyn_perception.network.bundle import Bundle, load_bundle
from support.bundles import write_test_bundle

GROUPS = 3
MESSAGE = Path(__file__).resolve().parents[2] / 'msg' / 'OperatingPoint.msg'


@pytest.fixture(scope='module')
def bundle(tmp_path_factory) -> Bundle:
    path = tmp_path_factory.mktemp('pipeline') / 'bundle'
    return load_bundle(write_test_bundle(path, groups=GROUPS))


@pytest.fixture(scope='module')
def engine(bundle):
    with create_engine(bundle) as engine:
        yield engine


def random_pixels(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def raw(bgr: np.ndarray) -> RawImage:
    return RawImage(len(bgr), bgr.shape[1], 'bgr8', False, 3 * bgr.shape[1], bgr.tobytes())


def expected_scores(bundle: Bundle, engine, bgr: np.ndarray, width: int) -> np.ndarray:
    """Follow the definition for one image, in float64."""
    specification = bundle.manifest.input
    rgb = resize_image(bgr, specification.height, specification.width)[..., ::-1] / 255
    normal = ((rgb - specification.mean) / specification.std).transpose(2, 0, 1)
    logits = engine.run(normal[None].astype(np.float32), width).logits[0].astype(float)
    powers = np.exp(logits / bundle.manifest.widths[width - 1].temperature)
    return powers / powers.sum()


@pytest.mark.parametrize('width', range(1, GROUPS + 1))
def test_each_region_is_classified_as_if_it_were_the_image(bundle, engine, width):
    bgr = random_pixels(60, 120)
    result = Pipeline(bundle, engine, (2, 3)).run(raw(bgr), FrameLimits(width))
    assert (result.rows, result.columns) == (2, 3)
    assert result.scores.shape == (6, 10)
    for region, scores in enumerate(result.scores):
        row, column = divmod(region, 3)
        part = bgr[30 * row : 30 * row + 30, 40 * column : 40 * column + 40]
        expected = expected_scores(bundle, engine, part, width)
        np.testing.assert_allclose(scores, expected, atol=1e-5)
        assert result.class_ids[region] == expected.argmax()
    assert result.best_region == result.scores.max(axis=1).argmax()


def test_the_result_says_what_produced_it(bundle, engine):
    result = Pipeline(bundle, engine).run(raw(random_pixels(48, 64)), FrameLimits(2))
    assert (result.rows, result.columns, result.best_region) == (1, 1, 0)
    assert (result.width, result.groups_run) == (2, 2)
    assert result.stop_reason is StopReason.WIDTH
    assert result.placement == 'cpu'
    assert result.expected_accuracy == bundle.manifest.widths[1].accuracy
    assert result.preprocessing_s > 0
    assert result.inference_s > 0
    assert set(result.busy_s) == {'cpu'}
    assert result.busy_s['cpu'] > 0


def test_busy_time_of_one_thread_is_at_most_the_time_that_passed(bundle, engine):
    pipeline = Pipeline(bundle, engine, (6, 8))
    results = [pipeline.run(raw(random_pixels(480, 640)), FrameLimits(GROUPS)) for _ in range(5)]
    busy = sum(result.busy_s['cpu'] for result in results)
    passed = sum(result.preprocessing_s + result.inference_s for result in results)
    assert busy <= passed * 1.05 + 0.001


def test_unknown_accuracy_is_nan(bundle, engine):
    widths = tuple(
        figures.model_copy(update={'accuracy': None}) for figures in bundle.manifest.widths
    )
    manifest = bundle.manifest.model_copy(update={'widths': widths})
    pipeline = Pipeline(Bundle(bundle.path, manifest), engine)
    assert math.isnan(pipeline.run(raw(random_pixels(32, 32)), FrameLimits(1)).expected_accuracy)


def test_compressed_and_raw_images_give_the_same_result(bundle, engine):
    bgr = random_pixels(48, 64)
    _, data = cv2.imencode('.png', bgr)
    pipeline = Pipeline(bundle, engine)
    compressed = pipeline.run(EncodedImage('png', data.tobytes()), FrameLimits(GROUPS))
    np.testing.assert_array_equal(
        compressed.scores, pipeline.run(raw(bgr), FrameLimits(GROUPS)).scores
    )


def test_results_are_kept_while_later_frames_are_processed(bundle, engine):
    pipeline = Pipeline(bundle, engine)
    first = pipeline.run(raw(random_pixels(48, 64, 1)), FrameLimits(GROUPS))
    kept = first.scores.copy()
    pipeline.run(raw(random_pixels(48, 64, 2)), FrameLimits(GROUPS))
    np.testing.assert_array_equal(first.scores, kept)


@pytest.mark.parametrize('image', [RawImage(0, 0, 'bgr8', False, 0, b''), EncodedImage('', b'')])
def test_a_bad_image_is_an_error_and_the_next_frame_is_processed(bundle, engine, image):
    pipeline = Pipeline(bundle, engine)
    with pytest.raises(ImageError):
        pipeline.run(image, FrameLimits(1))
    assert pipeline.run(raw(random_pixels(32, 32)), FrameLimits(1)).groups_run == 1


@pytest.mark.parametrize('width', [0, GROUPS + 1, '2'])
def test_a_bad_width_is_an_error_and_the_next_frame_is_processed(bundle, engine, width):
    pipeline = Pipeline(bundle, engine)
    with pytest.raises(EngineError, match='width'):
        pipeline.run(raw(random_pixels(32, 32)), FrameLimits(width))
    assert pipeline.run(raw(random_pixels(32, 32)), FrameLimits(GROUPS)).groups_run == GROUPS


def test_stop_reasons_are_those_of_the_message():
    text = MESSAGE.read_text()
    for reason in StopReason:
        assert f'uint8 STOP_REASON_{reason.name}={reason.value} ' in text
    assert text.count('uint8 STOP_REASON_') == len(StopReason)


def test_deadline_and_confidence_end_a_frame(bundle, engine):
    pipeline = Pipeline(bundle, engine, (1, 2))
    image = raw(random_pixels(48, 64))
    sure = pipeline.run(image, FrameLimits(GROUPS)).scores.max()
    cases = [
        (FrameLimits(GROUPS, deadline_s=0.0), 1, StopReason.DEADLINE),
        (FrameLimits(GROUPS, deadline_s=math.inf), GROUPS, StopReason.WIDTH),
        (FrameLimits(GROUPS, confidence=1e-6), 1, StopReason.CONFIDENCE),
        (FrameLimits(GROUPS, confidence=1.0), GROUPS, StopReason.WIDTH),
        (FrameLimits(1, deadline_s=0.0, confidence=1e-6), 1, StopReason.WIDTH),
    ]
    assert sure < 1
    for limits, groups, reason in cases:
        result = pipeline.run(image, limits)
        assert (result.width, result.groups_run) == (limits.width, groups)
        assert result.stop_reason is reason
        full = pipeline.run(image, FrameLimits(groups))
        np.testing.assert_array_equal(result.scores, full.scores)
        assert result.expected_accuracy == full.expected_accuracy


def test_time_to_deliver_counts_toward_the_deadline(bundle, engine):
    pipeline = Pipeline(bundle, engine)
    image = raw(random_pixels(48, 64))
    limits = FrameLimits(GROUPS, deadline_s=time.monotonic() + 1000)
    assert pipeline.run(image, limits).groups_run == GROUPS
    pipeline.note_delivery(2000.0)
    assert pipeline.run(image, limits).stop_reason is StopReason.DEADLINE
