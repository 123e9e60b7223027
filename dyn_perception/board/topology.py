# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which cores a board has, and which of them form a cluster."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from dyn_perception.board.core_types import UNKNOWN, core_types
from dyn_perception.board.cpu_policies import Policy, find_policies
from dyn_perception.board.files import Tree, to_cores

_CPU = 'sys/devices/system/cpu'


@dataclass(frozen=True)
class Cluster:
    """All cores of the same type and hardware clock range.

    Attributes:
        name: the same in placements, parameters and profiles: 'a57', 'carmel', 'cpu' ...
        cores: numbers of its cores, ascending.
        policies: its cpufreq policies; empty: its clock cannot be seen.
    """

    name: str
    cores: tuple[int, ...]
    policies: tuple[Policy, ...] = ()


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


@dataclass
class _Group:
    """A cluster while it is put together."""

    core_type: str
    range_mhz: tuple[float, float] | None
    cores: list[int] = field(default_factory=list)
    policies: list[Policy] = field(default_factory=list)

    def takes(self, core_type: str | None, policy: Policy | None) -> bool:
        """Return whether cores belong here: what is not known of them does not keep them out."""
        range_mhz = policy.range_mhz if policy is not None and policy.is_known else None
        same_type = core_type is None or core_type == self.core_type
        return same_type and (None in (range_mhz, self.range_mhz) or range_mhz == self.range_mhz)


def find_topology(tree: Tree) -> Topology:
    """Return the clusters, empty if the tree tells of no cores.

    A core that is offline may tell neither its type nor its clock. Then it counts to the cores
    that share its policy, otherwise to the cluster of the core before it.
    """
    cores = present_cores(tree)
    types = core_types(tree, cores)
    policies = find_policies(tree, cores)
    groups: list[_Group] = []
    units = [(policy.cores, policy) for policy in policies]
    covered = {core for policy in policies for core in policy.cores}
    for unit, policy in sorted(
        [*units, *(((core,), None) for core in cores if core not in covered)],
        key=lambda unit: unit[0],
    ):
        core_type = next((types[core] for core in unit if core in types), None)
        # The nearest cluster before comes first: it has the better claim to unknown cores.
        group = next((group for group in groups[::-1] if group.takes(core_type, policy)), None)
        if group is None:
            group = _Group(core_type or UNKNOWN, None)
            groups.append(group)
        if policy is not None:
            group.policies.append(policy)
            group.range_mhz = policy.range_mhz if policy.is_known else group.range_mhz
        group.cores += unit
    return Topology(tuple(_name(groups)))


def present_cores(tree: Tree) -> tuple[int, ...]:
    """Return the numbers of all cores that the board has, online or not."""
    listed = to_cores(tree.read(f'{_CPU}/present'))
    if listed:
        return listed
    names = [name[3:] for name in tree.names(_CPU) if name.startswith('cpu')]
    cores = [int(number) for number in names if number.isdecimal() and len(number) < 5]
    return tuple(sorted(cores)) or online_cores(tree.read('proc/stat'))


def online_cores(stat: bytes) -> tuple[int, ...]:
    """Return the numbers of the cores that /proc/stat tells of: those that are online."""
    names = [line.split(b' ', 1)[0][3:] for line in stat.split(b'\n') if line[:3] == b'cpu']
    return tuple(int(number) for number in names if number.isdigit() and len(number) < 5)


def _name(groups: list[_Group]) -> list[Cluster]:
    count = Counter(group.core_type for group in groups)
    return [
        Cluster(
            f'{group.core_type}_{min(group.cores)}'
            if count[group.core_type] > 1
            else group.core_type,
            tuple(sorted(group.cores)),
            tuple(group.policies),
        )
        for group in sorted(groups, key=lambda group: min(group.cores))
    ]
