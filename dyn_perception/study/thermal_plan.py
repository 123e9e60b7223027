# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The best sequence of operating points where heat forbids the best of each span.

Heat forbids what passes the temperature limit, or what the board protects itself from by lower
clocks. Dynamic programming over the spans: after each, of all sequences that end about as warm,
the best is kept. The board's own model says how warm it gets.
"""

import copy
import math
from dataclasses import dataclass

import numpy as np

from dyn_perception.control.operating_points import OperatingPoint
from dyn_perception.control.spreading import spread
from dyn_perception.simulation.board_model import BoardModel
from dyn_perception.study.spans import Span
from dyn_perception.study.true_table import TrueTable

_STEP_S = 0.5
_BUCKET_K = 0.5
_MOST_STATES = 12
_MOST_CANDIDATES = 16
# Readings are coarse and power is noisy: the plan keeps this far below the limit.
_MARGIN_K = 0.25
# A second above the limit costs more than any accuracy.
_PENALTY = 1e3


@dataclass
class _State:
    """A board after some spans: `over_s` too hot, `held_s` with a clock held back (s)."""

    value: float
    board: BoardModel
    rows: list[int]
    over_s: float = 0.0
    held_s: float = 0.0


def stays_cool(true: TrueTable, spans: list[Span], rows: list[int]) -> bool:
    """Return whether one row a span passes no limit and has no clock held back."""
    state = _start(true)
    for span, row in zip(spans, rows, strict=True):
        state = _follow(true, state, span, row)
        if state.over_s or state.held_s:
            return False
    return True


def plan_under_heat(true: TrueTable, spans: list[Span]) -> list[int]:
    """Return the row of each span with the highest value in all that keeps the limit."""
    states = [_start(true)]
    for span in spans:
        best: dict[int, _State] = {}
        rows = candidates(span)
        for state in states:
            for row in rows:
                following = _follow(true, state, span, row)
                bucket = round(following.board.hottest_c / _BUCKET_K)
                if bucket not in best or best[bucket].value < following.value:
                    best[bucket] = following
        states = sorted(best.values(), key=lambda state: -state.value)
        states = _not_worse(states)[:_MOST_STATES]
    return max(states, key=lambda state: state.value).rows


def candidates(span: Span) -> list[int]:
    """Return rows of which none has both less value and more power than another.

    Thinned out to `_MOST_CANDIDATES`, the best and the most frugal among them.
    """
    value, power_w = span.expectation.value, span.expectation.power_w
    rows: list[int] = []
    for row in np.argsort(-value, kind='stable'):
        if not math.isfinite(value[row]) or span.expectation.on_time[row] < 0.5:
            break
        if not rows or power_w[row] < power_w[rows[-1]] - 1e-9:
            rows.append(int(row))
    if not rows:
        rows = [int(np.argmax(value))]
    return spread(rows, _MOST_CANDIDATES)


def _start(true: TrueTable) -> _State:
    board = BoardModel(true.setting.description, variation=true.deviation.variation)
    return _State(0.0, board, [])


def _follow(true: TrueTable, state: _State, span: Span, row: int) -> _State:
    """Return the state after a span at one row."""
    setting = true.setting
    point: OperatingPoint = setting.table.points[row]
    goals = span.phase.goals
    # What a description has does not change: it need not be copied.
    board = copy.deepcopy(state.board, {id(setting.description): setting.description})
    for knob, clock_mhz in {**true.full_limits, **dict(point.clocks)}.items():
        board.set_limit(knob, clock_mhz)
    own = min(1.0, float(true.latency_s[row]) * goals.target_fps)
    clocks_mhz = point.processor_clocks_mhz
    shares = setting.network.shared(clocks_mhz, point.width).shares
    busy = setting.network.busy({name: own * share for name, share in shares.items()})
    for name, share in span.others.items():
        busy[name] = busy.get(name, 0.0) + share
    limit_c = goals.max_temperature_c - _MARGIN_K
    span_s = left_s = (span.end - span.first) * goals.period_s
    over_s = held_s = 0.0
    while left_s > 1e-9:
        step_s = min(_STEP_S, left_s)
        board.step(step_s, busy, setting.intensity)
        over_s += step_s * (board.hottest_c > limit_c)
        held_s += step_s * any(board.clock_mhz(name) < mhz for name, mhz in clocks_mhz.items())
        left_s -= step_s
    # Frames at a clock that is held back are taken to be late.
    frames = (span.end - span.first) * (1.0 - held_s / span_s)
    value = float(span.expectation.value[row]) * frames - _PENALTY * over_s
    return _State(state.value + value, board, [*state.rows, row], over_s, held_s)


def _not_worse(states: list[_State]) -> list[_State]:
    """Leave out states that are neither cooler nor better than another; best first."""
    kept: list[_State] = []
    for state in states:
        if not kept or state.board.hottest_c < kept[-1].board.hottest_c:
            kept.append(state)
    return kept
