# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which operating points the manager may choose from: profiled, or learned from results."""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dyn_perception.control.operating_point import OperatingPoint
from dyn_perception.control.operating_point_table import OperatingPointTable
from dyn_perception.msg import ClassLabels, PerceptionResult
from dyn_perception.network.bundle import load_bundle
from dyn_perception.network.errors import BundleError
from dyn_perception.network.manifest import Manifest
from dyn_perception.profiling.errors import ProfileError
from dyn_perception.profiling.modelled import is_board, modelled_table
from dyn_perception.profiling.profile_file import load_profile
from dyn_perception.share import ShareError, model_path

LEARNED_FRAMES = 5
# How far a first guess may be off; the policy's own estimate takes over from it.
_DEVIATION = 0.1


@dataclass(frozen=True)
class Choice:
    """Operating points, and what is wrong with them.

    Attributes:
        table: the points; None: more results are needed first.
        problem: why a profile is not used ('': none given, or it is).
    """

    table: OperatingPointTable | None
    problem: str = ''


class OperatingPoints:
    """Finds the operating points for the network that runs.

    Without a profile, the time of each width follows from the first results: the time beside the
    network is the same for all, and that of isolated groups grows with their
    multiply-accumulate operations. Clocks are left alone then: nothing is known of them.
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

    def forget_results(self) -> None:
        """Learn anew, because another network runs or it runs elsewhere."""
        self._results.clear()

    def is_foreign(self, placement: str, table: OperatingPointTable | None) -> bool:
        """Whether a result came from a placement that a learned table knows nothing of."""
        learned = table is not None and table is not self._profiled
        return learned and placement not in table.placements  # type: ignore[union-attr]

    def learn(self, result: PerceptionResult) -> None:
        """Take one of the first results."""
        if len(self._results) < LEARNED_FRAMES:
            self._results.append(result)

    def choose(self, labels: ClassLabels, facts: Mapping[str, Any]) -> Choice:
        """Return the points for a network.

        Args:
            labels: what the perception node says of its network.
            facts: its parameters.
        """
        problem = self._model_board(labels, facts) if self._board else self._misfit(labels, facts)
        if self._profiled is not None and not problem:
            return Choice(self._profiled)
        if len(self._results) < LEARNED_FRAMES:
            return Choice(None, problem)
        return Choice(self._learned(labels, facts), problem)

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

    def _learned(self, labels: ClassLabels, facts: Mapping[str, Any]) -> OperatingPointTable:
        manifest = _manifest(facts)
        groups = labels.groups
        if manifest is not None and manifest.groups == groups:
            macs = [manifest.figures(width).macs for width in range(1, groups + 1)]
            accuracies = [manifest.expected_accuracy(width) for width in range(1, groups + 1)]
        else:  # another machine's files: isolated groups cost the same
            macs = list(range(1, groups + 1))
            accuracies = [float('nan')] * groups
        beside_s = statistics.median(result.preprocessing_ms for result in self._results) / 1000
        per_mac_s = statistics.median(
            result.inference_ms / 1000 / macs[max(result.operating_point.groups_run, 1) - 1]
            for result in self._results
        )
        latencies_s = [max(beside_s + per_mac_s * count, 1e-6) for count in macs]
        return OperatingPointTable(
            OperatingPoint(
                width=width,
                placement=self._results[-1].operating_point.placement,
                clocks=(),
                latency_s=latency_s,
                latency_deviation_s=_DEVIATION * latency_s,
                accuracy=accuracy,
            )
            for width, (latency_s, accuracy) in enumerate(
                zip(latencies_s, accuracies, strict=True), start=1
            )
        )


def _manifest(facts: Mapping[str, Any]) -> Manifest | None:
    try:
        return load_bundle(model_path(str(facts.get('model', '')))).manifest
    except (ShareError, BundleError, OSError):
        return None


def _network(model: str, groups: int, regions: tuple[int, ...]) -> str:
    return f'{model!r} with {groups} groups on {" x ".join(map(str, regions))} regions'
