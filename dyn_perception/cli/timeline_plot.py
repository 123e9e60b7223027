# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The timeline of a simulated run as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dyn_perception.cli.pictures import drawing_to

if TYPE_CHECKING:
    from dyn_perception.study.experiment import Experiment
    from dyn_perception.study.timeline import Phase
    from dyn_perception.study.trace import Trace

_RATE_WINDOW_S = 1.0
_COLOURS = ('#1f6f8b', '#e07a2f', '#5b8c3a', '#8a4fa3')
_LIMIT = '#b03030'
_DPI = 130


def plot_timeline(trace: Trace, experiment: Experiment, title: str, path: Path) -> None:
    """Draw target and achieved rate, width, placement, clocks, power, temperature, disturbances.

    Args:
        trace: the run.
        experiment: that it was part of.
        title: of the picture.
        path: of the file; its ending is the format.

    Raises:
        PictureError: matplotlib is not installed, or does not know the format.
        OSError: if the file cannot be written.
    """
    pyplot = drawing_to(path)
    timeline = trace.timeline
    times_s = np.array(timeline.arrival_s[:-1])
    figure, panels = pyplot.subplots(
        6, 1, figsize=(11, 11), sharex=True, height_ratios=(1.5, 2.2, 1.6, 1.6, 1.6, 1.6)
    )
    _plot_others(panels[0], trace, experiment, times_s)
    _plot_rate(panels[1], trace, times_s)
    _plot_width(panels[2], trace, experiment, times_s)
    _plot_clock(panels[3], trace, experiment, times_s)
    _plot_limited(panels[4], trace, times_s, trace.power_w, 'power_budget_w', 'power (W)')
    _plot_limited(panels[5], trace, times_s, trace.hottest_c, 'max_temperature_c', 'hottest (°C)')
    for panel in panels:
        for phase in timeline.phases[1:]:
            panel.axvline(phase.start_s, color='#999999', linewidth=0.6, linestyle=':')
        panel.spines[['top', 'right']].set_visible(False)
        panel.margins(x=0)
    panels[-1].set_xlabel('time (s)')
    panels[0].set_title(title, loc='left', fontweight='bold')
    figure.align_ylabels()
    figure.tight_layout(h_pad=0.4)
    try:
        figure.savefig(path, dpi=_DPI)
    finally:
        pyplot.close(figure)


def _plot_others(
    panel: Any, trace: Trace, experiment: Experiment, times_s: NDArray[np.float64]
) -> None:
    """What the other programs take, and what the readings of the board lack."""
    for colour, name in zip(_COLOURS, experiment.setting.description.processors, strict=False):
        shares = [others.get(name, 0.0) for others in trace.timeline.others]
        if any(shares):
            panel.fill_between(
                times_s, shares, step='post', color=colour, alpha=0.45, linewidth=0, label=name
            )
    for phase in trace.timeline.phases:
        if phase.lost:
            end_s = trace.timeline.arrival_s[phase.end]
            panel.axvspan(phase.start_s, end_s, color='#cccccc', alpha=0.5)
            panel.text(phase.start_s, 0.9, f' no {_lost(phase)}', fontsize=8, va='top')
    panel.set_ylim(0, 1)
    panel.set_ylabel('other\nprograms')
    if panel.get_legend_handles_labels()[0]:
        panel.legend(loc='upper right', fontsize=8, framealpha=0.8)


def _lost(phase: Phase) -> str:
    return 'readings' if 'board' in phase.lost else ', '.join(sorted(phase.lost))


def _plot_rate(panel: Any, trace: Trace, times_s: NDArray[np.float64]) -> None:
    """Target and achieved rate; ticks below for frames that were late or dropped."""
    on_time = trace.on_time()
    target = 1.0 / trace.periods_s()
    panel.step(times_s, target, where='post', color=_LIMIT, linewidth=1.2, label='target')
    edges = np.concatenate([times_s, [trace.timeline.arrival_s[-1]]])
    counts = np.concatenate([[0.0], np.cumsum(on_time)])
    ends = times_s + 0.5 * _RATE_WINDOW_S
    begins = times_s - 0.5 * _RATE_WINDOW_S
    ends, begins = np.minimum(ends, edges[-1]), np.maximum(begins, 0.0)
    achieved = (np.interp(ends, edges, counts) - np.interp(begins, edges, counts)) / (
        ends - begins
    )
    panel.plot(times_s, achieved, color=_COLOURS[0], linewidth=1.4, label='achieved, on time')
    late_s = times_s[~on_time]
    panel.plot(
        late_s, np.zeros(len(late_s)), '|', color=_LIMIT, markersize=9, label='late or dropped',
        clip_on=False,
    )  # fmt: skip
    panel.set_ylim(0, 1.15 * float(target.max()))
    panel.set_ylabel('frames / s')
    panel.legend(loc='lower right', fontsize=8, ncols=3, framealpha=0.8)


def _plot_width(
    panel: Any, trace: Trace, experiment: Experiment, times_s: NDArray[np.float64]
) -> None:
    """Width of each frame, in the colour of its placement."""
    widths = np.array(trace.width, dtype=float)
    widths[widths == 0] = np.nan
    panel.step(times_s, widths, where='post', color='#bbbbbb', linewidth=0.8)
    placement = np.array(trace.placement)
    for index, name in enumerate(trace.placements):
        here = np.where(placement == index, widths, np.nan)
        if np.isfinite(here).any():
            panel.plot(times_s, here, '.', markersize=3.5, color=_colour(experiment, name))
            panel.plot([], [], 'o', markersize=5, color=_colour(experiment, name), label=name)
    groups = experiment.setting.network.workload.groups
    panel.set_ylim(0.5, groups + 0.5)
    panel.set_yticks(range(1, groups + 1))
    panel.set_ylabel('width')
    panel.legend(loc='lower right', fontsize=8, framealpha=0.8)


def _plot_clock(
    panel: Any, trace: Trace, experiment: Experiment, times_s: NDArray[np.float64]
) -> None:
    """Clock of the placement that is in force."""
    placement = np.array(trace.clock_placement)
    clocks = np.array(trace.clock_mhz)
    for index, name in enumerate(trace.placements):
        here = np.where(placement == index, clocks, np.nan)
        if np.isfinite(here).any():
            panel.step(times_s, here, where='post', color=_colour(experiment, name), linewidth=1.4)
    panel.set_ylim(0, 1.1 * float(clocks.max()))
    panel.set_ylabel('clock (MHz)')


def _plot_limited(
    panel: Any,
    trace: Trace,
    times_s: NDArray[np.float64],
    values: list[float],
    limit: str,
    label: str,
) -> None:
    """A quantity with its limit, where there is one."""
    panel.plot(times_s, values, color=_COLOURS[0], linewidth=1.0)
    phases: tuple[Phase, ...] = trace.timeline.phases
    highest = max(values)
    for phase in phases:
        bound = getattr(phase.goals, limit)
        if np.isfinite(bound):
            end_s = trace.timeline.arrival_s[phase.end]
            panel.plot([phase.start_s, end_s], [bound, bound], color=_LIMIT, linewidth=1.2)
            highest = max(highest, bound)
    lowest = min(values)
    room = 0.08 * (highest - lowest) or 1.0
    panel.set_ylim(lowest - room, highest + room)
    panel.set_ylabel(label)


def _colour(experiment: Experiment, processor: str) -> str:
    names = [*experiment.setting.description.processors]
    return _COLOURS[names.index(processor) % len(_COLOURS)]
