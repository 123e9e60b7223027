# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Counting the results of a run, comparing them with the truth, and the summary of all that."""

import copy
import dataclasses
import json
import math
import threading
from collections import OrderedDict, deque

import numpy as np

from dyn_perception.demo.observations import Network, Result, Snapshot, WidthTally

_NOW_S = 2.0  # window of the present frame rate
_LATENCIES = 20_000  # newest ones, for percentiles
_KEPT = 300  # frames and results that wait for their counterpart, and results to show


class RunStatistics:
    """Matches results with labels by the stamps of their images; used from several threads.

    Counting starts with the first result. Results come in the order of their images, so a frame
    that has none but is older than the newest result was dropped, wherever that was. Where no
    labels are published, only what the perception node itself dropped is known.
    """

    def __init__(self) -> None:
        """Start with nothing counted and no deadline."""
        self._lock = threading.Lock()
        self._clear(math.inf)

    def restart(self, deadline_ms: float) -> None:
        """Forget what was counted; results are on time within a deadline from now on."""
        with self._lock:
            self._clear(deadline_ms)

    def _clear(self, deadline_ms: float) -> None:
        self._deadline_ms = deadline_ms
        self._on_time = 0
        self._width_changes = 0
        self._newest_width: int | None = None
        self._tallies: dict[int, WidthTally] = {}
        self._dropped = 0  # of the frames whose label came
        self._reported = 0  # by the perception node
        self._has_truth = False
        self._first_stamp = 0
        self._newest_stamp = 0
        self._results: OrderedDict[int, Result] = OrderedDict()  # by stamp, as those below
        self._truths: OrderedDict[int, tuple[str, ...]] = (
            OrderedDict()
        )  # newer than the newest result
        self._first_arrival = 0.0
        self._arrivals: deque[float] = deque()
        self._latencies: deque[float] = deque(maxlen=_LATENCIES)

    def add_result(self, result: Result, arrival: float) -> None:
        """Count a result that arrived at a time of the monotonic clock (s)."""
        with self._lock:
            if not self._tallies:
                self._first_stamp, self._first_arrival = result.stamp, arrival
            else:
                self._reported += result.dropped
            self._newest_stamp = result.stamp
            self._width_changes += self._newest_width not in (None, result.width)
            self._newest_width = result.width
            self._on_time += result.latency_ms <= self._deadline_ms
            self._tallies.setdefault(result.width, WidthTally()).frames += 1
            self._latencies.append(result.latency_ms)
            self._arrivals.append(arrival)
            while self._arrivals[0] <= arrival - _NOW_S:
                self._arrivals.popleft()
            self._results[result.stamp] = result
            if len(self._results) > _KEPT:
                self._results.popitem(last=False)
            truths = self._truths.pop(result.stamp, None)
            if truths is not None:
                self._compare(result, truths)
            while self._truths and next(iter(self._truths)) < result.stamp:
                self._count_dropped(self._truths.popitem(last=False)[0])

    def add_truth(self, stamp: int, labels: tuple[str, ...]) -> None:
        """Count a published frame with a label a region, '' where that is not known."""
        with self._lock:
            self._has_truth = True
            if stamp in self._results:
                self._compare(self._results[stamp], labels)
            elif self._tallies and stamp < self._newest_stamp:
                self._count_dropped(stamp)
            else:
                self._truths[stamp] = labels
                if len(self._truths) > _KEPT:  # no answers any more
                    self._count_dropped(self._truths.popitem(last=False)[0])

    def snapshot(self, now: float) -> Snapshot:
        """Return the counts at a time of the monotonic clock (s)."""
        with self._lock:
            if not self._tallies:
                return Snapshot()
            present = sum(arrival > now - _NOW_S for arrival in self._arrivals)
            window = now - self._first_arrival
            if window < _NOW_S:
                present -= 1  # the first result began the window
            window = min(_NOW_S, window)
            return Snapshot(
                tallies=copy.deepcopy(self._tallies),
                dropped=self._dropped if self._has_truth else self._reported,
                seconds=self._arrivals[-1] - self._first_arrival,
                fps_now=present / window if window > 0 else 0.0,
                width_changes=self._width_changes,
                on_time=self._on_time,
                recent=dict(self._results),
            )

    def latency_percentiles(self) -> tuple[float, float]:
        """Return the median and the 95th percentile of the newest latencies (ms); NaN: none."""
        with self._lock:
            latencies = list(self._latencies) or [float('nan')]
        median, high = np.percentile(latencies, (50, 95))
        return float(median), float(high)

    def _count_dropped(self, stamp: int) -> None:
        if self._tallies and stamp > self._first_stamp:
            self._dropped += 1

    def _compare(self, result: Result, truths: tuple[str, ...]) -> None:
        compared = dataclasses.replace(result, truths=truths)
        self._results[result.stamp] = compared
        tally = self._tallies[result.width]
        for is_right in compared.judged:
            if is_right is not None:
                tally.labelled += 1
                tally.right += is_right


def summary(
    network: Network | None,
    snapshot: Snapshot,
    latency_ms: tuple[float, float],
    refused: int,
    target_fps: float = math.nan,
) -> dict[str, object]:
    """Return what a run showed; see the help of the demo for its keys.

    Args:
        network: what ran, None if that never became known.
        snapshot: the counts at the end.
        latency_ms: median and 95th percentile.
        refused: sets of parameters that a node refused or did not answer.
        target_fps: frame rate to hold, NaN if there was none.
    """
    total = snapshot.total
    widths = range(1, (network.groups if network else 0) + 1)
    tallies = {str(width): snapshot.tallies.get(width) for width in widths}
    return {
        'frames': total.frames,
        'fps': round(snapshot.fps, 3),
        'top1': _rounded(total.top1),
        'dropped': snapshot.dropped,
        'widths': {width: tally.frames if tally else 0 for width, tally in tallies.items()},
        'target_fps': _rounded(target_fps, 3),
        'deadline_hit': None if math.isnan(target_fps) else _rounded(snapshot.deadline_hit),
        'width_changes': snapshot.width_changes,
        'labelled': total.labelled,
        'top1_by_width': {
            width: _rounded(tally.top1 if tally else None) for width, tally in tallies.items()
        },
        'refused': refused,
        'latency_ms': {
            'median': _rounded(latency_ms[0], 3),
            'p95': _rounded(latency_ms[1], 3),
        },
        'seconds': round(snapshot.seconds, 3),
        'model': network.model if network else None,
        'architecture': network.architecture if network else None,
    }


def summary_line(values: dict[str, object]) -> str:
    """Return a summary as one line of JSON; NaN cannot occur in it."""
    return json.dumps(values, allow_nan=False)


def _rounded(value: float | None, digits: int = 4) -> float | None:
    return None if value is None or math.isnan(value) else round(value, digits)
