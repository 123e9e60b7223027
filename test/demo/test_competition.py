# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The target of the demo, and the programs that make the full width miss it."""

import math
import os
import time
from itertools import pairwise

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.demo.competition import (
    CYCLE_S,
    Competition,
    Load,
    LoadSchedule,
    calibrate,
    competitor,
)
from dyn_perception.demo.processes import ChildProcesses
from support.node_process import LIMIT_S


@settings(deadline=None)  # the machine may be busy
@given(st.floats(0.5, 3000.0))
def test_the_full_width_holds_the_target_alone_and_misses_it_under_load(service_ms: float) -> None:
    calibration = calibrate([service_ms] * 10)
    period_ms = 1000 / calibration.target_fps
    assert service_ms < period_ms / 1.4
    assert calibration.target_fps <= 60
    assert (calibration.programs + 1) * service_ms > 1.2 * period_ms
    # Nor more than needed: a narrow network has to hold the target beside twice as many.
    assert calibration.programs == 1 or calibration.programs * service_ms < 1.3 * period_ms


def test_a_few_slow_frames_do_not_lower_the_target() -> None:
    assert calibrate([30.0] * 14 + [300.0] * 2) == calibrate([30.0] * 16)


def test_targets_are_round() -> None:
    assert calibrate([12.0] * 8).target_fps == 55.0
    assert calibrate([36.0] * 8).target_fps == 18.5
    assert calibrate([1000.0] * 8).target_fps == 0.6


@pytest.mark.parametrize('times', [[], [10.0, math.nan], [0.0], [-1.0], [math.inf]])
def test_refuses_what_are_no_times(times: list[float]) -> None:
    with pytest.raises(ValueError, match='are not times of frames'):
        calibrate(times)


CORE = max(os.sched_getaffinity(0))


def levels(seconds: float | None, run_s: float) -> list[int]:
    schedule = LoadSchedule(seconds)
    return [schedule.level(run_s * (n + 0.5) / 1000) for n in range(1000)]


@pytest.mark.parametrize('seconds', [2.0, 10.0, 24.0, 100.0])
def test_programs_come_and_go_in_any_run(seconds: float) -> None:
    run = levels(seconds, seconds)
    assert run[0] == run[-1] == 0
    cycles = max(1, round(seconds / CYCLE_S))
    changes = [after for before, after in pairwise(run) if before != after]
    assert changes == [1, 0, 2, 0] * cycles


def test_without_an_end_the_schedule_repeats() -> None:
    schedule = LoadSchedule(None)
    assert all(schedule.level(t) == schedule.level(t + 7 * CYCLE_S) for t in range(int(CYCLE_S)))


def competing() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children()
        if child.is_running() and 'competitor' in child.cmdline()
    ]


def wait_for_programs(count: int) -> list[psutil.Process]:
    """Return the programs; one that has just been started still has another command line."""
    deadline = time.monotonic() + LIMIT_S
    while len(found := competing()) != count:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def wait_until_busy(process: psutil.Process) -> None:
    deadline = time.monotonic() + LIMIT_S
    while process.cpu_times().user < 0.3:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_programs_work_on_their_core_and_end_with_the_level() -> None:
    program = competitor(CORE)
    loads = {1: Load((program,), 'one'), 2: Load((program, program), 'two')}
    events: list[tuple[str, str]] = []
    with ChildProcesses(lambda node, line: None) as processes:
        competition = Competition(
            processes, LoadSchedule(10.0), loads, lambda *event: events.append(event)
        )
        competition.step(0.0)
        assert not competing()
        competition.step(3.0)
        (first,) = wait_for_programs(1)
        wait_until_busy(first)
        assert first.cpu_affinity() == [CORE]
        competition.step(5.0)
        first.wait(LIMIT_S)
        processes.check()  # that it ended is as it should be
        competition.step(7.0)
        started = wait_for_programs(2)
    assert not any(process.is_running() for process in started)
    assert events == [('load', 'started: one'), ('relief', 'ended: one'), ('load', 'started: two')]
