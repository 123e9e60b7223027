# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Accuracy against latency and energy of all operating points, as a picture."""

import math
from pathlib import Path

from dyn_perception.cli.pictures import drawing_to
from dyn_perception.profiling.profile_file import Profile, ProfiledPoint


def plot_profile(profile: Profile, path: Path) -> None:
    """Draw the points; those that no other one beats in both are joined by a line.

    Raises:
        PictureError: if matplotlib is not installed, or does not know the format.
        OSError: if the file cannot be written.
    """
    pyplot = drawing_to(path)
    costs = {
        'latency (ms)': [point.latency_p50_ms for point in profile.points],
        'energy of a frame (mJ)': [energy_mj(point) for point in profile.points],
    }
    shown = {name: values for name, values in costs.items() if not all(map(math.isnan, values))}
    figure, axes = pyplot.subplots(
        1, len(shown), squeeze=False, sharey=True, figsize=(5 * len(shown), 3.8)
    )
    accuracies = [100 * (point.accuracy or math.nan) for point in profile.points]
    for part, (name, values) in zip(axes[0], shown.items(), strict=True):
        for placement in dict.fromkeys(point.placement for point in profile.points):
            rows = [
                index for index, point in enumerate(profile.points) if point.placement == placement
            ]
            part.plot(
                [values[row] for row in rows], [accuracies[row] for row in rows], '.',
                label=placement,
            )  # fmt: skip
        best = pareto(values, accuracies)
        part.plot(
            [values[row] for row in best], [accuracies[row] for row in best],
            color='0.5', linewidth=0.8, zorder=0,
        )  # fmt: skip
        part.set_xlabel(name)
    axes[0][0].set_ylabel('top-1 (%)')
    axes[0][0].legend(fontsize='small')
    figure.suptitle(f'{profile.model} on {profile.board or "this board"}', size=10)
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)


def energy_mj(point: ProfiledPoint) -> float:
    """Return what a frame takes when frames are processed back to back (mJ)."""
    return math.nan if point.busy_power_w is None else point.busy_power_w * point.latency_mean_ms


def pareto(costs: list[float], values: list[float]) -> list[int]:
    """Return the rows that no other one beats, the cheapest first."""
    rows = sorted(
        (row for row in range(len(costs)) if not math.isnan(costs[row] + values[row])),
        key=lambda row: (costs[row], -values[row]),
    )
    best: list[int] = []
    for row in rows:
        if not best or values[row] > values[best[-1]]:
            best.append(row)
    return best
