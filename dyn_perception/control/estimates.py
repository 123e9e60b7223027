# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What is known of the board and the network now, put together from all observations."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dyn_perception.control.arrivals import Camera, CameraArrivals, backlog_s
from dyn_perception.control.board_readings import BackgroundLoads, Clocks
from dyn_perception.control.kalman_filter import JUMP_SCORE
from dyn_perception.control.operating_points import OperatingPoint
from dyn_perception.control.policy import BoardObservation, FrameObservation, KnobValue
from dyn_perception.control.power_and_heat import PowerEstimate, ProfiledPower, ThermalModel
from dyn_perception.control.profile_model import ProfileModel
from dyn_perception.control.slowdown import PlacementSlowdown

# A frame that began before a change of clocks was seen may have run at either: its measurement
# counts for less.
_UNSURE_NOISE_FACTOR = 4.0
# Readings older than this say nothing about now (s).
STALE_S = 2.0
# Deviations that are added to the wanted on-time score while a change is fresh: estimates of the
# first frames after it are rough, and frames should be on time again for good.
_FRESH_SCORE = 3.0
# Part of its share that a frame is taken to wait behind one that is late.
_USUAL_WAIT = 0.4
# Share of its time after which an overdue frame is looked at again.
_OVERDUE_STEP = 0.1
# What lies beyond these is no measurement: times of a frame (s), times of day (s), power (W).
_SHORTEST_S, _LONGEST_S = 1e-6, 1e4
_LAST_TIME_S = 1e10
_MOST_POWER_W = 1e5
# Ratios of measured to profiled latency beyond this are no measurements of the network.
_MOST_EXTREME_RATIO = 1e4


