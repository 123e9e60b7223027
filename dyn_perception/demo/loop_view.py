# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The view of the whole loop."""

from rich.layout import Layout
from rich.text import Text

from dyn_perception.demo.loop_observations import LoopScene
from dyn_perception.demo.loop_panels import (
    BoardPanel,
    GoalPanel,
    accuracy_line,
    events_panel,
)
from dyn_perception.demo.panels import QUIET, FramePanel, accuracy_panel
from dyn_perception.demo.scene import Scene
from dyn_perception.demo.view_lines import footer, header

_SIDE_COLUMNS = 46
_NARROW = 72  # columns below which there is no room for the frame
_GOAL_ROWS = 8
_TALL = 36  # rows from which there is room for a table of the accuracy
_LEAST_EVENTS = 3


def compose_loop(
    scene: Scene, loop: LoopScene, columns: int, rows: int, notice: str = ''
) -> Layout:
    """Return what is drawn in a terminal of a size; a notice stands in its last line."""
    board_rows = 5 + (len(loop.board.processors) if loop.board else 1)
    side = Layout(name='side')
    side.split_column(
        Layout(GoalPanel(loop, scene.snapshot, scene.network), name='goal', size=_GOAL_ROWS),
        Layout(BoardPanel(loop), name='board'),
    )
    body_rows = _GOAL_ROWS + board_rows
    body = Layout(name='body')
    if columns >= _NARROW:
        side.size = max(_SIDE_COLUMNS, columns * 2 // 5)
        body.split_row(Layout(FramePanel(scene.frame), name='frame'), side)
    else:
        body.split_row(side)
    if rows >= _TALL:
        accuracy = Layout(accuracy_panel(scene.snapshot, scene.network), name='accuracy', size=5)
        body_rows = max(body_rows, (rows - 8) * 2 // 3)
    else:
        accuracy = Layout(accuracy_line(scene.snapshot, scene.network), name='accuracy', size=1)
    lines = [Text(f' {hint}', QUIET, no_wrap=True) for hint in loop.hints]
    if notice or not lines:
        lines[-1:] = [footer(scene, notice)]
    free = rows - 1 - accuracy.size - len(lines) - body_rows
    event_rows = max(_LEAST_EVENTS, free)
    whole = Layout(name='whole')
    whole.split_column(
        Layout(header(scene), name='header', size=1),
        body,
        Layout(events_panel(loop.events, event_rows, columns), name='events', size=event_rows),
        accuracy,
        *(Layout(line, size=1) for line in lines),
    )
    return whole
