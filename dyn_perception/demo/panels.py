# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The panels of the view: frame, class, network and accuracy; goal, board and what changed."""

import math
import textwrap
from statistics import median

from rich import box
from rich.align import Align
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from dyn_perception.demo.drawing import (
    EMPTY,
    Thumbnail,
    fit,
    group_bar,
    group_colour,
    history,
    mark_wrong,
    parts_bar,
    share_bar,
)
from dyn_perception.demo.observations import (
    Board,
    Event,
    Goal,
    LoopScene,
    Network,
    Processor,
    Result,
    ShownFrame,
    Snapshot,
)

BLUE, RIGHT, WRONG, AT_RISK, OTHER = '#56b4e9', '#7bc96f', '#ff6b6b', '#f0a400', '#5c7fa3'
QUIET = '#8b93a1'
_EVENT_COLOURS = {'load': WRONG, 'relief': BLUE, 'manager': RIGHT, 'clock': AT_RISK}
_NAME_COLUMNS = 9  # of what a line is about
_MOST_WIDTHS = 8  # columns of the accuracy table
_BIN_NS = 400_000_000
_SMOOTHED = 15  # newest results that the latency is taken of: half a second
_TIME_COLUMNS = 10  # of the time before each change
_LONGEST_EVENT = 3  # lines


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
        yield _framed(Align.center(content, vertical='middle', height=rows), title, padding=0)


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
        yield _framed(Group(*lines), 'class', height=options.height)


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


class NetworkPanel:
    """The width of the network, and what it costs."""

    def __init__(self, snapshot: Snapshot, network: Network | None) -> None:
        """Show the newest results."""
        self._results = list(snapshot.recent.values())
        self._snapshot = snapshot
        self._network = network

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if not self._results or self._network is None:
            yield _framed(Text(), 'network', height=options.height)
            return
        columns = options.max_width - 4 - _NAME_COLUMNS - 1
        newest, groups = self._results[-1], self._network.groups
        smooth = self._results[-_SMOOTHED:]
        table = Table.grid(padding=(0, 1))
        table.add_column(style=QUIET, width=_NAME_COLUMNS)
        table.add_column(no_wrap=True)
        table.add_row(
            'width',
            group_bar(newest.width, groups, columns - 8).append(
                f'  {newest.width} of {groups}', 'bold'
            ),
        )
        table.add_row('rate', _rate(self._snapshot))
        table.add_row('latency', Text(f'{_mean(smooth, "latency_ms"):.2f} ms', 'bold'))
        table.add_row('', history(_binned_latencies(self._results), columns))
        for sign, stage in zip('=++', ('queueing', 'preprocessing', 'inference'), strict=True):
            table.add_row('', f'{sign} {_mean(smooth, f"{stage}_ms"):5.2f} {stage}')
        yield _framed(table, 'network', height=options.height)


def _rate(snapshot: Snapshot) -> Text:
    dropped = snapshot.dropped
    text = Text(f'{snapshot.fps_now:.1f} fps', 'bold')
    return text.append(f'  {dropped} dropped', WRONG if dropped else QUIET)


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
    return _framed(table, 'accuracy since the start')


def _listed_widths(groups: int) -> list[int]:
    if groups <= _MOST_WIDTHS:
        return list(range(1, groups + 1))
    last = _MOST_WIDTHS - 1
    return [1 + round(place * (groups - 1) / last) for place in range(_MOST_WIDTHS)]


def _percent(share: float | None) -> str:
    return '' if share is None else f'{share:.1%}'


def accuracy_line(snapshot: Snapshot, network: Network | None) -> Text:
    """Return the running accuracy at each width and of all frames, in one line."""
    line = Text(' right ', QUIET, no_wrap=True, overflow='ellipsis')
    for width in range(1, (network.groups if network else 0) + 1):
        tally = snapshot.tallies.get(width)
        top1 = tally.top1 if tally else None
        line.append(f' width {width} ', group_colour(width) if tally else EMPTY)
        line.append('–' if top1 is None else f'{top1:.1%}', 'bold' if tally else EMPTY)
        line.append(' ')
    total = snapshot.total.top1
    line.append(' all ', QUIET)
    return line.append('–' if total is None else f'{total:.1%}', 'bold')


