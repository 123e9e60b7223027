# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Video files as a source."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from dyn_perception.sources.frame_source import SourceError
from dyn_perception.sources.video import VideoSource

COUNT = 7


@pytest.fixture(scope='module')
def video(tmp_path_factory) -> Path:
    """A video whose frames get brighter."""
    path = tmp_path_factory.mktemp('video') / 'drive.avi'
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*'MJPG'), 25, (64, 48))
    assert writer.isOpened()
    for number in range(COUNT):
        writer.write(np.full((48, 64, 3), 30 * number, np.uint8))
    writer.release()
    return path


def test_all_frames_come_in_order_and_again_after_rewind(video):
    source = VideoSource(video)
    for _ in range(2):
        frames = list(source)
        assert [round(frame.image.mean() / 30) for frame in frames] == list(range(COUNT))
        assert {frame.image.shape for frame in frames} == {(48, 64, 3)}
        assert frames[2].name == f'{video} frame 3'
        assert {frame.label for frame in frames} == {''}
        assert source.read() is None
        source.rewind()
    assert source.labels == ()


def test_frames_are_kept_while_later_ones_are_read(video):
    first, *_ = list(VideoSource(video))
    assert first.image.mean() < 3


def test_a_cut_video_gives_what_it_has_and_a_warning(video, tmp_path, caplog):
    content = video.read_bytes()
    cut = tmp_path / 'cut.avi'
    chunks = content.split(b'00dc')  # each frame starts so
    cut.write_bytes(b'00dc'.join(chunks[:5]))
    source = VideoSource(cut)
    for _ in range(2):
        assert 0 < len(list(source)) < COUNT
        source.rewind()
    assert [str(cut) in record.getMessage() for record in caplog.records] == [True]


@pytest.mark.parametrize('content', [b'', b'no video at all'])
def test_a_file_that_is_no_video_is_an_error(tmp_path, content):
    path = tmp_path / 'drive.mp4'
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r'drive\.mp4 is no readable video .*give a video file'):
        VideoSource(path)
