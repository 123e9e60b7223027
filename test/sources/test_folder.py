# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Folders of images as a source."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from dyn_perception.sources.folder import FolderSource, natural_order
from dyn_perception.sources.frame_source import SourceError


def write_image(path: Path, value: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.full((4, 5, 3), (value, 1, 2), np.uint8))


def names(source: FolderSource) -> list[str]:
    return [Path(frame.name).name for frame in source]


def test_flat_folder_in_natural_order_without_labels(tmp_path):
    for number in (10, 2, 1, 33):
        write_image(tmp_path / f'{number}_cam.png', number)
    (tmp_path / 'notes.txt').write_text('no image')
    source = FolderSource(tmp_path)
    frames = list(source)
    assert [frame.image[0, 0].tolist() for frame in frames] == [
        [value, 1, 2] for value in (1, 2, 10, 33)
    ]
    assert [frame.name for frame in frames] == [
        str(tmp_path / f'{number}_cam.png') for number in (1, 2, 10, 33)
    ]
    assert {frame.label for frame in frames} == {''}
    assert source.labels == ()
    assert not source.live
    assert source.read() is None


def test_class_folders_give_labels_and_take_turns(tmp_path):
    for label, numbers in {'dog': (1, 2, 10), 'cat': (3,), 'bird': (4, 5)}.items():
        for number in numbers:
            write_image(tmp_path / label / f'{number}.png', number)
    (tmp_path / 'empty').mkdir()
    source = FolderSource(tmp_path)
    assert source.labels == ('bird', 'cat', 'dog')
    assert [(frame.label, int(frame.image[0, 0, 0])) for frame in source] == [
        ('bird', 4), ('cat', 3), ('dog', 1), ('bird', 5), ('dog', 2), ('dog', 10),
    ]  # fmt: skip


def test_rewind_starts_again(tmp_path):
    for number in range(3):
        write_image(tmp_path / f'{number}.png')
    source = FolderSource(tmp_path)
    source.read()
    source.rewind()
    assert names(source) == ['0.png', '1.png', '2.png']
    source.rewind()
    assert names(source) == ['0.png', '1.png', '2.png']


def test_unreadable_files_are_left_out_with_one_warning_each(tmp_path, caplog):
    write_image(tmp_path / '1.png')
    (tmp_path / '2.png').write_bytes(b'no image')
    (tmp_path / '3.jpg').touch()
    write_image(tmp_path / '4.png')
    source = FolderSource(tmp_path)
    assert names(source) == ['1.png', '4.png']
    source.rewind()
    assert names(source) == ['1.png', '4.png']
    warnings = [record.getMessage() for record in caplog.records]
    assert len(warnings) == 2
    assert str(tmp_path / '2.png') in warnings[0]
    assert str(tmp_path / '3.jpg') in warnings[1]


def test_only_unreadable_files_are_an_error(tmp_path):
    for number in range(3):
        (tmp_path / f'{number}.png').write_bytes(b'no image')
    with pytest.raises(SourceError, match=r'no readable image \(3 cannot be decoded\).*valid'):
        FolderSource(tmp_path).read()


@pytest.mark.parametrize('content', [(), ('notes.txt',), ('class/notes.txt',)])
def test_a_folder_without_images_is_an_error(tmp_path, content):
    for name in content:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    with pytest.raises(SourceError, match=r'holds no images.*image files \(.*\.png'):
        FolderSource(tmp_path)


def test_folders_beside_images_are_left_out_with_a_warning(tmp_path, caplog):
    write_image(tmp_path / '1.png')
    write_image(tmp_path / 'cat' / '2.png')
    assert names(FolderSource(tmp_path)) == ['1.png']
    assert 'cat' in caplog.text


def test_a_closed_source_says_so(tmp_path):
    write_image(tmp_path / '1.png')
    with FolderSource(tmp_path) as source:
        source.read()
    with pytest.raises(SourceError, match='closed: open it again'):
        source.read()


def test_natural_order_compares_any_names():
    texts = ['a', '1', '', '10', '2b', '2a', 'a10', 'a9', '٣']
    ordered = sorted(texts, key=natural_order)
    assert ordered.index('2a') < ordered.index('2b') < ordered.index('10')
    assert ordered.index('a9') < ordered.index('a10')
