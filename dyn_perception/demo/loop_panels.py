# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The panels of the loop: goal, board, and what changed."""

import math
import textwrap

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from dyn_perception.demo.bars import group_bar, group_colour, history, parts_bar
from dyn_perception.demo.loop_observations import Board, Event, Goal, LoopScene, Processor
from dyn_perception.demo.observations import Network, Result, Snapshot
from dyn_perception.demo.panels import (
    EMPTY,
    OTHER,
    QUIET,
    RIGHT,
    WRONG,
    binned_latencies,
    framed,
    mean,
)

AT_RISK = '#f0a400'
_EVENT_COLOURS = {'load': WRONG, 'relief': '#56b4e9', 'manager': RIGHT, 'clock': AT_RISK}
_NAME_COLUMNS = 9
_TIME_COLUMNS = 10  # of the time before each change
_LONGEST_EVENT = 3  # lines
_SMOOTHED = 15  # newest results that the latency is taken of


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
        yield framed(table, 'goal', height=options.height)

    def _history(self, results: list[Result], columns: int) -> Text:
        limit = 1000 / self._loop.target_fps
        highest = None if math.isnan(limit) else limit  # so that what is full is late
        return history(binned_latencies(results), columns, highest)

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


class BoardPanel:
    """Load, clock, power and heat."""

    def __init__(self, loop: LoopScene) -> None:
        """Show the newest state of the board."""
        self._loop = loop

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        board = self._loop.board
        if board is None:
            yield framed(Text('waiting for its state ...', QUIET), 'board', height=options.height)
            return
        columns = options.max_width - 4 - _NAME_COLUMNS - 1
        table = Table.grid(padding=(0, 1))
        table.add_column(style=QUIET, min_width=_NAME_COLUMNS, no_wrap=True)
        table.add_column(no_wrap=True, overflow='ellipsis')
        for processor in board.processors:
            table.add_row(processor.name, _processor(processor, columns))
        table.add_row('others', _others(board))
        table.add_row(
            'demo load', Text(self._loop.programs or 'none', _programs_style(self._loop))
        )
        table.add_row('power', _power_and_heat(board))
        yield framed(table, f'board {board.name}'.strip(), height=options.height)


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
    return framed(Text('\n').join(newest), 'what changed, and why', height=rows)


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


def _text(event: Event) -> str:
    return f'{event.elapsed_s:6.1f} s  {event.text}'


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


def _latency(results: list[Result], target_fps: float, dropped: int) -> Text:
    latency = mean(results, 'latency_ms')
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


def _others(board: Board) -> Text:
    shares = [
        f'{processor.name} {processor.others:.0%}'
        for processor in board.processors
        if not math.isnan(processor.others)
    ]
    return Text(', '.join(shares) or 'not known')


def _programs_style(loop: LoopScene) -> str:
    return WRONG if loop.programs else QUIET


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


def _power_and_heat(board: Board) -> Text:
    text = Text('not measured', QUIET)
    if not math.isnan(board.power_w):
        text = Text(f'{board.power_w:.2f} W', 'bold')
    if not math.isnan(board.temperature_c):
        text.append('   ').append(f'{board.temperature_c:.1f} °C', 'bold')
    if board.throttled:
        text.append('   throttled', f'bold {WRONG}')
    return text
