# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The demo's counts, and matching results with the truth."""

import dataclasses
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.demo.observations import Network, Result, Snapshot
from dyn_perception.demo.statistics import RunStatistics, summary, summary_line

NETWORK = Network('test', 'resnet', 4, ('cat', 'dog'))


def result(
    stamp: int, label: str = 'cat', width: int = 4, latency_ms: float = 0.6, more: int = 0
) -> Result:
    regions = (label,) * (1 + more)
    return Result(stamp, label, 0.9, (0.9, 0.1), width, 0.1, 0.2, 0.3, latency_ms, regions)


def test_compares_each_result_with_the_label_of_its_own_image() -> None:
    statistics = RunStatistics()
    statistics.add_truth(1, ('cat',))
    statistics.add_truth(2, ('dog',))
    statistics.add_result(result(1, 'cat'), 0.0)
    statistics.add_result(result(2, 'cat'), 0.1)
    snapshot = statistics.snapshot(0.1)
    assert (snapshot.total.labelled, snapshot.total.right) == (2, 1)
    assert snapshot.total.top1 == 0.5
    assert [seen.is_right for seen in snapshot.recent.values()] == [True, False]


def test_counts_at_the_width_that_gave_the_result() -> None:
    statistics = RunStatistics()
    for stamp, width in enumerate((4, 4, 1)):
        statistics.add_result(result(stamp, 'dog', width), stamp / 30)
        statistics.add_truth(stamp, ('dog' if width == 4 else 'cat',))
    tallies = statistics.snapshot(1.0).tallies
    assert {width: tally.frames for width, tally in tallies.items()} == {4: 2, 1: 1}
    assert (tallies[4].top1, tallies[1].top1) == (1.0, 0.0)


def test_an_image_without_label_counts_as_frame_only() -> None:
    statistics = RunStatistics()
    statistics.add_result(result(1), 0.0)
    statistics.add_truth(1, ('',))
    snapshot = statistics.snapshot(0.1)
    assert (snapshot.total.frames, snapshot.total.labelled) == (1, 0)
    assert snapshot.total.top1 is None
    assert snapshot.newest is not None
    assert snapshot.newest.is_right is None


@settings(deadline=None)  # the machine may be busy
@given(st.data())
def test_any_order_of_arrival_gives_the_same_counts(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 30))
    answered = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    # The two topics are in order each, but anyhow between them.
    truths = list(range(count))
    results = [stamp for stamp in truths if answered[stamp]]
    statistics = RunStatistics()
    while truths or results:
        if truths and (not results or data.draw(st.booleans())):
            stamp = truths.pop(0)
            statistics.add_truth(stamp, ('cat' if stamp % 3 else 'dog',))
        else:
            statistics.add_result(result(results.pop(0)), 0.0)
    snapshot = statistics.snapshot(0.0)
    stamps = [stamp for stamp in range(count) if answered[stamp]]
    assert snapshot.total.frames == snapshot.total.labelled == len(stamps)
    assert snapshot.total.right == sum(stamp % 3 != 0 for stamp in stamps)
    # Only frames between the first and the last result are known to be dropped.
    assert snapshot.dropped == (stamps[-1] - stamps[0] + 1 - len(stamps) if stamps else 0)


def test_frames_before_the_first_result_are_not_dropped_ones() -> None:
    statistics = RunStatistics()
    for stamp in range(1000):  # the node still starts
        statistics.add_truth(stamp, ('cat',))
    statistics.add_result(result(999), 0.0)
    snapshot = statistics.snapshot(0.0)
    assert (snapshot.dropped, snapshot.total.labelled) == (0, 1)


def test_frames_that_are_never_answered_are_dropped_ones_and_do_not_fill_the_memory() -> None:
    statistics = RunStatistics()
    statistics.add_result(result(0), 0.0)
    for stamp in range(1, 5001):
        statistics.add_truth(stamp, ('cat',))
    assert 4000 < statistics.snapshot(0.0).dropped <= 5000
    statistics.add_result(result(5001), 0.0)
    assert statistics.snapshot(0.0).dropped == 5000


def test_without_labels_the_drops_that_the_node_reports_count() -> None:
    statistics = RunStatistics()
    for stamp in range(3):  # what was dropped before the first result does not count
        statistics.add_result(dataclasses.replace(result(stamp), dropped=2), 0.0)
    assert statistics.snapshot(0.0).dropped == 4
    statistics.add_truth(2, ('cat',))
    assert statistics.snapshot(0.0).dropped == 0


