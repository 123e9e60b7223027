# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Diagrams and images of characters."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

# Colours of the groups, from the first on; further groups start again.
GROUP_COLOURS = ('#56b4e9', '#009e73', '#f0a400', '#e0673c', '#cc79a7', '#b4a7f5')
EMPTY = '#3a3f4b'
_EIGHTHS = ' ▏▎▍▌▋▊▉█'
_HEIGHTS = '▁▂▃▄▅▆▇█'
_UPPER_HALF = '▀'
_RAMP = ' .:-=+*#%@'  # from dark to bright, where there are no colours
_RED = np.array((60, 40, 255), np.float32)  # BGR, of what is wrong
_RED_SHARE = 0.6


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


class Thumbnail:
    """Draws an image with half blocks in true colour, or with letters where there is no colour.

    A character is about twice as high as wide, so a half block is about square.
    """

    def __init__(self, image: NDArray[np.uint8], columns: int, rows: int) -> None:
        """Scale a BGR image, [H, W, 3], to `columns` x `rows` characters."""
        self._columns = columns
        self._pixels = cv2.resize(image, (columns, 2 * rows), interpolation=cv2.INTER_AREA)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        colourless = console.no_color or console.color_system is None
        yield from self._letters() if colourless else self._half_blocks()

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(self._columns, self._columns)

    def _half_blocks(self) -> Iterator[Segment]:
        rgb = self._pixels[:, :, ::-1].tolist()
        for upper, lower in zip(rgb[::2], rgb[1::2], strict=True):
            start = 0
            for end in range(1, len(upper) + 1):
                # One segment for equal neighbours: enlarged small images have many.
                if end < len(upper) and (upper[end], lower[end]) == (upper[start], lower[start]):
                    continue
                style = Style.from_color(
                    Color.from_rgb(*upper[start]), Color.from_rgb(*lower[start])
                )
                yield Segment(_UPPER_HALF * (end - start), style)
                start = end
            yield Segment.line()

    def _letters(self) -> Iterator[Segment]:
        grey = cv2.cvtColor(self._pixels, cv2.COLOR_BGR2GRAY).astype(np.float32)
        levels = (grey[::2] + grey[1::2]) / 2 / 256 * len(_RAMP)
        for line in levels.astype(int):
            yield Segment(''.join(_RAMP[level] for level in line))
            yield Segment.line()


def fit(image: NDArray[np.uint8], columns: int, rows: int) -> tuple[int, int]:
    """Return the largest (columns, rows) of characters within limits with the image's shape."""
    height, width = image.shape[:2]
    scale = min(columns / width, 2 * rows / height)
    return max(1, round(width * scale)), max(1, round(height * scale / 2))


def mark_wrong(
    image: NDArray[np.uint8], judged: Sequence[bool | None], columns: int
) -> NDArray[np.uint8]:
    """Return a frame, BGR [H, W, 3], whose wrong regions are tinted red.

    Args:
        image: the frame.
        judged: whether the answer is right, region by region, row by row; None: not known.
        columns: of the grid of regions.
    """
    marked: NDArray[np.uint8] = image.copy()
    rows = len(judged) // columns
    height, width = image.shape[:2]
    for index, is_right in enumerate(judged):
        if is_right is False:
            row, column = divmod(index, columns)
            region = marked[
                row * height // rows : (row + 1) * height // rows,
                column * width // columns : (column + 1) * width // columns,
            ]
            region[:] = ((1 - _RED_SHARE) * region + _RED_SHARE * _RED).astype(np.uint8)
    return marked
