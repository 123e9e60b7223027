# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The CPU clusters of a board."""

from __future__ import annotations

import math

from dyn_perception.board.actuator import Actuator, LimitFile
from dyn_perception.board.cpu_load import CpuLoad
from dyn_perception.board.cpu_policies import Policy, PolicyClock, find_policies, highest
from dyn_perception.board.files import Tree, to_cores
from dyn_perception.board.state import NOT_KNOWN, ClusterState
from dyn_perception.board.topology import Cluster, Topology

_KILOHERTZ = 1000  # of cpufreq, in a MHz


class Cpu:
    """Load, clock and limit of each cluster."""

    def __init__(self, tree: Tree, topology: Topology) -> None:
        self._tree = tree
        self._topology = topology
        self._stat = tree.reader('proc/stat')
        self._online = tree.reader('sys/devices/system/cpu/online')
        self._load = CpuLoad()
        self._clusters = [_ClusterReader(tree, cluster) for cluster in topology.clusters]

    def probe(self) -> None:
        """Look for policies of cores that were offline before."""
        policies = find_policies(self._tree, self._topology.cores)
        for cluster in self._clusters:
            cluster.take(policies)

    def read(self, now_s: float) -> tuple[ClusterState, ...]:
        """Return the state of each cluster at a monotonic time (s)."""
        self._load.update(self._stat(), now_s)
        online = frozenset(to_cores(self._online()) or self._load.cores)
        return tuple(cluster.read(online, self._load) for cluster in self._clusters)

    def actuators(self) -> list[Actuator]:
        """Return the limits of the clusters that have one."""
        found = (cluster.actuator for cluster in self._clusters)
        return [actuator for actuator in found if actuator is not None]


class _ClusterReader:
    """One cluster; its policies may come and go with its cores."""

    def __init__(self, tree: Tree, cluster: Cluster) -> None:
        self._tree = tree
        self._name = cluster.name
        self._cores = cluster.cores
        self._policies: dict[str, Policy] = {}
        self._clocks: list[PolicyClock] = []
        self.take(cluster.policies)

    def take(self, policies: list[Policy] | tuple[Policy, ...]) -> None:
        """Take those policies that are this cluster's; what was known of their range stays."""
        for policy in policies:
            known = self._policies.get(policy.folder)
            own = not set(policy.cores).isdisjoint(self._cores)
            if own and (known is None or policy.is_known):
                self._policies[policy.folder] = policy
        if len(self._clocks) != len(self._policies):
            self._clocks = [PolicyClock(self._tree, folder) for folder in self._policies]
        ranges = [policy for policy in self._policies.values() if policy.is_known]
        self._minimum_mhz = -highest(-policy.minimum_mhz for policy in ranges)
        self._maximum_mhz = highest(policy.maximum_mhz for policy in ranges)
        self._steps_mhz = max((policy.steps_mhz for policy in ranges), key=len, default=())
        self.actuator = self._find_actuator() if ranges else None
        self._settable = self.actuator is not None and self.actuator.settable

    def _find_actuator(self) -> Actuator | None:
        folders = [
            folder for folder in self._policies if self._tree.exists(f'{folder}/scaling_max_freq')
        ]
        if not folders:
            return None
        return Actuator(
            f'cpu.{self._name}.max_mhz',
            self._minimum_mhz,
            self._maximum_mhz,
            self._steps_mhz,
            tuple(
                LimitFile(
                    self._tree,
                    f'{folder}/scaling_max_freq',
                    f'{folder}/scaling_min_freq',
                    _KILOHERTZ,
                )
                for folder in folders
            ),
        )

    def _online_clocks(self, online: frozenset[int]) -> list[PolicyClock]:
        """Return the policies that have a core online: those of others cannot be read."""
        if not online:  # not known
            return self._clocks
        return [
            clock
            for clock, policy in zip(self._clocks, self._policies.values(), strict=True)
            if not online.isdisjoint(policy.cores)
        ]

    def read(self, online: frozenset[int], load: CpuLoad) -> ClusterState:
        """Return the state now."""
        clocks = self._online_clocks(online)
        governors = [clock.governor() for clock in clocks]
        own = tuple(core for core in self._cores if core in online)
        return ClusterState(
            name=self._name,
            cores=self._cores,
            online=own,
            load=load.share(own),
            clock_mhz=_highest_of_all([clock.clock_mhz() for clock in clocks]),
            limit_mhz=_highest_of_all([clock.limit_mhz() for clock in clocks]),
            minimum_mhz=self._minimum_mhz,
            maximum_mhz=self._maximum_mhz,
            steps_mhz=self._steps_mhz,
            limit_settable=self._settable,
            governor=next(filter(None, governors), ''),
        )


def _highest_of_all(values: list[float]) -> float:
    """Return the highest value; NaN if there is none, or one that cannot be read: it may be it."""
    return NOT_KNOWN if any(map(math.isnan, values)) else max(values, default=NOT_KNOWN)
