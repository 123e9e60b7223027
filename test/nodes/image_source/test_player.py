# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The thread that plays a source, without ROS."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from dyn_perception.nodes.image_source.player import FramePlayer
from dyn_perception.sources.frame_source import (
    FrameSource,
    SourceError,
    SourceFrame,
    SourceUnavailableError,
)
from dyn_perception.sources.mosaic import Mosaic, MosaicFrame
from support.node_process import LIMIT_S


@dataclass(frozen=True)
class PaceValues:
    rate_hz: float = 1000.0
    loop: bool = False


class ListSource(FrameSource):
    """Frames by name; an error in the list is raised."""

    def __init__(self, entries: list[str | Exception], *, live: bool = False) -> None:
        self.entries, self.live = entries, live
        self.place = 0
        self.is_closed = False

    def read(self) -> SourceFrame | None:
        if self.place == len(self.entries):
            return None
        entry = self.entries[self.place]
        self.place += 1
        if isinstance(entry, Exception):
            raise entry
        return SourceFrame(np.zeros((2, 2, 3), np.uint8), '', entry)

    def rewind(self) -> None:
        self.place = 0

    def close(self) -> None:
        self.is_closed = True


class Play:
    """A player and what it did."""

    def __init__(self, source: ListSource, pace: PaceValues) -> None:
        self.pace = pace
        self.names: list[str] = []
        self.reports: list[str] = []
        self.ended = threading.Event()
        self.error: Exception | None = None
        self.changed = threading.Condition()
        self.player = FramePlayer(
            Mosaic(source), lambda: self.pace, self.publish, self.reports.append, self.finish
        )
        self.player.start()

    def publish(self, frame: MosaicFrame) -> None:
        with self.changed:
            self.names += frame.names
            self.changed.notify_all()

    def finish(self, error: Exception | None) -> None:
        self.error = error
        self.ended.set()

    def wait(self, condition: Callable[[], Any]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, LIMIT_S)


def test_every_frame_is_played_once_in_order() -> None:
    source = ListSource(['a', 'b', 'c'])
    play = Play(source, PaceValues())
    assert play.ended.wait(LIMIT_S)
    play.player.close()
    assert (play.names, play.error) == (['a', 'b', 'c'], None)
    assert source.is_closed


def test_loop_can_be_left() -> None:
    play = Play(ListSource(['a', 'b']), PaceValues(loop=True))
    play.wait(lambda: len(play.names) > 5)
    play.pace = replace(play.pace, loop=False)
    assert play.ended.wait(LIMIT_S)
    assert play.names == ['a', 'b'] * (len(play.names) // 2)


def test_new_rate_takes_effect_at_once() -> None:
    play = Play(ListSource(['a', 'b', 'c']), PaceValues(rate_hz=1e-6))
    play.wait(lambda: play.names == ['a'])
    play.pace = replace(play.pace, rate_hz=1000.0)
    play.player.pace_changed()
    assert play.ended.wait(LIMIT_S)
    assert play.names == ['a', 'b', 'c']


@pytest.mark.parametrize('live', [False, True])
def test_closing_ends_a_long_wait(live: bool) -> None:
    source = ListSource(['a', 'b'], live=live)
    play = Play(source, PaceValues(rate_hz=1e-6))
    play.wait(lambda: play.names == ['a'])
    play.player.close(LIMIT_S)
    assert source.is_closed
    assert not play.ended.is_set()


def test_error_ends_the_play() -> None:
    error = SourceError('the disk is gone')
    play = Play(ListSource(['a', error]), PaceValues())
    assert play.ended.wait(LIMIT_S)
    assert (play.names, play.error) == (['a'], error)


def test_live_source_may_pause() -> None:
    pause = SourceUnavailableError('no frame for 2 s')
    play = Play(ListSource(['a', pause, pause, 'b', 'c'], live=True), PaceValues())
    assert play.ended.wait(LIMIT_S)
    assert (play.names, play.error) == (['a', 'b', 'c'], None)
    assert play.reports == [str(pause), 'b arrived: the camera is back']
