# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the demo shows itself: a live view in a terminal, or lines of text."""

import time
from collections import deque
from types import TracebackType
from typing import Protocol, TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from dyn_perception.demo.loop_observations import Event
from dyn_perception.demo.observations import Result
from dyn_perception.demo.panels import accuracy_panel
from dyn_perception.demo.scene import Scene
from dyn_perception.demo.view import compose

_NOTICE_S = 10.0
_KEPT_NOTICES = 5
_LINE_S = 1.0
_SEVERE = ('[WARN]', '[ERROR]', '[FATAL]', 'Traceback', 'Error:')


class Display(Protocol):
    """Shows scenes between entering and leaving its context."""

    shows_frames: bool

    def __enter__(self) -> 'Display': ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def show(self, scene: Scene) -> None:
        """Show a scene."""

    def notice(self, text: str) -> None:
        """Show something that the viewer should know; called from any thread."""

    def node_line(self, node: str, line: str) -> None:
        """Show a line that a node printed, where there is room; called from any thread."""


def choose_display(stream: TextIO, plain: bool) -> Display:
    """Return the live view where the stream is a terminal that can draw it, else lines."""
    console = Console(file=stream)
    can_draw = console.is_terminal and not console.is_dumb_terminal
    if plain or not can_draw or console.options.ascii_only:
        return PlainDisplay(stream)
    return LiveDisplay(console)


class LiveDisplay:
    """A view of the whole terminal, which is left as it was before."""

    shows_frames = True

    def __init__(self, console: Console) -> None:
        """Draw on a console."""
        self._console = console
        self._live = Live(console=console, screen=True, auto_refresh=False)
        self._notices: deque[str] = deque(maxlen=_KEPT_NOTICES)
        self._notice_time = 0.0
        self._scene: Scene | None = None

    def __enter__(self) -> 'LiveDisplay':
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()
        if self._scene and self._scene.snapshot.tallies:
            self._console.print(accuracy_panel(self._scene.snapshot, self._scene.network))
        for text in self._notices:
            self._console.print(Text(text))

    def show(self, scene: Scene) -> None:
        """Draw a scene."""
        self._scene = scene
        columns, rows = self._console.size
        self._live.update(compose(scene, columns, rows, self._notice()), refresh=True)

    def notice(self, text: str) -> None:
        """Show a text in the last line for some seconds, and again at the end."""
        self._notices.append(text)
        self._notice_time = time.monotonic()

    def node_line(self, node: str, line: str) -> None:
        """Show warnings and errors of nodes."""
        if any(mark in line for mark in _SEVERE):
            self.notice(f'{node}: {line}')

    def _notice(self) -> str:
        is_new = self._notices and time.monotonic() < self._notice_time + _NOTICE_S
        return self._notices[-1] if is_new else ''


class PlainDisplay:
    """A line a second."""

    shows_frames = False

    def __init__(self, stream: TextIO) -> None:
        """Write to a stream."""
        self._stream = stream
        self._next = 0.0
        self._phase = ''
        self._newest_event: Event | None = None

    def __enter__(self) -> 'PlainDisplay':
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def show(self, scene: Scene) -> None:
        """Write what changed, and a line if the last one is a second old."""
        phase = scene.loop.phase if scene.loop else ''
        if phase:  # what happens now is no part of the loop, whose time has not begun
            if phase != self._phase:
                self.notice(f'demo: {phase}')
            self._phase = phase
            return
        self._write_events(scene.loop.events if scene.loop else ())
        newest = scene.snapshot.newest
        if newest is not None and scene.elapsed_s >= self._next:
            self._next = scene.elapsed_s + _LINE_S
            self.notice(plain_line(scene, newest))

    def notice(self, text: str) -> None:
        """Write a line."""
        print(text, file=self._stream, flush=True)

    def node_line(self, node: str, line: str) -> None:
        """Write a line of a node."""
        self.notice(f'{node}: {line}')

    def _write_events(self, events: tuple[Event, ...]) -> None:
        known = self._newest_event
        new = events[events.index(known) + 1 :] if known in events else events
        for event in new:
            self.notice(f'{event.elapsed_s:5.1f} s  {event.text}')
            self._newest_event = event


def plain_line(scene: Scene, newest: Result) -> str:
    """Return the state and the newest result in one line."""
    snapshot = scene.snapshot
    groups = scene.network.groups if scene.network else '?'
    truth = f' (labelled {newest.truth})' if newest.truth else ''
    top1 = snapshot.total.top1
    accuracy = '' if top1 is None else f'  right {top1:.1%}'
    return (
        f'{scene.elapsed_s:5.1f} s  width {newest.width} of {groups}  '
        f'{snapshot.fps_now:4.1f} fps  {newest.latency_ms:6.2f} ms  '
        f'{snapshot.dropped} dropped{accuracy}  {newest.label} {newest.score:.2f}{truth}'
    )
