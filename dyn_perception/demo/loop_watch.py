# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the demo hears of the resource monitor and the manager."""

import math
import time
from collections import deque

from rclpy.node import Node

from dyn_perception.demo.loop_messages import (
    board_of,
    cluster_name,
    goal_of,
    processor_of,
    units_of,
)
from dyn_perception.demo.loop_observations import Board, Event, Goal
from dyn_perception.demo.run_statistics import RunStatistics
from dyn_perception.msg import BoardState, ManagerState

_WINDOW_S = 1.0  # that loads are averaged over: readings of a tenth of a second jump
_KEPT_EVENTS = 60
_MHZ = 0.1  # float32 does not hold each clock exactly
_NANOSECONDS = 10**9


class LoopWatch:
    """Keeps the newest state of board and manager, and what changed."""

    def __init__(self, node: Node, statistics: RunStatistics) -> None:
        """Listen with a node whose namespace has the others; `statistics` knows the results."""
        self.board: Board | None = None
        self.goal: Goal | None = None
        self.events: deque[Event] = deque(maxlen=_KEPT_EVENTS)
        self._statistics = statistics
        self._start = time.monotonic()
        self._operating_point: tuple[int, str] | None = None
        self._loads: deque[tuple[int, dict[str, float]]] = deque()
        node.create_subscription(BoardState, 'board_state', self._take_board, 10)
        node.create_subscription(ManagerState, 'manager/state', self._take_manager, 10)

    def restart(self) -> None:
        """Count the time of events from now on."""
        self._start = time.monotonic()
        self.events.clear()
        self._operating_point = None

    def add_event(self, kind: str, text: str) -> None:
        """Note that something changed; called from any thread."""
        self.events.append(Event(time.monotonic() - self._start, kind, text))

    def note_operating_point(self) -> None:
        """Note what changed in the newest result; for where no manager explains it."""
        results = list(self._statistics.snapshot(time.monotonic()).recent.values())
        if not results:
            return
        width, placement = point = (results[-1].width, results[-1].placement)
        before, self._operating_point = self._operating_point, point
        if before is None:
            return
        if before[0] != width:
            self.add_event('clock', f'width {before[0]} → {width}')
        if before[1] != placement:
            self.add_event('clock', f'placement {before[1]} → {placement}')

    def _take_board(self, message: BoardState) -> None:
        stamp = message.header.stamp.sec * _NANOSECONDS + message.header.stamp.nanosec
        loads = {cluster_name(item): item.load for item in message.clusters}
        loads |= {gpu.name: gpu.load for gpu in message.gpus}
        self._loads.append((stamp, loads))
        while self._loads[0][0] < stamp - _WINDOW_S * _NANOSECONDS:
            self._loads.popleft()
        means = {
            name: sum(past.get(name, load) for _, past in self._loads) / len(self._loads)
            for name, load in loads.items()
        }
        before, self.board = self.board, board_of(message, means, self._own_loads(message, stamp))
        if before is not None:
            self._note_limits(before, self.board)

    def _own_loads(self, message: BoardState, stamp: int) -> dict[str, float]:
        """Return the share of each processor that the frames of the window took."""
        units = units_of(message)
        own = dict.fromkeys(units, 0.0)
        for result in self._statistics.snapshot(time.monotonic()).recent.values():
            if result.stamp > stamp - _WINDOW_S * _NANOSECONDS:
                for busy, seconds in result.busy_s.items():
                    name = processor_of(busy, message)
                    if name in own:
                        own[name] += seconds / _WINDOW_S / units[name]
        return own

    def _note_limits(self, before: Board, after: Board) -> None:
        limits = {processor.name: processor.limit_mhz for processor in before.processors}
        for processor in after.processors:
            # Not after the manager's own changes, which it explains itself.
            is_own = self.goal is not None and processor.parameter not in self.goal.held
            limit = limits.get(processor.name, math.nan)
            if not is_own and abs(processor.limit_mhz - limit) > _MHZ:  # false for NaN
                text = f'{processor.name} may run at up to {processor.limit_mhz:.0f} MHz'
                self.add_event('clock', text)
        if after.throttled and not before.throttled:
            self.add_event('clock', f'the board throttles at {after.temperature_c:.1f} °C')

    def _take_manager(self, message: ManagerState) -> None:
        before, self.goal = self.goal, goal_of(message)
        change = self.goal.change_since(before)
        if change:
            self.add_event('manager', change)
        for parameter in self.goal.held:
            if before is not None and parameter not in before.held:
                self.add_event('clock', f'{parameter} is held: it was set from outside')