def test_counts_every_region_of_a_frame() -> None:
    statistics = RunStatistics()
    statistics.add_result(result(1, 'cat', more=3), 0.0)
    statistics.add_truth(1, ('cat', 'dog', '', 'cat'))
    snapshot = statistics.snapshot(0.0)
    assert (snapshot.total.frames, snapshot.total.labelled, snapshot.total.right) == (1, 3, 2)
    assert snapshot.newest is not None
    assert snapshot.newest.judged == (True, False, None, True)


def test_labels_of_another_grid_say_nothing() -> None:
    statistics = RunStatistics()
    statistics.add_result(result(1, 'cat', more=3), 0.0)
    statistics.add_truth(1, ('cat',))
    snapshot = statistics.snapshot(0.0)
    assert (snapshot.total.frames, snapshot.total.labelled) == (1, 0)


def test_late_and_dropped_frames_miss_the_deadline() -> None:
    statistics = RunStatistics()
    statistics.restart(10.0)
    for stamp, latency_ms in ((0, 9.0), (1, 10.0), (3, 10.1)):
        statistics.add_truth(stamp, ('cat',))
        statistics.add_result(result(stamp, latency_ms=latency_ms), 0.0)
    statistics.add_truth(2, ('cat',))
    snapshot = statistics.snapshot(0.0)
    assert (snapshot.on_time, snapshot.dropped, snapshot.deadline_hit) == (2, 1, 0.5)


def test_counts_changes_of_the_width() -> None:
    statistics = RunStatistics()
    for stamp, width in enumerate((4, 4, 2, 2, 4, 1)):
        statistics.add_result(result(stamp, width=width), 0.0)
    assert statistics.snapshot(0.0).width_changes == 3


def test_a_restart_forgets_everything() -> None:
    statistics = RunStatistics()
    statistics.add_result(result(1, width=4), 0.0)
    statistics.add_truth(1, ('cat',))
    statistics.add_truth(7, ('cat',))
    statistics.restart(10.0)
    assert statistics.snapshot(0.0) == Snapshot()
    statistics.add_result(result(8, width=2), 5.0)
    snapshot = statistics.snapshot(5.0)
    assert (snapshot.total.frames, snapshot.dropped, snapshot.width_changes) == (1, 0, 0)


def test_rates() -> None:
    statistics = RunStatistics()
    for stamp in range(301):
        statistics.add_result(result(stamp), 100 + stamp / 30)
    snapshot = statistics.snapshot(110.0)
    assert snapshot.fps == pytest.approx(30)
    assert snapshot.fps_now == pytest.approx(30, abs=1)
    assert statistics.snapshot(115.0).fps_now == 0  # the stream stopped
    assert statistics.latency_percentiles() == pytest.approx((0.6, 0.6))


def test_summary_has_every_width_and_agrees_with_itself() -> None:
    statistics = RunStatistics()
    for stamp in range(10):
        statistics.add_result(result(stamp, width=1 + stamp % 2), stamp / 10)
        statistics.add_truth(stamp, ('cat',))
    values = summary(NETWORK, statistics.snapshot(1.0), statistics.latency_percentiles(), 2)
    read = json.loads(summary_line(values))
    assert read == values
    assert read['widths'] == {'1': 5, '2': 5, '3': 0, '4': 0}
    assert read['top1_by_width'] == {'1': 1.0, '2': 1.0, '3': None, '4': None}
    assert (read['frames'], read['top1'], read['dropped'], read['refused']) == (10, 1.0, 0, 2)
    assert read['fps'] == pytest.approx(10)
    assert (read['target_fps'], read['deadline_hit'], read['width_changes']) == (None, None, 9)


def test_summary_of_a_loop() -> None:
    statistics = RunStatistics()
    statistics.restart(1000 / 18)
    for stamp in range(4):
        statistics.add_result(result(stamp, latency_ms=20.0 * stamp), stamp / 10)
    latency_ms = statistics.latency_percentiles()
    values = summary(NETWORK, statistics.snapshot(1.0), latency_ms, 0, 18.0)
    assert (values['target_fps'], values['deadline_hit'], values['width_changes']) == (18, 0.75, 0)


def test_summary_of_nothing_is_valid_json() -> None:
    values = summary(None, Snapshot(), (math.nan, math.nan), 0)
    read = json.loads(summary_line(values), parse_constant=pytest.fail)
    assert (read['frames'], read['top1'], read['widths']) == (0, None, {})
