# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What a policy gets to see of the simulated board: 10 Hz, late and in coarse steps."""

import math
from collections import deque

from dyn_perception.control.policy import BoardObservation, ProcessorObservation
from dyn_perception.processors.names import clock_knob
from dyn_perception.simulation.board_model import BoardModel

PERIOD_S = 0.1
# From the reading to the policy: the monitor's read, the message, the manager's callback.
DELAY_S = 0.05
LOAD_STEP = 0.01
POWER_STEP_W = 0.04  # an INA3221 of a Jetson: 40 µV over 5 mOhm at 5 V
TEMPERATURE_STEP_C = 0.5


class BoardSensor:
    """Averages load and power between readings, and holds readings back for the delay."""

    def __init__(self, board: BoardModel) -> None:
        """Read `board`; the first reading is due after one period."""
        self._board = board
        self._loads = dict.fromkeys(board.processors, 0.0)
        self._read_s = 0.0
        self._energy_j = board.energy_j
        self.due_s = PERIOD_S
        self._waiting: deque[tuple[float, BoardObservation]] = deque()
        self._fixed = {
            name: (clock_knob(name), board.steps_mhz(clock_knob(name)))
            for name in board.processors
        }

    @property
    def delivery_s(self) -> float:
        """When the next reading reaches the policy (s, inf: none is under way)."""
        return self._waiting[0][0] if self._waiting else math.inf

    def add_load(self, duration_s: float, busy: dict[str, float]) -> None:
        """Take the busy share of processors over a time."""
        for name, share in busy.items():
            self._loads[name] += duration_s * min(share, 1.0)

    def read(self, time_s: float, lost: frozenset[str]) -> None:
        """Take a reading, which will be delivered later, unless the board's readings are lost."""
        self.due_s += PERIOD_S
        if 'board' not in lost:
            reading = self._observe(time_s, lost)
            self._waiting.append((time_s + DELAY_S, reading))
        self._loads = dict.fromkeys(self._loads, 0.0)
        self._read_s = time_s
        self._energy_j = self._board.energy_j

    def deliver(self) -> BoardObservation:
        """Return the reading that is due."""
        return self._waiting.popleft()[1]

    def _observe(self, time_s: float, lost: frozenset[str]) -> BoardObservation:
        board = self._board
        window_s = time_s - self._read_s
        limits = board.limits
        processors = []
        for name, (knob, steps_mhz) in self._fixed.items():
            load = _in_steps(self._loads[name] / window_s, LOAD_STEP)
            processors.append(
                ProcessorObservation(
                    name,
                    knob,
                    math.nan if 'load' in lost else load,
                    board.clock_mhz(name),
                    limits[knob],
                    steps_mhz[0],
                    steps_mhz[-1],
                    steps_mhz,
                )
            )
        power_w = _in_steps((board.energy_j - self._energy_j) / window_s, POWER_STEP_W)
        hottest_c = _in_steps(board.hottest_c, TEMPERATURE_STEP_C)
        return BoardObservation(
            time_s,
            window_s,
            math.nan if 'power' in lost else power_w,
            math.nan if 'temperature' in lost else hottest_c,
            board.throttled,
            math.nan,
            tuple(processors),
        )


def _in_steps(value: float, step: float) -> float:
    return round(value / step) * step
