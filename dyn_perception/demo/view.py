# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The whole view of the demo, and its picture."""

import io
from pathlib import Path

from rich.console import Console
from rich.layout import Layout

from dyn_perception.demo.loop_view import compose_loop
from dyn_perception.demo.panels import (
    ClassPanel,
    FramePanel,
    NetworkPanel,
    accuracy_panel,
)
from dyn_perception.demo.scene import Scene
from dyn_perception.demo.view_lines import footer, header

_SIDE_COLUMNS = 38
_NARROW = 64  # columns below which there is no room for the frame
_PICTURE_SIZE = (88, 27)  # columns, rows
_LOOP_PICTURE_SIZE = (104, 34)


def compose(scene: Scene, columns: int, rows: int, notice: str = '') -> Layout:
    """Return what is drawn in a terminal of a size; a notice stands in its last line."""
    if scene.loop is not None:
        return compose_loop(scene, scene.loop, columns, rows, notice)
    side = Layout(name='side')
    side.split_column(
        Layout(ClassPanel(scene.frame, scene.network), name='class'),
        Layout(NetworkPanel(scene.snapshot, scene.network), name='network', size=9),
    )
    body = Layout(name='body')
    if columns >= _NARROW:
        side.size = _SIDE_COLUMNS
        body.split_row(Layout(FramePanel(scene.frame), name='frame'), side)
    else:
        body.split_row(side)
    whole = Layout(name='whole')
    whole.split_column(
        Layout(header(scene), name='header', size=1),
        body,
        Layout(accuracy_panel(scene.snapshot, scene.network), name='accuracy', size=5),
        Layout(footer(scene, notice), name='footer', size=1),
    )
    return whole


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
