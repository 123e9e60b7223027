# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""CIFAR-10 as a source."""

import numpy as np
import pytest

from dyn_perception.datasets.cifar10 import CIFAR10_LABELS
from dyn_perception.sources.cifar10 import Cifar10Source
from dyn_perception.sources.frame_source import SourceError
from support.cifar10 import write_binary


def test_test_images_come_in_order_with_their_labels(tmp_path):
    images, class_ids = write_binary(tmp_path)['test']
    source = Cifar10Source(tmp_path)
    assert source.labels == CIFAR10_LABELS
    for _ in range(2):
        frames = list(source)
        np.testing.assert_array_equal([frame.image[..., ::-1] for frame in frames], images)
        assert [CIFAR10_LABELS.index(frame.label) for frame in frames] == class_ids.tolist()
        assert frames[3].image.flags.c_contiguous
        source.rewind()


def test_a_truncated_file_is_an_error(tmp_path):
    write_binary(tmp_path)
    path = tmp_path / 'cifar-10-batches-bin' / 'test_batch.bin'
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(SourceError, match='truncated'):
        Cifar10Source(tmp_path)


def test_the_real_images(cifar10_path):
    source = Cifar10Source(cifar10_path)
    frame = source.read()
    assert frame is not None
    assert (frame.label, frame.image.shape) == ('cat', (32, 32, 3))
    assert sum(1 for _ in source) == 9_999
