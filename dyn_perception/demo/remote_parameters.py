# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Setting parameters of another node in one step, as often as it takes to get an answer."""

import threading
import time
from collections.abc import Callable

from rcl_interfaces.srv import SetParametersAtomically
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.task import Future

_PERIOD_S = 0.05
# A server that has not met the client's end for answers yet drops the answer.
_ANSWER_S = 2.0


class RemoteParameters:
    """Sets parameters of one node; `set` and `is_settled` may be called from any thread."""

    def __init__(self, node: Node, target: str, report: Callable[[str], None]) -> None:
        """Prepare to ask.

        Args:
            node: the node that asks.
            target: name of the other node, relative to the namespace of `node`.
            report: gets the reason of a refusal, in the thread of the executor.
        """
        self._target = target
        self._report = report
        self._lock = threading.Lock()
        self._wanted: dict[str, object] = {}
        self._answer: Future | None = None
        self._deadline = 0.0
        service = f'{target}/set_parameters_atomically'
        self._client = node.create_client(SetParametersAtomically, service)
        node.create_timer(_PERIOD_S, self._step)

    @property
    def is_settled(self) -> bool:
        """Whether what was asked for last has been answered."""
        with self._lock:
            return not self._wanted

    def set(self, **values: object) -> None:
        """Ask for values, instead of those that are not answered yet."""
        with self._lock:
            self._wanted, self._answer, self._deadline = values, None, 0.0

    def _step(self) -> None:
        with self._lock:
            answer, reason = self._answer, ''
            if answer is not None and answer.done():
                result = answer.result().result
                reason = '' if result.successful else result.reason
                self._answer, self._wanted = None, {}
            elif self._wanted and time.monotonic() > self._deadline:
                self._ask()
        if reason:
            self._report(f'{self._target}: {reason}')

    def _ask(self) -> None:
        if self._client.service_is_ready():
            parameters = [Parameter(name, value=value) for name, value in self._wanted.items()]
            messages = [parameter.to_parameter_msg() for parameter in parameters]
            request = SetParametersAtomically.Request(parameters=messages)
            self._answer = self._client.call_async(request)
            self._deadline = time.monotonic() + _ANSWER_S
