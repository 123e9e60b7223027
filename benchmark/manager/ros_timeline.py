# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The timeline of a run on this machine, as a picture."""

from collections.abc import Sequence
from pathlib import Path

from benchmark.manager.ros_machine import Competition, PlayedFrame

_LATE_IN_PERIODS = 3.0  # where frames are drawn that were dropped, or later than this


def draw_timeline(
    path: Path,
    managed: Sequence[PlayedFrame],
    static: Sequence[PlayedFrame],
    competition: Competition,
    period_ms: float,
) -> None:
    """Draw latency and groups of two runs of the same competition."""
    import matplotlib as mpl

    mpl.use('Agg')
    mpl.rcParams['svg.hashsalt'] = 'dyn_perception'  # the same picture is the same file
    from matplotlib import pyplot

    figure, (latency, groups) = pyplot.subplots(2, 1, sharex=True, figsize=(9, 4.5))
    for label, frames, colour in (
        ('width 4', static, 'tab:red'),
        ('manager', managed, 'tab:blue'),
    ):
        times_s = [number * period_ms / 1000 for number in range(len(frames))]
        highest = _LATE_IN_PERIODS * period_ms
        shown = [min(frame.latency_ms, highest) for frame in frames]
        latency.plot(times_s, shown, '.', markersize=2.5, color=colour, label=label)
        groups.step(times_s, [f.groups for f in frames], where='post', color=colour, label=label)
    latency.axhline(period_ms, color='black', linewidth=0.8, linestyle='--')
    latency.set_ylabel('latency (ms)')
    groups.set_ylabel('groups run (0: dropped)')
    groups.set_xlabel('time (s)')
    for axes in (latency, groups):
        for start, stop in zip(competition.starts, competition.stops, strict=True):
            ends_s = [frame * period_ms / 1000 for frame in (start, stop)]
            axes.axvspan(*ends_s, color='0.88', zorder=0)
    latency.legend(loc='upper right', fontsize='small')
    latency.set_title('two competing processes on the core (grey); dashed: the period', size=10)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={'Date': None})
    pyplot.close(figure)
