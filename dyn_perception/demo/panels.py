# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The panels of the view."""

from statistics import median

from rich import box
from rich.align import Align
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from dyn_perception.demo.bars import EMPTY, group_bar, group_colour, history, share_bar
from dyn_perception.demo.observations import Network, Result, ShownFrame, Snapshot
from dyn_perception.demo.region_marks import mark_wrong
from dyn_perception.demo.thumbnail import Thumbnail, fit

RIGHT, WRONG, OTHER, QUIET = '#7bc96f', '#ff6b6b', '#5c7fa3', '#8b93a1'
_BIN_NS = 400_000_000
_MOST_WIDTHS = 8  # columns of the accuracy table


class FramePanel:
    """The camera frame, as large as there is room."""

    def __init__(self, frame: ShownFrame | None) -> None:
        """Show a frame, or that there is none yet."""
        self._frame = frame

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        rows = (options.height or options.max_width // 3) - 2
        content: RenderableType
        if self._frame is None:
            title, content = 'camera', Text('waiting for the first frame ...', QUIET)
        else:
            image = self._frame.image
            title = f'camera {image.shape[1]} × {image.shape[0]}'
            judged = self._frame.result.judged
            if len(judged) > 1:
                image = mark_wrong(image, judged, self._frame.result.columns)
                title = f'camera: {len(judged)} images, {judged.count(False)} wrong'
            content = Thumbnail(image, *fit(image, options.max_width - 2, rows))
        yield framed(Align.center(content, vertical='middle', height=rows), title, padding=0)


class ClassPanel:
    """What the network sees in the frame, and whether that is right."""

    def __init__(self, frame: ShownFrame | None, network: Network | None) -> None:
        """Show the result of a frame."""
        self._frame = frame
        self._network = network

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines: list[RenderableType] = []
        if self._frame and self._network:
            result = self._frame.result
            lines += [_answer(result), _truth(result)]
            count = (options.height or 8) - 2 - len(lines)
            lines.append(_best_scores(result, self._network, count, options.max_width - 4))
        yield framed(Group(*lines), 'class', height=options.height)


class NetworkPanel:
    """The width of the network, and what it costs."""

    def __init__(self, snapshot: Snapshot, network: Network | None) -> None:
        """Show the newest results."""
        self._results = list(snapshot.recent.values())
        self._snapshot = snapshot
        self._network = network

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if not self._results or self._network is None:
            yield framed(Text(), 'network', height=options.height)
            return
        columns = options.max_width - 4 - 10
        newest, groups = self._results[-1], self._network.groups
        smooth = self._results[-15:]  # half a second
        table = Table.grid(padding=(0, 1))
        table.add_column(style=QUIET, width=9)
        table.add_column(no_wrap=True)
        table.add_row(
            'width',
            group_bar(newest.width, groups, columns - 8).append(
                f'  {newest.width} of {groups}', 'bold'
            ),
        )
        table.add_row('rate', _rate(self._snapshot))
        table.add_row('latency', Text(f'{mean(smooth, "latency_ms"):.2f} ms', 'bold'))
        table.add_row('', history(binned_latencies(self._results), columns))
        for sign, stage in zip('=++', ('queueing', 'preprocessing', 'inference'), strict=True):
            table.add_row('', f'{sign} {mean(smooth, f"{stage}_ms"):5.2f} {stage}')
        yield framed(table, 'network', height=options.height)


def accuracy_panel(snapshot: Snapshot, network: Network | None) -> Panel:
    """Return the running accuracy at each width and of all frames."""
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(style=QUIET, no_wrap=True)
    current = snapshot.newest
    columns: list[tuple[Text, str, str]] = []
    for width in _listed_widths(network.groups if network else 0):
        tally = snapshot.tallies.get(width)
        is_current = current is not None and current.width == width
        style = group_colour(width) + (' bold reverse' if is_current else '')
        heading = Text.assemble((f'width {width}', style))
        frames = f'{tally.frames}' if tally else ''
        columns.append((heading, _percent(tally.top1 if tally else None), frames))
    total = snapshot.total
    columns.append((Text('all', 'bold'), _percent(total.top1), f'{total.frames}'))
    for _ in columns:
        table.add_column(justify='right', no_wrap=True)
    headings, accuracies, frames_at = zip(*columns, strict=True)
    table.add_row('', *headings)
    table.add_row('right', *(Text(text, 'bold') for text in accuracies))
    table.add_row('frames', *(Text(text, QUIET) for text in frames_at))
    return framed(table, 'accuracy since the start')


def _answer(result: Result) -> Text:
    mark = {True: ('✓ right', RIGHT), False: ('✗ wrong', WRONG), None: ('', '')}[result.is_right]
    style = mark[1] or 'white'
    return Text(result.label, f'bold {style}').append(f'  {mark[0]}', mark[1])


def _truth(result: Result) -> Text:
    return Text(f'the image is labelled {result.truth}' if result.truth else '', QUIET)


def _best_scores(result: Result, network: Network, count: int, columns: int) -> Table:
    order = sorted(range(len(result.scores)), key=lambda index: -result.scores[index])[:count]
    table = Table.grid(padding=(0, 1))
    name_columns = min(12, columns // 3)
    table.add_column(width=name_columns, no_wrap=True, overflow='ellipsis')
    for index in order:
        label, score = network.labels[index], result.scores[index]
        is_answer = label == result.label
        colour = RIGHT if label == result.truth else WRONG if is_answer and result.truth else OTHER
        bar = share_bar(score, columns - name_columns - 6, colour)
        table.add_row(label, bar, f'{score:.2f}')
    return table


def _rate(snapshot: Snapshot) -> Text:
    dropped = snapshot.dropped
    text = Text(f'{snapshot.fps_now:.1f} fps', 'bold')
    return text.append(f'  {dropped} dropped', WRONG if dropped else QUIET)


def binned_latencies(results: list[Result]) -> list[tuple[float, str]]:
    """Return the median latency (ms) and colour of the width for each short time."""
    bins: dict[int, list[Result]] = {}
    for result in results:
        bins.setdefault(result.stamp // _BIN_NS, []).append(result)
    return [
        (median(result.latency_ms for result in bin_), group_colour(bin_[-1].width))
        for bin_ in bins.values()
    ]


def mean(results: list[Result], name: str) -> float:
    """Return the mean of a value of results."""
    return float(sum(getattr(result, name) for result in results)) / len(results)


def _listed_widths(groups: int) -> list[int]:
    if groups <= _MOST_WIDTHS:
        return list(range(1, groups + 1))
    last = _MOST_WIDTHS - 1
    return [1 + round(place * (groups - 1) / last) for place in range(_MOST_WIDTHS)]


def _percent(share: float | None) -> str:
    return '' if share is None else f'{share:.1%}'


def framed(
    content: RenderableType, title: str, padding: int = 1, height: int | None = None
) -> Panel:
    """Return something with a frame and a title around it."""
    return Panel(
        content,
        title=Text(title, QUIET),
        title_align='left',
        box=box.ROUNDED,
        border_style=EMPTY,
        padding=(0, padding),
        height=height,
    )