class GoalPanel:
    """The target, how well it is held, and with which knobs."""

    def __init__(self, loop: LoopScene, snapshot: Snapshot, network: Network | None) -> None:
        """Show the newest results and the newest state of the manager."""
        self._loop = loop
        self._snapshot = snapshot
        self._network = network

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        columns = options.max_width - 4 - _NAME_COLUMNS - 1
        results = list(self._snapshot.recent.values())
        table = Table.grid(padding=(0, 1))
        table.add_column(style=QUIET, min_width=_NAME_COLUMNS, no_wrap=True)
        table.add_column(no_wrap=True, overflow='ellipsis')
        table.add_row('target', self._target())
        table.add_row('achieved', self._achieved(self._snapshot))
        if results and self._network is not None:
            newest, groups = results[-1], self._network.groups
            bar = group_bar(newest.width, groups, columns - 8)
            table.add_row('width', bar.append(f'  {newest.width} of {groups}', 'bold'))
            recent = results[-_SMOOTHED:]
            dropped = self._snapshot.dropped
            table.add_row('latency', _latency(recent, self._loop.target_fps, dropped))
            table.add_row('', self._history(results, columns))
            table.add_row('placement', _placement(recent, self._loop.goal))
        yield _framed(table, 'goal', height=options.height)

    def _history(self, results: list[Result], columns: int) -> Text:
        limit = 1000 / self._loop.target_fps
        highest = None if math.isnan(limit) else limit  # so that what is full is late
        return history(_binned_latencies(results), columns, highest)

    def _target(self) -> Text:
        loop = self._loop
        if loop.phase:
            return Text(loop.phase, AT_RISK)
        target = Text(f'{loop.target_fps:g} fps', 'bold')
        if not loop.has_manager:
            return target.append('  the knobs are yours', QUIET)
        if loop.goal is None:
            return target
        colour = RIGHT if loop.goal.is_met else AT_RISK
        return target.append(f'  {loop.goal.status}', f'bold {colour}')

    def _achieved(self, snapshot: Snapshot) -> Text:
        text = Text(f'{snapshot.fps_now:.1f} fps', 'bold')
        hit = snapshot.deadline_hit
        if hit is not None and not self._loop.phase:
            text.append(f'  {hit:.1%} on time', RIGHT if hit > 0.95 else WRONG)
        return text


def _latency(results: list[Result], target_fps: float, dropped: int) -> Text:
    latency = _mean(results, 'latency_ms')
    limit = 1000 / target_fps
    text = Text(f'{latency:.1f}', f'bold {WRONG}' if latency > limit else 'bold')
    text.append(' ms' if math.isnan(limit) else f' of {limit:.1f} ms', QUIET)
    return text.append(f'  {dropped} dropped', WRONG if dropped else QUIET)


def _placement(results: list[Result], goal: Goal | None) -> Text:
    text = Text(results[-1].placement, 'bold')
    excess = (result.host_excess_ms for result in results)
    slow = max((value for value in excess if value > 0), default=0.0)  # NaN on a real board
    if slow > 0:
        text.append(f'  host {slow:.1f} ms too slow', AT_RISK)
    if goal and goal.held:
        text.append(f'  held by you: {", ".join(goal.held)}', AT_RISK)
    return text


class BoardPanel:
    """Load, clock, power and heat."""

    def __init__(self, loop: LoopScene) -> None:
        """Show the newest state of the board."""
        self._loop = loop

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        loop, board = self._loop, self._loop.board
        if board is None:
            yield _framed(Text('waiting for its state ...', QUIET), 'board', height=options.height)
            return
        columns = options.max_width - 4 - _NAME_COLUMNS - 1
        table = Table.grid(padding=(0, 1))
        table.add_column(style=QUIET, min_width=_NAME_COLUMNS, no_wrap=True)
        table.add_column(no_wrap=True, overflow='ellipsis')
        for processor in board.processors:
            table.add_row(processor.name, _processor(processor, columns))
        table.add_row('others', _others(board))
        table.add_row(
            'demo load', Text(loop.programs or 'none', WRONG if loop.programs else QUIET)
        )
        table.add_row('power', _power_and_heat(board))
        yield _framed(table, f'board {board.name}'.strip(), height=options.height)


