# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of another node, read and set without ever waiting for it."""

import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rcl_interfaces.srv import (
    DescribeParameters,
    GetParameters,
    ListParameters,
    SetParametersAtomically,
)
from rclpy.client import Client
from rclpy.node import Node
from rclpy.parameter import Parameter, parameter_value_to_python
from rclpy.task import Future

from dyn_perception.nodes.common.timers import create_steady_timer

ANSWER_LIMIT_S = 1.0
_LOOK_EVERY_S = 0.05


@dataclass(frozen=True)
class Answer:
    """How a call ended.

    Attributes:
        successful: whether the node did what was asked.
        reason: why it did not.
        refused: whether the node itself said no; False where there was no answer.
        values: what was read, by name: values of parameters, or their descriptors.
    """

    successful: bool
    reason: str = ''
    refused: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)


Then = Callable[[Answer], None]


@dataclass(eq=False)
class _Call:
    """A call under way, with what each time that it was made may be answered by."""

    client: Client
    request: Any
    judge: Callable[[Any], Answer]
    then: Then
    deadline_s: float
    again_s: float  # time after which it is made again
    due_s: float = math.inf  # when that is; not before it was made: other threads may look
    futures: list[Future] = field(default_factory=list)


class RemoteParameters:
    """Asynchronous calls to the parameter services of one node, each with a time-out.

    Every call ends with exactly one `Answer`, which is handed over while the asking node is spun,
    or before the call returns where that is known at once. Calls may be made from any thread.
    Times are of the monotonic clock.

    A server that has not met the client's end for answers yet does the work and drops the answer.
    Where calls may be repeated, a read is made again after a while, and waits for a node that is
    not there. A set is never made twice, since somebody else may have set another value meanwhile:
    the calls that may be in vain set nothing. Where calls may not be repeated, each is made once,
    and only to a node that is there.
    """

    def __init__(
        self,
        node: Node,
        name: str,
        *,
        limit_s: float = ANSWER_LIMIT_S,
        ask_again_s: float | None = None,
    ) -> None:
        """Create the clients.

        Args:
            node: the node that asks.
            name: of the other node, fully qualified or relative to the namespace of `node`.
            limit_s: longest time from a call to its answer (s).
            ask_again_s: time without an answer after which a call is repeated (s); None: never.
        """
        self.name = name
        self._node = node
        self._limit_s = limit_s
        self._ask_again_s = ask_again_s
        self._set = node.create_client(
            SetParametersAtomically, f'{name}/set_parameters_atomically'
        )
        self._get = node.create_client(GetParameters, f'{name}/get_parameters')
        self._list = node.create_client(ListParameters, f'{name}/list_parameters')
        self._describe = node.create_client(DescribeParameters, f'{name}/describe_parameters')
        self._lock = threading.Lock()
        self._calls: list[_Call] = []
        self._timer = create_steady_timer(node, _LOOK_EVERY_S, self._look)
        self._timer.cancel()  # it runs only while there are calls

    def close(self) -> None:
        """Forget all calls, without an answer, and destroy the clients."""
        with self._lock:
            self._calls.clear()
        self._node.destroy_timer(self._timer)
        for client in (self._set, self._get, self._list, self._describe):
            self._node.destroy_client(client)

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

        def go_on(met: Answer) -> None:
            if met.successful or met.refused:
                self._call(self._set, request, judge, then, None)
            else:
                then(met)

        if self._ask_again_s is None:
            self._call(self._set, request, judge, then, None)
        else:
            nothing = SetParametersAtomically.Request()
            self._call(self._set, nothing, judge, go_on, self._ask_again_s)

    def get(self, names: Sequence[str], then: Then) -> None:
        """Read parameters; one that the node does not have reads None."""

        def judge(response: GetParameters.Response) -> Answer:
            if len(response.values) != len(names):  # one of them was undeclared meanwhile
                return Answer(False, 'the parameters changed while they were read')
            values = map(parameter_value_to_python, response.values)
            return Answer(True, values=dict(zip(names, values, strict=True)))

        self._call(
            self._get, GetParameters.Request(names=list(names)), judge, then, self._ask_again_s
        )

    def list_names(self, then: Then) -> None:
        """Find the names of all parameters; the answer's values are None."""

        def judge(response: ListParameters.Response) -> Answer:
            return Answer(True, values=dict.fromkeys(response.result.names))

        self._call(self._list, ListParameters.Request(), judge, then, self._ask_again_s)

    def describe(self, names: Sequence[str], then: Then) -> None:
        """Read the descriptors of parameters."""

        def judge(response: DescribeParameters.Response) -> Answer:
            pairs = zip(names, response.descriptors, strict=True)
            return Answer(True, values=dict(pairs))

        self._call(
            self._describe,
            DescribeParameters.Request(names=list(names)),
            judge,
            then,
            self._ask_again_s,
        )

    def read(self, is_wanted: Callable[[str], bool], then: Then) -> None:
        """Read the parameters whose names are wanted, of those that the node has."""

        def get(listed: Answer) -> None:
            if listed.successful:
                self.get([name for name in listed.values if is_wanted(name)], then)
            else:
                then(listed)

        self.list_names(get)

    def wait(self, ask: Callable[[Then], None], spin: Callable[[], object]) -> Answer:
        """Make a call and spin the asking node until it ends.

        Args:
            ask: makes the call, for example `partial(remote.set, {'width': 2})`.
            spin: handles messages of the asking node for a short time.
        """
        answers: list[Answer] = []
        ask(answers.append)
        while not answers:
            spin()
        return answers[0]

    def _call(
        self,
        client: Client,
        request: Any,
        judge: Callable[[Any], Answer],
        then: Then,
        again_s: float | None,
    ) -> None:
        if again_s is None and not client.service_is_ready():
            then(Answer(False, f'{self.name} is not there'))
            return
        deadline_s = time.monotonic() + self._limit_s
        period_s = math.inf if again_s is None else again_s
        call = _Call(client, request, judge, then, deadline_s, period_s)
        with self._lock:
            self._calls.append(call)
        self._ask(call)
        self._timer.reset()
        if self._node.executor is not None:
            self._node.executor.wake()  # it may be waiting without the timer

    def _ask(self, call: _Call) -> None:
        """Ask for the first time, or again, where the node is there."""
        if not call.client.service_is_ready():
            call.due_s = time.monotonic() + _LOOK_EVERY_S
            return
        future = call.client.call_async(call.request)
        with self._lock:
            call.futures.append(future)
            call.due_s = time.monotonic() + call.again_s
        future.add_done_callback(lambda done: self._finish(call, done))

    def _finish(self, call: _Call, done: Future) -> None:
        if not self._take_off(call):  # its time was over, or it was answered twice
            return
        try:
            answer = call.judge(done.result())
        except Exception as error:  # whatever the other node answers, this one goes on
            answer = Answer(False, f'{self.name} gave an answer that makes no sense: {error}')
        call.then(answer)

    def _look(self) -> None:
        """Repeat calls, and end those that got no answer in time."""
        now = time.monotonic()
        with self._lock:
            calls = list(self._calls)
        for call in calls:
            if call.deadline_s <= now:
                self._give_up(call)
            elif call.due_s <= now:
                self._ask(call)
        with self._lock:
            if not self._calls:
                self._timer.cancel()

    def _give_up(self, call: _Call) -> None:
        if not self._take_off(call):
            return
        what = 'did not answer' if call.futures else 'was not there'
        call.then(Answer(False, f'{self.name} {what} within {self._limit_s:g} s'))

    def _take_off(self, call: _Call) -> bool:
        """Return whether a call was still under way; it is not any more."""
        with self._lock:
            if call not in self._calls:
                return False
            self._calls.remove(call)
        for future in call.futures:
            call.client.remove_pending_request(future)
        return True
