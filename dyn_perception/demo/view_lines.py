# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The first and the last line of the view."""

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from dyn_perception.demo.panels import QUIET, WRONG
from dyn_perception.demo.scene import Scene


def header(scene: Scene) -> RenderableType:
    """Return what runs where, and for how long."""
    network = scene.network
    left = Text(' dyn_perception', 'bold')
    if network:
        left.append(f'   {network.model}', '#56b4e9')
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


def footer(scene: Scene, notice: str) -> Text:
    """Return the notice, or where a person finds the nodes."""
    if notice:
        return Text(f' {notice}', WRONG, no_wrap=True, overflow='ellipsis')
    return Text(f' nodes and topics in ROS namespace /{scene.namespace}', QUIET, no_wrap=True)
