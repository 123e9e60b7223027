# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The summary of a run: one JSON object."""

import json
import math

from dyn_perception.demo.observations import Network, Snapshot


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
