# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Folders of class folders."""

import cv2
import numpy as np
import pytest

from dyn_perception.datasets.class_folder import (
    list_class_folder,
    read_class_folder,
)
from dyn_perception.datasets.errors import DataError


def write_image(path, colour=(10, 20, 30), size=(40, 60)):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((*size, 3), colour, np.uint8))


def test_lists_classes_in_order(tmp_path):
    for name in ('b/2.png', 'a/x.jpg', 'b/1.PNG', 'c/notes.txt', '.hidden/1.png'):
        if name.endswith('txt'):
            (tmp_path / 'c').mkdir()
            (tmp_path / name).write_text('no image')
        else:
            write_image(tmp_path / name)
    listing = list_class_folder(tmp_path)
    assert listing.labels == ('a', 'b')
    assert [path.name for path in listing.files] == ['x.jpg', '1.PNG', '2.png']
    assert listing.class_ids == [0, 1, 1]


def test_reads_rgb_at_one_size(tmp_path):
    write_image(tmp_path / 'a' / '1.png')
    write_image(tmp_path / 'b' / '1.png', size=(8, 8))
    images = read_class_folder(tmp_path, (32, 16))
    assert images.images.shape == (2, 32, 16, 3)
    assert images.images[0, 0, 0].tolist() == [30, 20, 10]


def test_keeps_the_order_of_given_labels(tmp_path):
    write_image(tmp_path / 'a' / '1.png')
    assert read_class_folder(tmp_path, (8, 8), ('z', 'a')).class_ids.tolist() == [1]
    with pytest.raises(DataError, match='classes that are not known: a; the known ones are z'):
        read_class_folder(tmp_path, (8, 8), ('z',))


def test_leaves_unreadable_files_out(tmp_path, caplog):
    write_image(tmp_path / 'a' / '1.png')
    (tmp_path / 'a' / '2.png').write_bytes(b'no image')
    assert len(read_class_folder(tmp_path, (8, 8))) == 1
    assert '2.png cannot be read' in caplog.text


def test_refuses_only_unreadable_files(tmp_path):
    (tmp_path / 'a').mkdir()
    (tmp_path / 'a' / '2.png').write_bytes(b'no image')
    with pytest.raises(DataError, match='none of the 1 files'):
        read_class_folder(tmp_path, (8, 8))


def test_refuses_a_folder_without_images(tmp_path):
    with pytest.raises(DataError, match='holds no images in class folders: put'):
        list_class_folder(tmp_path)
    with pytest.raises(DataError, match='is not a folder'):
        list_class_folder(tmp_path / 'nowhere')
