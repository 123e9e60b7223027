# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of another node, read and set without ever waiting for it."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rcl_interfaces.srv import GetParameters, ListParameters, SetParametersAtomically
from rclpy.client import Client
from rclpy.node import Node
from rclpy.parameter import Parameter, parameter_value_to_python
from rclpy.task import Future

ANSWER_LIMIT_S = 1.0


@dataclass(frozen=True)
class Answer:
    """How a call ended.

    Attributes:
        successful: whether the node did what was asked.
        reason: why it did not.
        refused: whether the node itself said no; False where there was no answer.
        values: what was read, by name.
    """

    successful: bool
    reason: str = ''
    refused: bool = False
    values: Mapping[str, Any] | None = None


Then = Callable[[Answer], None]


@dataclass
class _Call:
    client: Client
    future: Future
    deadline_s: float
    then: Then


class RemoteParameters:
    """Asynchronous calls to the parameter services of one node, each with a time-out.

    Every call ends with exactly one `Answer`. The answers arrive while the node is spun; `expire`
    has to be called now and then, so that calls without an answer end, too. Times are of the
    monotonic clock.
    """

    def __init__(self, node: Node, name: str, limit_s: float = ANSWER_LIMIT_S) -> None:
        """Create the clients; `name` is that of the other node, fully qualified."""
        self.name = name
        self._limit_s = limit_s
        self._set = node.create_client(
            SetParametersAtomically, f'{name}/set_parameters_atomically'
        )
        self._get = node.create_client(GetParameters, f'{name}/get_parameters')
        self._list = node.create_client(ListParameters, f'{name}/list_parameters')
        self._calls: list[_Call] = []

    def is_there(self) -> bool:
        """Whether the node offers its parameter services now."""
        return all(client.service_is_ready() for client in (self._set, self._get, self._list))

    def set(self, values: Mapping[str, Any], then: Then) -> None:
        """Set parameters in one step, all or none."""
        request = SetParametersAtomically.Request(
            parameters=[
                Parameter(name, value=value).to_parameter_msg() for name, value in values.items()
            ]
        )

        def judge(response: SetParametersAtomically.Response) -> Answer:
            result = response.result
            return Answer(result.successful, result.reason, refused=not result.successful)

        self._call(self._set, request, judge, then)

    def read(self, is_wanted: Callable[[str], bool], then: Then) -> None:
        """Read the parameters whose names are wanted, of those that the node has."""

        def get(listed: Answer) -> None:
            if not listed.successful:
                then(listed)
                return
            names = [name for name in listed.values or () if is_wanted(name)]
            self._call(
                self._get,
                GetParameters.Request(names=names),
                lambda response: _values(names, response.values),
                then,
            )

        self._call(
            self._list,
            ListParameters.Request(),
            lambda response: Answer(True, values=dict.fromkeys(response.result.names)),
            get,
        )

    def expire(self) -> None:
        """End the calls that got no answer in time."""
        now = time.monotonic()
        for call in [call for call in self._calls if call.deadline_s <= now]:
            self._calls.remove(call)
            call.client.remove_pending_request(call.future)
            call.then(Answer(False, f'{self.name} did not answer within {self._limit_s:g} s'))

    def _call(
        self, client: Client, request: Any, judge: Callable[[Any], Answer], then: Then
    ) -> None:
        if not client.service_is_ready():
            then(Answer(False, f'{self.name} is not there'))
            return
        future = client.call_async(request)
        call = _Call(client, future, time.monotonic() + self._limit_s, then)
        self._calls.append(call)

        def finish(done: Future) -> None:
            if call in self._calls:  # otherwise its time was over
                self._calls.remove(call)
                then(judge(done.result()))

        future.add_done_callback(finish)


def _values(names: Sequence[str], values: Sequence[Any]) -> Answer:
    if len(values) != len(names):  # one of them was undeclared meanwhile
        return Answer(False, 'the parameters changed while they were read')
    pairs = zip(names, map(parameter_value_to_python, values), strict=True)
    return Answer(True, values=dict(pairs))
