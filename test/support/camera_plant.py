# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Cameras that take turns at one network, in a few lines, for tests of the policy."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from dyn_perception.control.operating_points import OperatingPoint
from dyn_perception.control.policy import Decision, FrameObservation, Policy
from support.tiny_plant import latency_s


@dataclass(frozen=True)
class Camera:
    """Takes `fps` frames a second from `start_s` on, until `end_s`, each up to `jitter_s` late."""

    name: str
    fps: float = 30.0
    start_s: float = 0.0
    end_s: float = math.inf
    jitter_s: float = 0.0


@dataclass(frozen=True)
class Result:
    """What a frame got: dropped ones before it are late, too."""

    camera: str
    arrival_s: float
    end_s: float
    dropped: int
    point: OperatingPoint
    decision: Decision

    @property
    def latency_s(self) -> float:
        """From arrival to result."""
        return self.end_s - self.arrival_s


@dataclass
class CameraPlant:
    """A slot for the newest frame of each camera; a result's successor has the old point still.

    Attributes:
        cameras: that share the network.
        slowdown: of the network at a time (s).
        noise: standard deviation of a frame's time, as a share.
    """

    cameras: tuple[Camera, ...]
    slowdown: Callable[[float], float] = lambda time_s: 1.0
    noise: float = 0.03
    seed: int = 0
    results: list[Result] = field(default_factory=list)
    decisions: list[tuple[float, Decision]] = field(default_factory=list)

    def run(self, policy: Policy, duration_s: float) -> 'CameraPlant':
        """Let the policy choose after every result, and when it asks to be asked."""
        noise = random.Random(self.seed)
        arrivals = sorted(self._arrivals(duration_s, noise))
        slots: dict[str, float] = {}
        dropped = dict.fromkeys((camera.name for camera in self.cameras), 0)
        decision = policy.decide(0.0)
        policy.set_applied(decision.point.settings, 0.0)
        asked_s = math.inf
        work: tuple[str, float, float, float, OperatingPoint] | None = None
        time_s = 0.0
        while arrivals or work:
            arrival_s = arrivals[0][0] if arrivals else math.inf
            time_s = min(arrival_s, work[3] if work else math.inf, asked_s)
            finished = work if work and time_s == work[3] else None
            if time_s == arrival_s:
                name = arrivals.pop(0)[1]
                dropped[name] += name in slots
                slots[name] = time_s  # keeps its turn
            if finished:
                work = None
            if work is None and slots:
                name = next(iter(slots))
                point = decision.point
                taken_s = latency_s(point.width, point.placement, point.clocks[0][1])
                taken_s *= self.slowdown(time_s) * max(0.2, noise.gauss(1.0, self.noise))
                work = name, slots.pop(name), time_s, time_s + taken_s, point
            if not finished and time_s != asked_s:
                continue
            if finished:
                name, arrived_s, begun_s, end_s, point = finished
                frame = FrameObservation(
                    end_s,
                    end_s - arrived_s,
                    point.width,
                    point.placement,
                    point.width,
                    begun_s - arrived_s,
                    dropped[name],
                    {point.placement: end_s - begun_s},
                    camera=name,
                )
                policy.observe_frame(frame)
            decision = policy.decide(time_s)
            policy.set_applied(decision.point.settings, time_s)
            asked_s = decision.ask_again_s if decision.ask_again_s > time_s else math.inf
            self.decisions.append((time_s, decision))
            if finished:
                result = Result(name, arrived_s, end_s, dropped[name], point, decision)
                self.results.append(result)
                dropped[name] = 0
        return self

    def _arrivals(self, duration_s: float, noise: random.Random) -> list[tuple[float, str]]:
        return [
            (time_s + noise.uniform(0.0, camera.jitter_s), camera.name)
            for camera in self.cameras
            for number in range(math.ceil(duration_s * camera.fps))
            if (time_s := camera.start_s + number / camera.fps) < min(camera.end_s, duration_s)
        ]

    def between(self, start_s: float, end_s: float, camera: str = '') -> list[Result]:
        """Return the results of a time, of one camera or of all."""
        return [
            result
            for result in self.results
            if start_s <= result.end_s < end_s and camera in ('', result.camera)
        ]

    def share_on_time(self, start_s: float, end_s: float, camera: str = '') -> float:
        """Return the share of the frames of a time that were on time."""
        results = self.between(start_s, end_s, camera)
        periods_s = {camera.name: 1 / camera.fps for camera in self.cameras}
        good = sum(result.latency_s <= periods_s[result.camera] for result in results)
        return good / sum(1 + result.dropped for result in results)

    def widths(self, start_s: float, end_s: float) -> set[int]:
        """Return the widths that results of a time were made with."""
        return {result.point.width for result in self.between(start_s, end_s)}
