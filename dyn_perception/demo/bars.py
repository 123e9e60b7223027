# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Small diagrams of characters."""

from collections.abc import Sequence

from rich.text import Text

# Colours of the groups, from the first on; further groups start again.
GROUP_COLOURS = ('#56b4e9', '#009e73', '#f0a400', '#e0673c', '#cc79a7', '#b4a7f5')
EMPTY = '#3a3f4b'
_EIGHTHS = ' ▏▎▍▌▋▊▉█'
_HEIGHTS = '▁▂▃▄▅▆▇█'


def group_colour(width: int) -> str:
    """Return the colour of a width: that of its last group."""
    return GROUP_COLOURS[(width - 1) % len(GROUP_COLOURS)]


def share_bar(share: float, columns: int, colour: str) -> Text:
    """Draw a share, 0...1, as a bar on a line of `columns` characters."""
    eighths = round(max(0.0, min(1.0, share)) * columns * 8)
    full, part = divmod(eighths, 8)
    text = '█' * full + (_EIGHTHS[part] if part else '')
    return Text(text, colour).append('·' * (columns - len(text)), EMPTY)


def parts_bar(parts: Sequence[tuple[float, str]], columns: int) -> Text:
    """Draw shares of 1, each with its colour, one after the other, on a line of `columns`."""
    bar, filled, total = Text(), 0, 0.0
    for share, colour in parts:
        total += max(0.0, share)
        end = min(columns, round(total * columns))
        bar.append('█' * (end - filled), colour)
        filled = end
    return bar.append('·' * (columns - filled), EMPTY)


def group_bar(width: int, groups: int, columns: int) -> Text:
    """Draw the groups of a network side by side, those of the width in their colours."""
    each = max(1, (columns + 1) // groups - 1)
    bar = Text()
    for group in range(1, groups + 1):
        active = group <= width
        block = ('█' if active else '░') * each
        bar.append(block, group_colour(group) if active else EMPTY)
        if group < groups and groups * 2 <= columns + 1:
            bar.append(' ')
    bar.truncate(columns)
    return bar


def history(
    values: Sequence[tuple[float, str]], columns: int, highest: float | None = None
) -> Text:
    """Draw the newest values, each with its colour, as columns.

    Values above `highest` are cut off. Without it, few much higher ones are, so that the others
    are still to be told apart.
    """
    shown = values[-columns:]
    ordered = sorted(value for value, _ in shown)
    highest = highest or (ordered[int(0.9 * (len(ordered) - 1))] if ordered else 0.0) or 1.0
    line = Text(' ' * (columns - len(shown)))
    for value, colour in shown:
        line.append(_HEIGHTS[min(7, int(value / highest * 7.999))], colour)
    return line
