# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How a scene is shown: live in a terminal, as lines of text, or as a picture."""

import io
import time
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Protocol, TextIO

from rich.console import Console, RenderableType
from rich.layout import Layout
from rich.live import Live
from rich.table import Table
from rich.text import Text

from dyn_perception.demo.observations import Event, LoopScene, Result, Scene
from dyn_perception.demo.panels import (
    BLUE,
    QUIET,
    WRONG,
    BoardPanel,
    ClassPanel,
    FramePanel,
    GoalPanel,
    NetworkPanel,
    accuracy_line,
    accuracy_panel,
    events_panel,
)

_NOTICE_S = 10.0
_KEPT_NOTICES = 5
_LINE_S = 1.0
_SEVERE = ('[WARN]', '[ERROR]', '[FATAL]', 'Traceback', 'Error:')
_PICTURE_SIZE = (88, 27)  # columns, rows
_LOOP_PICTURE_SIZE = (104, 34)
_SIDE_COLUMNS = 38
_LOOP_SIDE_COLUMNS = 46
_NARROW = 64  # columns below which there is no room for the frame
_LOOP_NARROW = 72
_GOAL_ROWS = 8
_ACCURACY_ROWS = 5
_TALL = 36  # rows from which there is room for a table of the accuracy
_LEAST_EVENTS = 3


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


def save_picture(scene: Scene, path: Path, title: str = 'make demo') -> None:
    """Write the view to an SVG file."""
    columns, rows = _LOOP_PICTURE_SIZE if scene.loop else _PICTURE_SIZE
    console = Console(
        file=io.StringIO(),
        record=True,
        width=columns,
        height=rows,
        force_terminal=True,
        color_system='truecolor',
        legacy_windows=False,
        _environ={},
    )
    console.print(compose(scene, columns, rows), height=rows)
    # The picture ends at the foot of the last line, where '_' would be cut off.
    console.print()
    console.save_svg(str(path), title=title)


def compose(scene: Scene, columns: int, rows: int, notice: str = '') -> Layout:
    """Return what is drawn in a terminal of a size; a notice stands in its last line."""
    if scene.loop is None:
        return _compose_width(scene, columns, notice)
    return _compose_loop(scene, scene.loop, columns, rows, notice)


def _compose_width(scene: Scene, columns: int, notice: str) -> Layout:
    side = Layout(name='side')
    side.split_column(
        Layout(ClassPanel(scene.frame, scene.network), name='class'),
        Layout(NetworkPanel(scene.snapshot, scene.network), name='network', size=9),
    )
    if columns >= _NARROW:
        side.size = _SIDE_COLUMNS
    whole = Layout(name='whole')
    whole.split_column(
        Layout(_header(scene), name='header', size=1),
        _body(scene, side),
        Layout(
            accuracy_panel(scene.snapshot, scene.network), name='accuracy', size=_ACCURACY_ROWS
        ),
        Layout(_footer(scene, notice), name='footer', size=1),
    )
    return whole


def _compose_loop(scene: Scene, loop: LoopScene, columns: int, rows: int, notice: str) -> Layout:
    board_rows = 5 + (len(loop.board.processors) if loop.board else 1)
    side = Layout(name='side')
    side.split_column(
        Layout(GoalPanel(loop, scene.snapshot, scene.network), name='goal', size=_GOAL_ROWS),
        Layout(BoardPanel(loop), name='board'),
    )
    body_rows = _GOAL_ROWS + board_rows
    if columns >= _LOOP_NARROW:
        side.size = max(_LOOP_SIDE_COLUMNS, columns * 2 // 5)
    accuracy: RenderableType
    if rows >= _TALL:
        accuracy, accuracy_rows = accuracy_panel(scene.snapshot, scene.network), _ACCURACY_ROWS
        body_rows = max(body_rows, (rows - 8) * 2 // 3)
    else:
        accuracy, accuracy_rows = accuracy_line(scene.snapshot, scene.network), 1
    lines = [Text(f' {hint}', QUIET, no_wrap=True) for hint in loop.hints]
    if notice or not lines:
        lines[-1:] = [_footer(scene, notice)]
    free = rows - 1 - accuracy_rows - len(lines) - body_rows
    event_rows = max(_LEAST_EVENTS, free)
    whole = Layout(name='whole')
    whole.split_column(
        Layout(_header(scene), name='header', size=1),
        _body(scene, side),
        Layout(events_panel(loop.events, event_rows, columns), name='events', size=event_rows),
        Layout(accuracy, name='accuracy', size=accuracy_rows),
        *(Layout(line, size=1) for line in lines),
    )
    return whole


def _body(scene: Scene, side: Layout) -> Layout:
    """Return the panels of the side, beside the frame where they leave room for it."""
    body = Layout(name='body')
    frame = [Layout(FramePanel(scene.frame), name='frame')] if side.size else []
    body.split_row(*frame, side)
    return body


def _header(scene: Scene) -> RenderableType:
    """Return what runs where, and for how long."""
    network = scene.network
    left = Text(' dyn_perception', 'bold')
    if network:
        left.append(f'   {network.model}', BLUE)
    if scene.loop:
        left.append(f'   {scene.loop.host}', QUIET)
    elif network:
        left.append(f'   {network.groups} groups', QUIET)
    end = f' of {scene.seconds:g} s' if scene.seconds else ' s   Ctrl-C ends'
    header = Table.grid(expand=True)
    right = Text(f'{scene.elapsed_s:.0f}{end} ', QUIET)
    header.add_column(no_wrap=True, ratio=1)
    header.add_column(justify='right', no_wrap=True, min_width=len(right))
    header.add_row(left, right)
    return header


def _footer(scene: Scene, notice: str) -> Text:
    """Return the notice, or where a person finds the nodes."""
    if notice:
        return Text(f' {notice}', WRONG, no_wrap=True, overflow='ellipsis')
    return Text(f' nodes and topics in ROS namespace /{scene.namespace}', QUIET, no_wrap=True)
