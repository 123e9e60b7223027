# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which of several managers of the same perception node is in charge."""

import math
import time

from rclpy.node import Node

from dyn_perception.msg import ManagerClaim
from dyn_perception.nodes.common.timers import create_steady_timer

_SAY_EVERY_S = 0.25
_LISTEN_S = 1.0  # a manager that starts hears the others first
_SILENCE_S = 2.0  # who is silent for so long is gone; limits with a lease are gone by then, too


class ClaimArbiter:
    """Claims a perception node on a topic below it; the manager with the longest claim acts.

    Ages are compared rather than times, so clocks of several machines need not agree. A manager
    whose claim is younger than one that it hears goes to standby, and claims again once that one
    falls silent.
    """

    def __init__(self, node: Node, start_id: int, perception: str) -> None:
        """Start to listen.

        Args:
            node: the manager.
            start_id: of the manager.
            perception: fully qualified name of the perception node.
        """
        topic = f'{perception}/manager_claim'
        self._name = node.get_fully_qualified_name()
        self._start_id = start_id
        self._wanted = False
        self._since_s = 0.0  # when the claim was made
        self._other = ''
        self._heard_s = -_SILENCE_S
        self._publisher = node.create_publisher(ManagerClaim, topic, 10)
        self._subscription = node.create_subscription(ManagerClaim, topic, self._hear, 10)
        self._timer = create_steady_timer(node, _SAY_EVERY_S, self._say)

    @property
    def other(self) -> str:
        """Name of the manager that is in charge instead of this one; '' if none is."""
        return self._other if self._is_heard() else ''

    def want(self, wanted: bool) -> None:
        """Claim the node, or give the claim up."""
        if wanted and not self._wanted:
            self._since_s = time.monotonic()
        self._wanted = wanted

    def is_held(self) -> bool:
        """Whether this manager may act."""
        age_s = time.monotonic() - self._since_s
        return self._wanted and age_s >= _LISTEN_S and not self._is_heard()

    def _is_heard(self) -> bool:
        return time.monotonic() - self._heard_s < _SILENCE_S

    def _say(self) -> None:
        if not self._wanted:
            return
        if self._is_heard():
            self._since_s = time.monotonic()  # the claim begins when the other one ends
            return
        age_s = time.monotonic() - self._since_s
        self._publisher.publish(
            ManagerClaim(manager=self._name, start_id=self._start_id, age_s=age_s)
        )

    def _hear(self, claim: ManagerClaim) -> None:
        if claim.start_id == self._start_id or not math.isfinite(claim.age_s):
            return  # its own, or no claim
        own_age_s = time.monotonic() - self._since_s
        # Two that start at the same time: the lower identity wins, on both sides.
        close = abs(claim.age_s - own_age_s) < _LISTEN_S
        wins = claim.start_id < self._start_id if close else claim.age_s > own_age_s
        if not self._wanted or wins or self._is_heard():
            self._other, self._heard_s = claim.manager, time.monotonic()
