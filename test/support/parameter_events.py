# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What /parameter_events says of one node."""

from typing import Any

from rcl_interfaces.msg import ParameterEvent
from rclpy.parameter import parameter_value_to_python

from support.ros_client import RosClient

AGAIN_S = 0.5


class ParameterEvents:
    """The changes of a node's parameters from now on, none of which is missed."""

    def __init__(self, client: RosClient, node: str, **unchanged: Any) -> None:
        """Set parameters to the values that they have, until an event tells of it.

        Every node publishes on this topic, the test's own, too: that there is a publisher does not
        say that the node has met this subscriber, and until then its events are lost.
        """
        self._node = f'/{node}'
        self._unchanged = unchanged
        self._messages: list[ParameterEvent] = client.listen(ParameterEvent, '/parameter_events')
        client.spin_until(
            lambda: bool(self._all()),
            f'an event of {self._node}',
            repeat=lambda: client.set_parameters(node, **unchanged),
            every_s=AGAIN_S,
        )

    def seen(self) -> list[dict[str, Any]]:
        """Return the changed values, an entry for each event but those of the sets above."""
        return [event for event in self._all() if event != self._unchanged]

    def _all(self) -> list[dict[str, Any]]:
        return [
            {
                entry.name: parameter_value_to_python(entry.value)
                for entry in message.changed_parameters
            }
            for message in self._messages
            if message.node == self._node and message.changed_parameters
        ]
