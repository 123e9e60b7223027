# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The programs that compete with the network in the demo."""

import os
import time
from itertools import pairwise

import psutil
import pytest

from dyn_perception.demo.competition import Competition, Load, Program
from dyn_perception.demo.load_schedule import CYCLE_S, LoadSchedule
from dyn_perception.demo.processes import NodeProcesses
from support.node_process import LIMIT_S

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
        if child.is_running() and 'demo.competitor' in child.cmdline()
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
    program = Program('demo.competitor', (str(CORE),))
    loads = {1: Load((program,), 'one'), 2: Load((program, program), 'two')}
    events: list[tuple[str, str]] = []
    with NodeProcesses(lambda node, line: None) as processes:
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
