# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The whole view of the demo, and its picture."""

import io
from pathlib import Path

from rich.console import Console, RenderableType
from rich.layout import Layout
from rich.table import Table
from rich.text import Text

from dyn_perception.nodes.demo.panels import (
    QUIET,
    WRONG,
    ClassPanel,
    FramePanel,
    NetworkPanel,
    accuracy_panel,
)
from dyn_perception.nodes.demo.scene import Scene

_SIDE_COLUMNS = 38
_NARROW = 64  # columns below which there is no room for the frame
_PICTURE_SIZE = (88, 27)  # columns, rows


def compose(scene: Scene, columns: int, notice: str = '') -> Layout:
    """Return what is drawn in a terminal of so many columns; a notice stands in its last line."""
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
        Layout(_header(scene), name='header', size=1),
        body,
        Layout(accuracy_panel(scene.snapshot, scene.network), name='accuracy', size=5),
        Layout(_footer(scene, notice), name='footer', size=1),
    )
    return whole


def save_picture(scene: Scene, path: Path) -> None:
    """Write the view to an SVG file."""
    columns, rows = _PICTURE_SIZE
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
    console.print(compose(scene, columns), height=rows)
    console.save_svg(str(path), title='make demo')


def _header(scene: Scene) -> RenderableType:
    network = scene.network
    left = Text(' dyn_perception', 'bold')
    if network:
        left.append(f'   {network.model}', '#56b4e9').append(f'   {network.groups} groups', QUIET)
    end = f' of {scene.seconds:g} s' if scene.seconds else ' s   Ctrl-C ends'
    header = Table.grid(expand=True)
    header.add_column(no_wrap=True)
    header.add_column(justify='right', no_wrap=True)
    header.add_row(left, Text(f'{scene.elapsed_s:.0f}{end} ', QUIET))
    return header


def _footer(scene: Scene, notice: str) -> Text:
    if notice:
        return Text(f' {notice}', WRONG, no_wrap=True, overflow='ellipsis')
    return Text(f' nodes and topics in ROS namespace /{scene.namespace}', QUIET, no_wrap=True)