def _processor(processor: Processor, columns: int) -> Text:
    clock = _clock(processor)
    if math.isnan(processor.load):
        return Text('load not known  ', QUIET).append_text(clock)
    bar_columns = max(4, columns - 6 - len(clock))
    others = 0.0 if math.isnan(processor.others) else processor.others
    bar = parts_bar(((processor.load - others, OTHER), (others, WRONG)), bar_columns)
    return bar.append(f' {processor.load:4.0%} ').append_text(clock)


def _clock(processor: Processor) -> Text:
    if math.isnan(processor.clock_mhz):
        return Text()
    text = Text(f'{processor.clock_mhz:.0f}', 'bold')
    if processor.is_limited:
        return text.append(f' ≤ {processor.limit_mhz:.0f} MHz', AT_RISK)
    return text.append(' MHz', QUIET)


def _others(board: Board) -> Text:
    shares = [
        f'{processor.name} {processor.others:.0%}'
        for processor in board.processors
        if not math.isnan(processor.others)
    ]
    return Text(', '.join(shares) or 'not known')


def _power_and_heat(board: Board) -> Text:
    text = Text('not measured', QUIET)
    if not math.isnan(board.power_w):
        text = Text(f'{board.power_w:.2f} W', 'bold')
    if not math.isnan(board.temperature_c):
        text.append('   ').append(f'{board.temperature_c:.1f} °C', 'bold')
    if board.throttled:
        text.append('   throttled', f'bold {WRONG}')
    return text


def events_panel(events: tuple[Event, ...], rows: int, columns: int) -> RenderableType:
    """Return the newest changes, the newest last; long ones take further lines that are free."""
    width, room = columns - 4, rows - 2
    shown = events[-room:] if room > 0 else ()
    free = room - len(shown)
    lines: list[Text] = []
    for event in reversed(shown):
        parts = _wrapped(event, width)
        # The newest one may push out older ones.
        if lines and len(parts) - 1 > free:
            parts = [_text(event)]
        elif not lines:
            parts = parts[:room]
        free -= len(parts) - 1
        for part in reversed(parts):
            line = Text(part, _EVENT_COLOURS.get(event.kind, 'white'))
            line.stylize(QUIET, 0, _TIME_COLUMNS)
            line.truncate(width, overflow='ellipsis')
            lines.insert(0, line)
    newest = lines[max(0, len(lines) - room) :]
    return _framed(Text('\n').join(newest), 'what changed, and why', height=rows)


def _wrapped(event: Event, width: int) -> list[str]:
    if width <= 2 * _TIME_COLUMNS:
        return [_text(event)]
    return textwrap.wrap(
        _text(event),
        width,
        subsequent_indent=' ' * _TIME_COLUMNS,
        max_lines=_LONGEST_EVENT,
        placeholder=' …',
    )


def _text(event: Event) -> str:
    return f'{event.elapsed_s:6.1f} s  {event.text}'


def _framed(
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


def _binned_latencies(results: list[Result]) -> list[tuple[float, str]]:
    """Return the median latency (ms) and colour of the width for each short time."""
    bins: dict[int, list[Result]] = {}
    for result in results:
        bins.setdefault(result.stamp // _BIN_NS, []).append(result)
    return [
        (median(result.latency_ms for result in bin_), group_colour(bin_[-1].width))
        for bin_ in bins.values()
    ]


def _mean(results: list[Result], name: str) -> float:
    """Return the mean of a value of results."""
    return float(sum(getattr(result, name) for result in results)) / len(results)
