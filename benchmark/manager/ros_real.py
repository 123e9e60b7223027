# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The manager on this machine, through ROS: two real programs compete for the network's core."""

import itertools
import math
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmark import ROOT
from benchmark.figure import Value
from benchmark.manager.ros_machine import Competition, PlayedFrame, RealMachine
from benchmark.manager.ros_timeline import draw_timeline
from benchmark.manager.settings import Settings

# Seconds without and with the competitors, in turn.
_PHASES_S = (4.0, 6.0, 4.0, 6.0, 4.0)
_ROUNDS = 2
_ON_TIME_IN_A_ROW = 10
_PICTURE = ROOT / 'build' / 'bench' / 'manager_real.svg'


def measure(settings: Settings) -> dict[str, Value]:
    """Play the same competition with the manager and at width 4 without it, in turns."""
    del settings  # what is simulated does not matter here
    return measure_phases(_PHASES_S, _ROUNDS, _PICTURE)


def measure_phases(
    phases_s: Sequence[float], rounds: int, picture: Path | None = None
) -> dict[str, Value]:
    """Return the figures of some rounds; the picture shows the last one."""
    with (
        tempfile.TemporaryDirectory(prefix='dyn_perception_bench_') as scratch,
        RealMachine(Path(scratch)) as machine,
    ):
        competition = Competition(phases_s, machine.target_fps)
        runs: dict[bool, list[list[PlayedFrame]]] = {True: [], False: []}
        for _ in range(rounds):
            for managed in (True, False):
                machine.let_manage(managed)
                runs[managed].append(machine.play(competition))
    period_ms = 1000 / machine.target_fps
    if picture is not None:
        draw_timeline(picture, runs[True][-1], runs[False][-1], competition, period_ms)
    with_manager, static = (list(itertools.chain(*runs[key])) for key in (True, False))
    return {
        'real_hit_managed': hit(with_manager, period_ms),
        'real_hit_static_full': hit(static, period_ms),
        'real_accuracy_managed': accuracy(with_manager, period_ms),
        'real_accuracy_static_full': accuracy(static, period_ms),
        'real_settling_ms': max(
            settling_ms(run, start, period_ms)
            for run in runs[True]
            for start in competition.starts
        ),
        'real_target_fps': machine.target_fps,
        'real_latency_alone_ms': machine.latency_alone_ms,
        'real_frames': len(with_manager),
    }


def hit(frames: Sequence[PlayedFrame], period_ms: float) -> float:
    """Return the share of frames on time."""
    return sum(frame.latency_ms <= period_ms for frame in frames) / len(frames)


def accuracy(frames: Sequence[PlayedFrame], period_ms: float) -> float:
    """Return the mean expected accuracy; a late frame counts 0."""
    return sum(f.accuracy for f in frames if f.latency_ms <= period_ms) / len(frames)


def settling_ms(frames: Sequence[PlayedFrame], start: int, period_ms: float) -> float:
    """Return the time after a frame until ten frames in a row are on time."""
    in_a_row = 0
    for number, frame in enumerate(frames[start:], start=1):
        in_a_row = in_a_row + 1 if frame.latency_ms <= period_ms else 0
        if in_a_row == _ON_TIME_IN_A_ROW:
            return (number - _ON_TIME_IN_A_ROW) * period_ms
    return math.ceil(len(frames) - start) * period_ms
