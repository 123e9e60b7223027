# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The thread in which frames are processed."""

import threading

from dyn_perception.nodes.perception.worker import FrameWorker
from support.node_process import LIMIT_S


def test_newest_frame_wins_and_drops_are_counted() -> None:
    started, go_on, done = threading.Event(), threading.Event(), threading.Event()
    seen: list[tuple[str, int]] = []

    def process(frame: str, dropped: int) -> None:
        seen.append((frame, dropped))
        started.set()
        assert go_on.wait(LIMIT_S)
        if len(seen) == 2:
            done.set()

    failures: list[Exception] = []
    worker = FrameWorker(process, failures.append)
    worker.put('first')
    assert started.wait(LIMIT_S)
    for frame in ('second', 'third', 'fourth'):
        worker.put(frame)
    go_on.set()
    assert done.wait(LIMIT_S)
    worker.close()
    assert seen == [('first', 0), ('fourth', 2)]
    assert not failures


def test_failure_is_handed_over_and_the_next_frame_is_taken() -> None:
    failed, done = threading.Event(), threading.Event()
    failures: list[Exception] = []

    def process(frame: str, dropped: int) -> None:
        if frame == 'bad':
            raise ValueError(frame)
        done.set()

    def report(error: Exception) -> None:
        failures.append(error)
        failed.set()

    worker = FrameWorker(process, report)
    worker.put('bad')
    assert failed.wait(LIMIT_S)
    worker.put('good')
    assert done.wait(LIMIT_S)
    worker.close()
    assert [str(error) for error in failures] == ['bad']


def test_errand_is_run_in_the_thread_of_the_frames_while_none_arrives() -> None:
    done = threading.Event()
    threads: list[threading.Thread] = []

    def errand() -> None:
        threads.append(threading.current_thread())
        done.set()

    worker: FrameWorker[str] = FrameWorker(lambda *_: None, lambda _: None)
    worker.call_between_frames(errand)
    assert done.wait(LIMIT_S)
    worker.close()
    assert [thread.name for thread in threads] == ['frames']


def test_quick_frame_is_processed_by_the_thread_that_brings_it() -> None:
    seen: list[tuple[str, int, threading.Thread]] = []
    worker: FrameWorker[str] = FrameWorker(
        lambda frame, dropped: seen.append((frame, dropped, threading.current_thread())),
        lambda _: None,
        lambda _: True,
    )
    worker.put('quick')
    worker.close()
    assert seen == [('quick', 0, threading.current_thread())]


def test_quick_frame_waits_for_those_before_it() -> None:
    started, go_on, done = threading.Event(), threading.Event(), threading.Event()
    seen: list[tuple[str, int]] = []

    def process(frame: str, dropped: int) -> None:
        if frame == 'slow':
            started.set()
            assert go_on.wait(LIMIT_S)
        seen.append((frame, dropped))
        if frame == 'newest':
            done.set()

    failures: list[Exception] = []
    worker = FrameWorker(process, failures.append, lambda frame: frame != 'slow')
    worker.put('slow')
    assert started.wait(LIMIT_S)
    worker.put('quick')
    worker.put('newest')
    go_on.set()
    assert done.wait(LIMIT_S)
    worker.close()
    assert seen == [('slow', 0), ('newest', 1)]
    assert not failures


def test_quick_frame_that_fails_is_reported() -> None:
    failures: list[Exception] = []

    def process(frame: str, dropped: int) -> None:
        raise ValueError(frame)

    worker = FrameWorker(process, failures.append, lambda _: True)
    worker.put('bad')
    worker.close()
    assert [str(error) for error in failures] == ['bad']


def test_a_failure_that_cannot_be_reported_ends_no_thread() -> None:
    done = threading.Event()

    def process(frame: str, dropped: int) -> None:
        if frame == 'bad':
            raise ValueError(frame)
        done.set()

    def report(error: Exception) -> None:
        raise RuntimeError('nobody listens')

    worker = FrameWorker(process, report)
    worker.put('bad')
    worker.put('good', 'another camera')
    assert done.wait(LIMIT_S)
    worker.close()
