# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Draw doc/images/frame.svg: how frames end, on a made-up time line.

python -m benchmark.frame_picture doc/images/frame.svg
"""

import argparse
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use('Agg')
from matplotlib import pyplot

_DEADLINE_MS = 33.0
_COLOURS = {'wait': '#c9c9c9', 'prepare': '#8fb8c9', 'group': '#1f6f8b', 'publish': '#5b8c3a'}
_LEFT_OUT = '#b03030'

# Each frame: what it shows, parts (kind, label, ms), what was left out (label, ms), how it ends.
_Part = tuple[str, str, float]
_FRAMES: tuple[tuple[str, list[_Part], tuple[str, float] | None, str], ...] = (
    (
        'The processor is free',
        [('wait', '', 1), ('prepare', '', 2), *[('group', f'group {n}', 5) for n in (1, 2, 3, 4)],
         ('publish', '', 1)],
        None,
        'STOP_REASON_WIDTH\nall groups of the width',
    ),
    (
        'Others want it, too',
        [('wait', '', 2), ('prepare', '', 3), *[('group', f'group {n}', 8) for n in (1, 2, 3)],
         ('publish', '', 1.5)],
        ('4 would be late', 8),
        'STOP_REASON_DEADLINE\nthe best answer so far, on time',
    ),
    (
        'An easy image',
        [('wait', '', 1), ('prepare', '', 2), *[('group', f'group {n}', 5) for n in (1, 2)],
         ('publish', '', 1)],
        ('3 and 4 not needed', 10),
        'STOP_REASON_CONFIDENCE\nsure after two groups',
    ),
)  # fmt: skip


def main(arguments: list[str] | None = None) -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description='Draw how frames end.')
    parser.add_argument('picture', type=Path, help='file; its ending is the format')
    path = parser.parse_args(arguments).picture
    pyplot.rcParams['svg.hashsalt'] = 'frame'  # the same file from every run
    figure, axes = pyplot.subplots(figsize=(10, 4.2), layout='constrained')
    for row, (title, parts, left_out, end) in enumerate(_FRAMES):
        _draw_frame(axes, -row, parts, left_out)
        axes.text(-0.6, -row, title, ha='right', va='center', fontsize=10)
        axes.text(45.5, -row, end, ha='left', va='center', fontsize=8.5)
    axes.plot([0, 0], [-2.6, 0.5], color='#444444', linewidth=1)
    axes.plot([_DEADLINE_MS] * 2, [-2.6, 0.5], color=_LEFT_OUT, linewidth=1.6)
    axes.text(0, 0.62, 'arrival', ha='center', fontsize=9)
    axes.text(
        _DEADLINE_MS, 0.62, 'arrival + deadline_ms', ha='center', fontsize=9, color=_LEFT_OUT
    )
    for kind, text in (
        ('wait', 'waiting'), ('prepare', 'decode, cut, shrink, normalise'),
        ('group', 'a group: its logits are added'), ('publish', 'publish'),
    ):  # fmt: skip
        axes.barh(-10, 1, color=_COLOURS[kind], label=text)
    axes.legend(
        loc='upper center', bbox_to_anchor=(0.3, 0.0), ncols=4, fontsize=8.5, frameon=False
    )
    axes.set(xlim=(-0.5, 63), ylim=(-2.6, 0.85))
    axes.axis('off')
    figure.savefig(path, metadata={'Date': None} if path.suffix == '.svg' else None)


def _draw_frame(
    axes: Any, row: float, parts: list[_Part], left_out: tuple[str, float] | None
) -> None:
    start = 0.0
    for kind, text, length in parts:
        if kind == 'publish' and left_out is not None:
            # What was judged when the last group had ended.
            axes.barh(
                row - 0.36, left_out[1], left=start, height=0.16, fill=False,
                edgecolor=_LEFT_OUT, linestyle='--', linewidth=1,
            )  # fmt: skip
            axes.text(
                start + 0.2, row - 0.37, left_out[0], va='center', fontsize=7, color=_LEFT_OUT
            )
        axes.barh(row, length, left=start, height=0.42, color=_COLOURS[kind], edgecolor='white')
        if text:
            axes.text(
                start + length / 2, row, text, ha='center', va='center', color='white', fontsize=8
            )
        start += length


if __name__ == '__main__':
    main()
