# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which of several managers of the same perception node is in charge."""

import time
import uuid

from rclpy.node import Node
from std_msgs.msg import String

from dyn_perception.nodes.common.timers import create_steady_timer

_SAY_EVERY_S = 0.25
_LISTEN_S = 1.0  # a manager that starts hears the others first
_SILENCE_S = 2.0  # who is silent for so long is gone; limits with a lease are gone by then, too
_MOST_WORDS = 3


class ManagerClaim:
    """Claims a perception node on a topic below it; the manager with the longest claim acts.

    A claim is the text `<node name> <identity> <seconds since it was made>`. Ages are compared
    rather than times, so clocks of several machines need not agree. A manager whose claim is
    younger than one that it hears goes to standby, and claims again once that one falls silent.
    """

    def __init__(self, node: Node, perception: str) -> None:
        """Start to listen; `perception` is the fully qualified name of the perception node."""
        topic = f'{perception}/manager_claim'
        self._name = node.get_fully_qualified_name()
        self._identity = uuid.uuid4().hex
        self._wanted = False
        self._since_s = 0.0  # when the claim was made
        self._other = ''
        self._other_age_s = 0.0
        self._heard_s = -_SILENCE_S
        self._publisher = node.create_publisher(String, topic, 10)
        self._subscription = node.create_subscription(String, topic, self._hear, 10)
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
        age = time.monotonic() - self._since_s
        return self._wanted and age >= _LISTEN_S and not self._is_heard()

    def _is_heard(self) -> bool:
        return time.monotonic() - self._heard_s < _SILENCE_S

    def _say(self) -> None:
        if not self._wanted:
            return
        if self._is_heard():
            self._since_s = time.monotonic()  # the claim begins when the other one ends
            return
        age = time.monotonic() - self._since_s
        self._publisher.publish(String(data=f'{self._name} {self._identity} {age:.3f}'))

    def _hear(self, message: String) -> None:
        words = message.data.split(' ')
        try:
            name, identity, age_s = words[0], words[1], float(words[2])
        except (IndexError, ValueError):
            return  # not a claim
        if len(words) > _MOST_WORDS or identity == self._identity:
            return
        own_age_s = time.monotonic() - self._since_s
        # Two that start at the same time: the lower identity wins, on both sides.
        close = abs(age_s - own_age_s) < _LISTEN_S
        wins = identity < self._identity if close else age_s > own_age_s
        if not self._wanted or wins or self._is_heard():
            self._other, self._heard_s = name, time.monotonic()
