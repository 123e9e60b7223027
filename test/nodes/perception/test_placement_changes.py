# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Pipelines change between frames, while the next one is made beside the running one."""

import os
import queue
import threading
from collections.abc import Iterator

import pytest

from dyn_perception.inference.placement import Placement, Processor
from dyn_perception.nodes.perception.placing import PlacementChanges
from dyn_perception.nodes.perception.worker import FrameWorker
from support.node_process import LIMIT_S

CORE = min(os.sched_getaffinity(0))


def place(name: str, cores: tuple[int, ...] | None = None) -> Placement:
    return Placement(name, (Processor(name, cores),))


class FakePipeline:
    """A pipeline that remembers its frames and whether it was closed."""

    def __init__(self, placement: Placement) -> None:
        self.placement = placement
        self.closed = threading.Event()

    def close(self) -> None:
        self.closed.set()
        if self.placement.name == 'lost':
            raise RuntimeError('a lost device of the test')


class Bench:
    """Changes with a worker whose frames answer with the placement in force."""

    def __init__(self) -> None:
        self.made: queue.Queue[FakePipeline] = queue.Queue()
        self.go_on = threading.Semaphore(0)
        self.changed: queue.Queue[str] = queue.Queue()
        self.failed: queue.Queue[tuple[str, str]] = queue.Queue()
        self.answers: queue.Queue[tuple[str, set[int]]] = queue.Queue()
        self.first = FakePipeline(place('first'))
        self.pipeline = self.first  # in force
        self.worker: FrameWorker[None] = FrameWorker(self.answer, lambda error: None)
        self.changes = PlacementChanges(
            self,
            self.worker.call_between_frames,
            self.make,
            lambda placement: self.changed.put(placement.name),
            lambda placement, error: self.failed.put((placement.name, str(error))),
        )

    def make(self, placement: Placement) -> FakePipeline:
        pipeline = FakePipeline(placement)
        self.made.put(pipeline)
        assert self.go_on.acquire(timeout=LIMIT_S)
        if placement.name == 'broken':
            raise RuntimeError('a fault of the test')
        return pipeline

    def answer(self, frame: None, dropped: int) -> None:
        cores = os.sched_getaffinity(threading.get_native_id())
        self.answers.put((self.pipeline.placement.name, cores))

    def ask(self) -> tuple[str, set[int]]:
        self.worker.put(None)
        return self.answers.get(timeout=LIMIT_S)


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.go_on.release(10)
    bench.changes.close()
    bench.worker.close()


def test_frames_go_on_while_the_next_pipeline_is_made(bench: Bench) -> None:
    bench.changes.request(place('second', (CORE,)))
    made = bench.made.get(timeout=LIMIT_S)
    assert bench.ask()[0] == 'first'
    assert not bench.first.closed.is_set()
    bench.go_on.release()
    assert bench.changed.get(timeout=LIMIT_S) == 'second'
    assert bench.ask() == ('second', {CORE})
    assert bench.first.closed.wait(LIMIT_S)
    assert not made.closed.is_set()


def test_latest_request_counts(bench: Bench) -> None:
    bench.changes.request(place('second'))
    bench.made.get(timeout=LIMIT_S)
    for name in ('third', 'fourth'):
        bench.changes.request(place(name))
    bench.go_on.release(2)
    assert bench.changed.get(timeout=LIMIT_S) == 'second'
    assert bench.changed.get(timeout=LIMIT_S) == 'fourth'
    assert bench.ask()[0] == 'fourth'


def test_pipeline_that_cannot_be_made_leaves_the_one_before(bench: Bench) -> None:
    bench.go_on.release()
    bench.changes.request(place('broken'))
    assert bench.failed.get(timeout=LIMIT_S) == ('broken', 'a fault of the test')
    assert bench.ask()[0] == 'first'
    assert not bench.first.closed.is_set()


def test_pipeline_that_cannot_be_closed_leaves_later_changes_possible(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.go_on.release(3)
    for name in ('lost', 'second', 'third'):
        bench.changes.request(place(name))
        assert bench.changed.get(timeout=LIMIT_S) == name
    assert bench.ask()[0] == 'third'
    assert 'lost could not give all of its memory back: a lost device of the test' in caplog.text


def test_cores_that_are_gone_leave_the_one_before(bench: Bench) -> None:
    bench.go_on.release()
    bench.changes.request(place('far', (4000,)))
    name, reason = bench.failed.get(timeout=LIMIT_S)
    assert name == 'far' and 'cores 4000' in reason
    assert bench.made.get(timeout=LIMIT_S).closed.wait(LIMIT_S)
    assert bench.ask()[0] == 'first'
