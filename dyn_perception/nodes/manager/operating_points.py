# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which operating points the manager may choose from: profiled, or learned from results."""

import statistics
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dyn_perception.control.operating_points import OperatingPointTable
from dyn_perception.control.policy import ProcessorObservation
from dyn_perception.control.prior_table import WidthCost, prior_table
from dyn_perception.msg import ClassLabels, PerceptionResult
from dyn_perception.network.bundle import load_bundle
from dyn_perception.network.errors import BundleError
from dyn_perception.network.manifest import Manifest
from dyn_perception.profiling.errors import ProfileError
from dyn_perception.profiling.modelled import is_board, modelled_table
from dyn_perception.profiling.profile_file import load_profile
from dyn_perception.share import ShareError, model_path

LEARNED_FRAMES = 5
_UNKNOWN_MACS = 1e9  # only ratios mean something


@dataclass(frozen=True)
class Choice:
    """Operating points, and what is wrong with them.

    Attributes:
        table: the points; None: more results are needed first.
        problem: why a profile is not used ('': none given, or it is).
        is_profiled: whether the points were measured, or modelled, before.
    """

    table: OperatingPointTable | None
    problem: str = ''
    is_profiled: bool = False


class OperatingPoints:
    """Finds the operating points for the network that runs.

    Without a profile, the points follow from the cost of each width and the clocks of the board,
    and their scale from the first results.
    """

    def __init__(self, profile: str) -> None:
        """Read the profile: a file, or the name of a simulated board; '' for none.

        Raises:
            ProfileError: if it cannot be used.
        """
        self._name = profile
        self._board = profile if is_board(profile) else ''
        is_file = profile and not self._board
        self._profile = load_profile(Path(profile).expanduser()) if is_file else None
        self._profiled = self._profile.table() if self._profile else None
        self._results: list[PerceptionResult] = []
        self._settable: frozenset[str] = frozenset()  # that the learned points know of

    def forget_results(self) -> None:
        """Learn anew, because another network runs or it runs elsewhere."""
        self._results.clear()

    def learn(self, result: PerceptionResult) -> None:
        """Take one of the first results."""
        if len(self._results) < LEARNED_FRAMES:
            self._results.append(result)

    def lack(self, settable: AbstractSet[str]) -> bool:
        """Whether learned points know nothing of some clocks that can be set by now."""
        return bool(settable - self._settable)

    def choose(
        self,
        labels: ClassLabels,
        facts: Mapping[str, Any],
        processors: Sequence[ProcessorObservation],
        settable: AbstractSet[str],
    ) -> Choice:
        """Return the points for a network.

        Args:
            labels: what the perception node says of its network.
            facts: its parameters.
            processors: of the board, as far as they are known.
            settable: clock knobs that can be set.
        """
        problem = self._model_board(labels, facts) if self._board else self._misfit(labels, facts)
        if self._profiled is not None and not problem:
            return Choice(self._profiled, is_profiled=True)
        if len(self._results) < LEARNED_FRAMES:
            return Choice(None, problem)
        self._settable = frozenset(settable)
        known = frozenset() if problem else self._settable
        return Choice(self._learned(labels, facts, processors, known), problem)

    def _model_board(self, labels: ClassLabels, facts: Mapping[str, Any]) -> str:
        manifest = _manifest(facts)
        if manifest is None or manifest.groups != labels.groups:
            return f'profile {self._name} needs the model {facts.get("model")!r} on this machine'
        rows, columns = facts.get('regions', (1, 1))
        try:
            self._profiled = modelled_table(self._board, manifest, rows * columns)
        except ProfileError as error:
            return str(error)
        return ''

    def _misfit(self, labels: ClassLabels, facts: Mapping[str, Any]) -> str:
        if (profile := self._profile) is None:
            return ''
        runs = (labels.model, labels.groups, tuple(facts.get('regions', profile.regions)))
        if runs == (profile.model, profile.groups, profile.regions):
            return ''
        fits = _network(profile.model, profile.groups, profile.regions)
        return (
            f'profile {self._name} is of {fits} but the perception node runs {_network(*runs)}: '
            'make one with dyn-perception profile; until then only the width is chosen'
        )

    def _learned(
        self,
        labels: ClassLabels,
        facts: Mapping[str, Any],
        processors: Sequence[ProcessorObservation],
        settable: AbstractSet[str],
    ) -> OperatingPointTable:
        newest = self._results[-1].operating_point
        costs = _costs(labels, facts)
        guessed = prior_table(costs, [newest.placement], processors, settable)
        clocks = {item.knob: item.limit_mhz for item in processors}
        width = min(max(newest.groups_run, 1), len(costs))
        present = min(
            (point for point in guessed.points if point.width == width),
            key=lambda point: sum(
                abs(mhz - clocks[knob]) for knob, mhz in point.clocks if clocks[knob] > 0
            ),
        )
        measured_s = statistics.median(
            (result.preprocessing_ms + result.inference_ms) / 1000
            for result in self._results
            if result.operating_point.groups_run == newest.groups_run
        )
        scale = max(measured_s, 1e-6) / present.latency_s
        return OperatingPointTable(
            replace(
                point,
                latency_s=scale * point.latency_s,
                latency_deviation_s=scale * point.latency_deviation_s,
            )
            for point in guessed.points
        )


def _costs(labels: ClassLabels, facts: Mapping[str, Any]) -> list[WidthCost]:
    """Return what each width costs; isolated groups whose files are not here cost the same."""
    manifest = _manifest(facts)
    if manifest is None or manifest.groups != labels.groups:
        return [WidthCost(width, width * _UNKNOWN_MACS) for width in range(1, labels.groups + 1)]
    rows, columns = facts.get('regions', (1, 1))
    return [
        WidthCost(
            figures.width,
            float(max(figures.macs, 1) * rows * columns),
            manifest.expected_accuracy(figures.width),
        )
        for figures in manifest.widths
    ]


def _manifest(facts: Mapping[str, Any]) -> Manifest | None:
    try:
        return load_bundle(model_path(str(facts.get('model', '')))).manifest
    except (ShareError, BundleError, OSError):
        return None


def _network(model: str, groups: int, regions: tuple[int, ...]) -> str:
    return f'{model!r} with {groups} groups on {" x ".join(map(str, regions))} regions'