class Estimates:
    """Slowdown of each placement, power and temperature.

    Attributes:
        model: the profile.
        slowdowns: estimate of each placement, in the order of the table's placements.
        power: estimate of the power.
        thermal: model of the temperature.
        clocks: clocks in force.
        in_use: index of the placement that ran the last frame (-1: none yet).
        arrivals: of the frames of each camera.
        backlog_s: what the coming frames have less than period/cameras because they had to wait;
            with one camera, how long the next frame waits before work on it begins (s).
        in_force: settings in force, as far as known.
        wanted: point that is asked for.
        overdue_s: when the result of the present frame will be overdue (s, inf: not known).
        board_s: time of the last reading (-inf: none yet).
        frame_s: time of the last frame (-inf: none yet).
    """

    def __init__(self, model: ProfileModel) -> None:
        """Start from the profile."""
        self.model = model
        places = range(len(model.table.placements))
        self.slowdowns = [PlacementSlowdown(model, place) for place in places]
        self.power = PowerEstimate(model)
        self.profiled = ProfiledPower(model)
        self.thermal = ThermalModel()
        self.clocks = Clocks()
        self.in_use = -1
        self.backlog_s = 0.0
        self.board_s = -math.inf
        self.frame_s = -math.inf
        self.measured_c = math.nan
        self._last_width = 0
        self.in_force: dict[str, KnobValue] = {}
        self.wanted: OperatingPoint | None = None
        self.overdue_s = math.inf
        self.late = False
        self.arrivals = CameraArrivals()
        self._others = BackgroundLoads(model.table.placements, model.shares)
        self._needed, self._noise = np.zeros(len(model.table)), np.ones(len(model.table))
        self._set_caps()

    def _set_caps(self) -> None:
        self.latency_s, self.idle_w, self.busy_w = self.model.under_caps(self.clocks.caps)
        self.log_latency: NDArray[np.float64] = np.log(self.latency_s)

    def observe_frame(self, frame: FrameObservation, period_s: float) -> None:
        """Take a result; values that cannot be are passed over.

        Args:
            frame: the result.
            period_s: 1/target_fps (s).
        """
        waited_s = frame.queueing_s if 0 <= frame.queueing_s < math.inf else 0.0
        worked_s = frame.latency_s - waited_s
        is_sound = _SHORTEST_S < worked_s < _LONGEST_S and abs(frame.time_s) < _LAST_TIME_S
        if not is_sound or frame.time_s < self.frame_s or frame.width < 1:
            return
        start_s = frame.time_s - worked_s
        elapsed_s = frame.time_s - self.frame_s
        self.frame_s = frame.time_s
        self.late = frame.latency_s > period_s or frame.dropped > 0
        self._others.own_work.add(
            start_s,
            frame.time_s,
            {name: busy_s for name, busy_s in frame.busy_s.items() if 0 <= busy_s < _LONGEST_S},
        )
        self.arrivals.add(
            frame.camera, frame.time_s - frame.latency_s, frame.time_s, frame.dropped, period_s
        )
        placements = self.model.table.placements
        if frame.placement not in placements:
            return
        place = placements.index(frame.placement)
        slowdown = self.slowdowns[place]
        if place != self.in_use:
            self.in_use = place
        if math.isfinite(elapsed_s):
            for other in self.slowdowns:
                if other is not slowdown:
                    other.forget(frame.time_s, elapsed_s)
        self._measure(slowdown, frame, worked_s, start_s)
        self._last_width = frame.width
        self._see_loads()
        self.backlog_s = self._backlog_s(frame, period_s)

    def _backlog_s(self, frame: FrameObservation, period_s: float) -> float:
        count = self.arrivals.count
        if count > 1:
            cameras = self.arrivals.ages(frame.time_s, period_s)
        else:
            cameras = [Camera(frame.latency_s, period_s)]
        if all(camera.age_s <= camera.interval_s for camera in cameras):
            return 0.0  # none waits
        clocks = self.clocks.possible(frame.time_s)[0]
        width = int(self.in_force.get('width', frame.width))
        next_s, _ = self.expected_latency(width, frame.placement, clocks)
        return backlog_s(cameras, count, next_s, period_s)

    def expected_latency(
        self, width: int, placement: str, clocks: Mapping[str, float]
    ) -> tuple[float, float]:
        """Return the latency that is expected of a setting, and the deviation of its logarithm.

        Returns:
            Latency (s), 0 where the table does not know the setting; deviation, of ln(latency).
        """
        found = self.model.locate(width, placement, clocks)
        if found is None:
            return 1e-9, 0.0
        slowdown = self.slowdowns[self.model.table.placements.index(placement)]
        mean, _ = slowdown.filter.predict(slowdown.states(found[0]))
        return found[1] * math.exp(mean), slowdown.filter.noise_deviation

    def _measure(
        self, slowdown: PlacementSlowdown, frame: FrameObservation, worked_s: float, start_s: float
    ) -> None:
        groups = frame.groups_run if frame.groups_run > 0 else frame.width
        possible = self.clocks.possible(start_s)
        best: tuple[float, int, float, int] | None = None
        for number, clocks in enumerate(possible):
            capped = {
                knob: min(mhz, self.clocks.caps.get(knob, math.inf))
                for knob, mhz in clocks.items()
            }
            found = self.model.locate(groups, frame.placement, capped)
            if found is None:
                return
            row, profiled_s = found
            log_ratio = math.log(worked_s / profiled_s)
            distance = abs(slowdown.innovation(row, log_ratio))
            if best is None or distance < best[0]:
                best = distance, row, log_ratio, number
        assert best is not None
        _, row, log_ratio, number = best
        if abs(log_ratio) > math.log(_MOST_EXTREME_RATIO):
            return
        factor = _UNSURE_NOISE_FACTOR if len(possible) > 1 else 1.0
        slowdown.measure(row, log_ratio, frame.time_s, factor)

    def observe_board(self, board: BoardObservation, row: int, fps: float) -> None:
        """Take a reading; values that cannot be are passed over.

        Args:
            board: the reading.
            row: point that is in force as far as known.
            fps: frames of all cameras together (1/s).
        """
        if not abs(board.time_s) < _LAST_TIME_S or board.time_s <= self.board_s:
            return
        window_s = board.window_s if board.window_s > 0 else board.time_s - self.board_s
        window_s = min(window_s, STALE_S) if math.isfinite(window_s) else 0.1
        start_s = board.time_s - window_s
        self.board_s = board.time_s
        if self.clocks.observe(board):
            self._set_caps()
        self._others.add(board)
        self._see_loads()
        self.update_profiled_power(fps)
        expected_w = self.expected_power_w(row)
        measured_w = board.power_w if 0 < board.power_w < _MOST_POWER_W else math.nan
        self.power.measured_w = measured_w
        changed_s = max(self.clocks.changed_s, self.clocks.wanted_s)
        if math.isfinite(measured_w) and start_s > changed_s:
            self.power.measure(row, float(self.profiled.power_w[row]), measured_w)
        self.measured_c = board.hottest_c if -50 < board.hottest_c < 200 else math.nan
        power_w = expected_w if math.isnan(measured_w) else measured_w
        self.thermal.observe(board.time_s, self.measured_c, power_w)

    def _see_loads(self) -> None:
        """Let the placements take the loads by others that have become known."""
        for load in self._others.known(self.arrivals):
            for place, share in enumerate(load.by_placement):
                is_in_use = place == self.in_use
                self.slowdowns[place].see_load(share, load.start_s, load.end_s, is_in_use)

    def notice_overdue(self, time_s: float, share_s: float) -> None:
        """Conclude from a result that is overdue, before it comes.

        A frame that has been worked on for longer than noise explains is at least so much slower:
        a measurement from below. The estimate is moved there with a wide variance; the result
        itself corrects it.

        Args:
            time_s: now (s).
            share_s: time of the network for a frame, 1/target_fps over the number of cameras (s).
        """
        if time_s < self.overdue_s:
            return
        found = self._present_work()
        worked_s = self.arrivals.worked_s(time_s)
        if found is None or worked_s <= 0.0:
            self.overdue_s = math.inf
            return
        row, profiled_s = found
        self.slowdowns[self.in_use].at_least(row, math.log(worked_s / profiled_s))
        self.overdue_s = time_s + _OVERDUE_STEP * worked_s
        if worked_s * (1.0 + _OVERDUE_STEP) > share_s:
            # A frame will have waited when this one is done; for how long is not known yet.
            self.backlog_s = max(self.backlog_s, _USUAL_WAIT * share_s)

    def expect_result(self) -> None:
        """Reckon when the result of the present frame is overdue."""
        self.overdue_s = math.inf
        latest_start_s = self.arrivals.latest_start_s
        found = self._present_work() if math.isfinite(latest_start_s) else None
        if found is None:
            return
        row, profiled_s = found
        slowdown = self.slowdowns[self.in_use]
        mean, variance = slowdown.filter.predict(slowdown.states(row))
        most = mean + JUMP_SCORE * math.sqrt(max(variance, 0.0) + slowdown.filter.noise)
        self.overdue_s = latest_start_s + profiled_s * math.exp(most)

    def _present_work(self) -> tuple[int, float] | None:
        """Return row and profiled latency (s) of the frame that is worked on, None: not known.

        Where a width or clock is being changed, the slower one is taken.
        """
        wanted = self.wanted
        if self.in_use < 0 or wanted is None:
            return None
        placement = self.model.table.placements[self.in_use]
        if {placement, wanted.placement, self.in_force.get('placement', placement)} != {placement}:
            return None
        width = max(self._last_width, wanted.width, int(self.in_force.get('width', 0)))
        clocks = [*self.clocks.possible(self.arrivals.next_start_s)]
        lowest = {
            knob: min(setting.get(knob, math.inf) for setting in clocks) for knob in clocks[0]
        }
        return self.model.locate(width, placement, lowest)

    @property
    def extra_score(self) -> float:
        """Return what the on-time score is to be higher by while a change is fresh."""
        fresh = self.in_use >= 0 and self.slowdowns[self.in_use].has_just_slowed_down
        return _FRESH_SCORE if fresh else 0.0

    def log_needed(
        self, rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return ln(latency) to reckon with and deviation of its noise at points: [rows]."""
        for slowdown in self.slowdowns:
            own = slowdown.rows
            mean, margin = slowdown.estimate()
            self._needed[own] = mean + margin
            self._noise[own] = slowdown.filter.noise_deviation
        return (self.log_latency + self._needed)[rows], self._noise[rows]

    def expected_power_w(self, row: int) -> float:
        """Return the mean power of a point as it is expected now (W)."""
        profiled_w = float(self.profiled.power_w[row])
        return profiled_w * float(self.power.factor[row]) + self.power.offset_w

    def power_w(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the mean power of points as it is expected now: [rows] (W)."""
        return (self.profiled.power_w * self.power.factor + self.power.offset_w)[rows]

    def update_profiled_power(self, fps: float) -> None:
        """Follow loads, caps and the frame rate of all cameras together (1/s)."""
        loads = tuple(slowdown.load for slowdown in self.slowdowns)
        self.profiled.update(self.idle_w, self.busy_w, self.latency_s, fps, loads)
