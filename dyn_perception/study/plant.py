# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A camera, the perception node and the board in virtual time, steered by a policy.

The policy sees what the manager node sees: results, and readings of the board at 10 Hz, late and
in coarse steps. It never sees the scenario, the noise, or how the board differs from the profile.
"""

import math
import random

from dyn_perception.control.operating_points import OperatingPoint
from dyn_perception.control.policy import FrameObservation, Policy
from dyn_perception.processors.names import processors_of
from dyn_perception.simulation.board_model import BoardModel
from dyn_perception.simulation.operating_points import LATENCY_NOISE
from dyn_perception.simulation.shared_work import SharedWork
from dyn_perception.study.actuation import Actuation
from dyn_perception.study.board_sensor import BoardSensor
from dyn_perception.study.plant_law import slowdown_by_others
from dyn_perception.study.shared_rows import shared_frame
from dyn_perception.study.timeline import Phase, Timeline
from dyn_perception.study.trace import Trace
from dyn_perception.study.true_table import TrueTable

_NO_FRAME = -1


class Plant:
    """One run of one policy."""

    def __init__(
        self,
        true: TrueTable,
        timeline: Timeline,
        seed: int,
        *,
        noise: float = LATENCY_NOISE,
        trace: Trace | None = None,
    ) -> None:
        """Start idle, as warm as the idle board gets.

        Args:
            true: the board of a seed.
            timeline: what happens.
            seed: of noise and delays.
            noise: standard deviation of a frame's time, as a share of it.
            trace: to be filled; None: a new one.
        """
        setting = true.setting
        self._true = true
        self._timeline = timeline
        self._board = BoardModel(setting.description, variation=true.deviation.variation)
        self._free = self._board.limits
        self._sensor = BoardSensor(self._board)
        self._workload = setting.network.workload
        self._intensity = setting.intensity
        self._seed = seed
        generator = random.Random(f'noise {seed}')
        self._noise = [
            max(0.2, 1.0 + noise * generator.gauss(0.0, 1.0)) for _ in range(timeline.frames)
        ]
        self.trace = trace or Trace.empty(
            timeline, setting.table.placements, true.feasible(timeline)
        )
        # The frame that is worked on, and the one in the mailbox.
        self._frame = self._next = _NO_FRAME
        self._dropped = 0
        self._begun_s = self._end_s = math.inf
        self._busy: dict[str, float] = {}  # share of processors that the frame keeps busy
        self._work: dict[str, float] = {}
        self._width, self._placement = 0, ''
        self._others: dict[str, float] = {}
        self._slowdowns: dict[tuple[str, float], float] = {}
        self._times: dict[tuple[str, float, int], float] = {}
        self._shared: dict[tuple[object, ...], SharedWork] = {}

    def run(self, policy: Policy) -> Trace:
        """Let the policy steer through the whole timeline."""
        self._policy = policy
        phases = self._timeline.phases
        self._lost, self._goals = phases[0].lost, phases[0].goals
        start = policy.decide(0.0).point
        self._actuation = Actuation(start, self._seed, self._set_limits)
        policy.set_applied(start.settings, 0.0)
        arrivals = self._timeline.arrival_s
        trace, board = self.trace, self._board
        energy_j = 0.0
        for phase in phases:
            for frame in range(phase.first, phase.end):
                if frame == phase.first:
                    self._enter(phase, frame)
                self._arrive(frame, arrivals[frame])
                self._pass_until(arrivals[frame + 1], frame)
                duration_s = arrivals[frame + 1] - arrivals[frame]
                trace.power_w[frame] = (board.energy_j - energy_j) / duration_s
                trace.hottest_c[frame] = board.hottest_c
                energy_j = board.energy_j
        trace.energy_j = energy_j
        trace.switches = self._actuation.switches
        return trace

    def _enter(self, phase: Phase, frame: int) -> None:
        """Begin a segment."""
        self._lost = phase.lost
        if frame == 0 or phase.goals != self._goals:
            self._policy.set_goals(phase.goals)
            self._decide(phase.start_s, frame)
        self._goals = phase.goals

    def _arrive(self, frame: int, time_s: float) -> None:
        """Take a frame from the camera: the newest wins the one place in the mailbox."""
        applied = self._actuation.arrive(time_s, frame)
        if applied:
            self._policy.set_applied(applied, time_s)
        self._others = self._timeline.others[frame]
        placement = self._actuation.placement
        self.trace.clock_mhz[frame] = self._board.clock_mhz(processors_of(placement)[0])
        self.trace.clock_placement[frame] = self.trace.placements.index(placement)
        if self._frame == _NO_FRAME:
            self._begin(frame, time_s)
        else:
            self._dropped += self._next != _NO_FRAME
            self._next = frame

    def _begin(self, frame: int, time_s: float) -> None:
        """Begin to work on a frame."""
        applied = self._actuation.begin(time_s)
        if applied:
            self._policy.set_applied(applied, time_s)
        width, placement = self._actuation.width, self._actuation.placement
        self._frame, self._begun_s = frame, time_s
        self._width, self._placement = width, placement
        parts = processors_of(placement)
        if len(parts) > 1:
            self._begin_shared(parts, width, time_s, self._noise[frame])
            return
        slowdown = self._slowdown(placement)
        work_s = self._work_s(placement, width) * self._noise[frame]
        self._end_s = time_s + work_s * slowdown
        self._busy = self._workload.busy(placement, 1.0 / slowdown)
        self._work = self._workload.busy(placement, work_s)

    def _begin_shared(
        self, parts: tuple[str, ...], width: int, time_s: float, noise: float
    ) -> None:
        """Begin to work on a frame whose groups several processors share."""
        clocks = {name: self._board.clock_mhz(name) for name in parts}
        slowdowns = {name: self._slowdown(name) for name in parts}
        key = width, *clocks.items(), *slowdowns.items()
        if key not in self._shared:
            self._shared[key] = shared_frame(
                self._true.setting, self._true.deviation, clocks, width, slowdowns
            )
        shared, network = self._shared[key], self._true.setting.network
        alone = {name: share / slowdowns[name] for name, share in shared.shares.items()}
        latency_s = shared.latency_s * noise
        self._end_s = time_s + latency_s
        self._busy = network.busy(alone)
        self._work = network.busy({name: share * latency_s for name, share in alone.items()})

    def _pass_until(self, end_s: float, frame: int) -> None:
        """Let time pass until the next frame arrives."""
        sensor = self._sensor
        while True:
            time_s = min(end_s, self._end_s, sensor.due_s, sensor.delivery_s, self._ask_s)
            self._advance(time_s)
            if time_s == self._end_s:
                self._finish(time_s, frame)
            elif time_s == sensor.due_s:
                sensor.read(time_s, self._lost)
            elif time_s == sensor.delivery_s:
                self._policy.observe_board(sensor.deliver())
                self._decide(time_s, frame)
            elif time_s == self._ask_s:
                self._decide(time_s, frame)
            else:
                return

    def _finish(self, time_s: float, newest: int) -> None:
        """Publish a result, let the policy decide, begin the frame in the mailbox."""
        frame, trace = self._frame, self.trace
        trace.finish_s[frame] = time_s
        trace.width[frame] = self._width
        trace.placement[frame] = trace.placements.index(self._placement)
        arrived_s = self._timeline.arrival_s[frame]
        observation = FrameObservation(
            time_s,
            time_s - arrived_s,
            self._width,
            self._placement,
            self._width,
            self._begun_s - arrived_s,
            self._dropped,
            self._work,
        )
        self._dropped = 0
        self._frame, self._end_s, self._busy = _NO_FRAME, math.inf, {}
        # The worker takes the next frame at once: what the policy decides now comes after that.
        if self._next != _NO_FRAME:
            frame, self._next = self._next, _NO_FRAME
            self._begin(frame, time_s)
        self._policy.observe_frame(observation)
        self._decide(time_s, newest)

    def _decide(self, time_s: float, frame: int) -> None:
        decision = self._policy.decide(time_s)
        self._ask_s = decision.ask_again_s if decision.ask_again_s > time_s else math.inf
        if decision.point is not self._actuation.wanted:
            self._actuation.want(decision.point, time_s, frame)
            self.trace.changes.append((time_s, decision.reason))

    def _advance(self, time_s: float) -> None:
        """Let the board's time pass."""
        duration_s = time_s - self._board.time_s
        if duration_s <= 0.0:
            return
        busy = self._busy
        if self._others:
            busy = dict(busy)
            for name, share in self._others.items():
                busy[name] = busy.get(name, 0.0) + share
        self._board.step(duration_s, busy, self._intensity)
        self._board.time_s = time_s  # exactly: sums of steps drift
        self._sensor.add_load(duration_s, busy)

    def _slowdown(self, placement: str) -> float:
        share = self._others.get(placement, 0.0)
        if not share:
            return 1.0
        key = placement, share
        if key not in self._slowdowns:
            self._slowdowns[key] = slowdown_by_others(
                self._board, share, self._true.deviation.slowdown_exponent
            )
        return self._slowdowns[key]

    def _work_s(self, placement: str, width: int) -> float:
        """Return the time of a frame at the present clock, alone and without noise (s)."""
        key = placement, self._board.clock_mhz(placement), width
        if key not in self._times:
            self._times[key] = (
                self._true.setting.network.latency_s(*key)
                * self._true.deviation.latency[placement, width]
            )
        return self._times[key]

    def _set_limits(self, point: OperatingPoint) -> None:
        """Set the clocks that a point names; the others go back to what was found."""
        for knob, clock_mhz in {**self._free, **dict(point.clocks)}.items():
            self._board.set_limit(knob, clock_mhz)
