# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Perception on one core, the manager and the camera on the others, and competing processes."""

import contextlib
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from rcl_interfaces.srv import SetParametersAtomically
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile, ReliabilityPolicy

from benchmark.ros.camera import Camera, Channel, Frame
from benchmark.ros.environment import set_environment
from benchmark.ros.node_process import NodeProcess, perception_command
from dyn_perception.msg import ManagerState

_REGIONS = [6, 8]
_COMPETITORS = 2
_CALIBRATION_FRAMES = 40
_CALIBRATION_HZ = 10.0
# Width 4 alone takes this share of the period; with both competitors three times as long.
_FULL_WIDTH_SHARE = 0.55
_LOWEST_FPS, _HIGHEST_FPS = 0.1, 30.0
_CALL_LIMIT_S = 10.0
_START_LIMIT_S = 60.0
_NAMESPACE = '/measured'
_SPIN = 'while True: pass'


@dataclass(frozen=True)
class PlayedFrame:
    """What became of a frame.

    Attributes:
        latency_ms: from its arrival in the node to its result; inf: it was dropped.
        groups: that were run.
        accuracy: that is expected of them.
    """

    latency_ms: float
    groups: int
    accuracy: float


class Competition:
    """When the competitors run, in frames.

    Attributes:
        starts: frames before which they start.
        stops: frames before which they stop.
        frames: of the whole run.
    """

    def __init__(self, phases_s: Sequence[float], fps: float) -> None:
        """Take the lengths of phases without and with them, in turn."""
        ends = [0]
        for phase_s in phases_s:
            ends.append(ends[-1] + round(phase_s * fps))
        self.starts, self.stops = ends[1:-1:2], ends[2:-1:2]
        self.frames = ends[-1]


class RealMachine:
    """The running nodes.

    All processes are children of this one, in its session: Linux shares a core among sessions
    first (sched_autogroup), so competitors of another session would take another share.

    Attributes:
        target_fps: rate that width 4 holds alone and misses beside the competitors.
        latency_alone_ms: median latency of width 4 without them (ms).
    """

    def __init__(self, scratch: Path) -> None:
        """Start the nodes, measure width 4 alone, and set the target."""
        set_environment()
        cores = sorted(os.sched_getaffinity(0))
        self._cores, self._core = cores, cores[0]
        self._stack = contextlib.ExitStack()
        self._competitors: list[subprocess.Popen[bytes]] = []
        try:
            self._start(scratch)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> 'RealMachine':
        """Return the machine, whose processes end with the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End all processes."""
        self.close()

    def close(self) -> None:
        """End all processes."""
        self._stop_competitors()
        self._stack.close()
        os.sched_setaffinity(0, self._cores)

    def let_manage(self, managed: bool) -> None:
        """Begin at width 4 without a deadline, and let the manager act or not."""
        self._set('manager', enabled=False)  # or it would leave the width to us
        self._set('perception', width=4, deadline_ms=0.0)
        self._set('manager', enabled=managed)

    def play(self, competition: Competition) -> list[PlayedFrame]:
        """Play frames at the target rate while the competitors come and go."""

        def compete(number: int) -> None:
            if number in competition.starts:
                self._start_competitors()
            elif number in competition.stops:
                self._stop_competitors()

        frames = self._channel.play(competition.frames, self.target_fps, compete)
        self._stop_competitors()
        return [_played(frame) for frame in frames]

    def _start(self, scratch: Path) -> None:
        with self._on_core():
            perception = NodeProcess(
                perception_command(),
                scratch / 'perception.log',
                parameters={'regions': _REGIONS},
                ros_arguments=['-r', f'__ns:={_NAMESPACE}'],
            )
            self._stack.enter_context(perception)
        self._camera = self._stack.enter_context(Camera())
        qos = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
        images, results = f'{_NAMESPACE}/image_raw', f'{_NAMESPACE}/perception/result'
        self._channel = Channel(self._camera, images, results, qos)
        self._wait_for_results(perception)
        alone = [
            _played(frame).latency_ms
            for frame in self._channel.play(_CALIBRATION_FRAMES, _CALIBRATION_HZ)
            if frame.result is not None  # on a slow core the next one may come before its turn
        ]
        if not alone:
            raise RuntimeError(f'none of {_CALIBRATION_FRAMES} frames has a result')
        self.latency_alone_ms = statistics.median(alone)
        fps = min(_HIGHEST_FPS, 1000 * _FULL_WIDTH_SHARE / self.latency_alone_ms)
        self.target_fps = max(_LOWEST_FPS, math.floor(10 * fps) / 10)
        command = (
            'import sys; from dyn_perception.nodes.manager.node import main; sys.exit(main())'
        )
        self._stack.enter_context(
            NodeProcess(
                ['-c', command],
                scratch / 'manager.log',
                parameters={'target_fps': self.target_fps},
                ros_arguments=['-r', f'__ns:={_NAMESPACE}'],
            )
        )
        self._wait_for_manager()

    def _wait_for_results(self, perception: NodeProcess) -> None:
        deadline = time.monotonic() + _START_LIMIT_S
        while not any(frame.result for frame in self._channel.play(3, 3.0, grace_s=1.0)):
            perception.check()
            if time.monotonic() > deadline:
                raise RuntimeError(f'no results within {_START_LIMIT_S} s')

    def _wait_for_manager(self) -> None:
        """Play until the manager has learned the times of the widths and meets the target."""
        states: list[ManagerState] = []
        topic = f'{_NAMESPACE}/manager/state'
        self._camera.node.create_subscription(ManagerState, topic, states.append, 10)
        deadline = time.monotonic() + _START_LIMIT_S
        # Not the last one alone: a frame that was dropped is waited for, and so no result comes.
        while not any(state.status == ManagerState.STATUS_MET for state in states):
            if time.monotonic() > deadline:
                raise RuntimeError(f'the manager does not meet the target: {states[-1:]}')
            states.clear()
            self._channel.play(20, self.target_fps)

    @contextlib.contextmanager
    def _on_core(self) -> Iterator[None]:
        """Bind processes that are started meanwhile to the core; all others leave it free."""
        os.sched_setaffinity(0, {self._core})
        try:
            yield
        finally:
            os.sched_setaffinity(0, set(self._cores[1:]) or {self._core})

    def _start_competitors(self) -> None:
        with self._on_core():
            self._competitors = [
                subprocess.Popen([sys.executable, '-S', '-c', _SPIN]) for _ in range(_COMPETITORS)
            ]

    def _stop_competitors(self) -> None:
        for process in self._competitors:
            process.kill()
            process.wait()
        self._competitors = []

    def _set(self, node: str, **values: Any) -> None:
        name = f'{_NAMESPACE}/{node}/set_parameters_atomically'
        client = self._camera.node.create_client(SetParametersAtomically, name)
        request = SetParametersAtomically.Request(
            parameters=[Parameter(key, value=v).to_parameter_msg() for key, v in values.items()]
        )
        self._camera.spin_until(client.service_is_ready, time.monotonic() + _CALL_LIMIT_S)
        answer = client.call_async(request)
        if not self._camera.spin_until(answer.done, time.monotonic() + _CALL_LIMIT_S):
            raise RuntimeError(f'{name} does not answer')
        if not answer.result().result.successful:
            raise RuntimeError(f'{name}: {answer.result().result.reason}')


def _played(frame: Frame) -> PlayedFrame:
    if frame.result is None:
        return PlayedFrame(math.inf, 0, 0.0)
    point = frame.result.operating_point
    return PlayedFrame(frame.result.latency_ms, point.groups_run, point.expected_accuracy)
