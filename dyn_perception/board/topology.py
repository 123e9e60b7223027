# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which cores a board has, and which of them form a cluster."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cluster:
    """All cores of the same type and hardware clock range.

    Attributes:
        name: the same in placements, parameters and profiles: 'a57', 'carmel', 'cpu' ...
        cores: numbers of its cores, ascending.
        policies: folders of its cpufreq policies, below the root; empty: the clock cannot be seen.
    """

    name: str
    cores: tuple[int, ...]
    policies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Topology:
    """The clusters of a board, in the order of their first cores."""

    clusters: tuple[Cluster, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The clusters' names."""
        return tuple(cluster.name for cluster in self.clusters)

    @property
    def cores(self) -> tuple[int, ...]:
        """The numbers of all cores, ascending."""
        return tuple(sorted(core for cluster in self.clusters for core in cluster.cores))
