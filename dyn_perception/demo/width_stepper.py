# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Setting the width of the perception node from outside, as `ros2 param set` does."""

import time
from collections.abc import Callable

from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import SetParameters
from rclpy.node import Node
from rclpy.task import Future

from dyn_perception.demo.width_schedule import WidthSchedule

_PERIOD_S = 0.05
_ANSWER_S = 3.0


class WidthStepper:
    """Sets the parameter `width` of a node by a schedule, one set at a time."""

    def __init__(
        self,
        node: Node,
        perception: str,
        schedule: WidthSchedule,
        report: Callable[[str], None],
    ) -> None:
        """Start now; `report` gets the reason of each set that does not take effect.

        Args:
            node: the node that asks.
            perception: name of the perception node, relative to the namespace of `node`.
            schedule: the width at each time since now.
            report: called with a text in the thread of the executor.
        """
        self.refused = 0
        self._report = report
        self._schedule = schedule
        self._start = time.monotonic()
        self._asked: int | None = None  # width of the latest set
        self._answer: Future | None = None
        self._deadline = 0.0
        self._client = node.create_client(SetParameters, f'{perception}/set_parameters')
        node.create_timer(_PERIOD_S, self._step)

    def _step(self) -> None:
        now = time.monotonic()
        if self._answer is not None:
            if self._answer.done():
                self._judge(self._answer.result())
            elif now > self._deadline:
                self._answer.cancel()
                self._refuse(f'width {self._asked}: no answer within {_ANSWER_S:g} s')
            else:
                return
        width = self._schedule.width(now - self._start)
        if width != self._asked and self._client.service_is_ready():
            value = ParameterValue(type=ParameterType.PARAMETER_INTEGER, integer_value=width)
            request = SetParameters.Request(parameters=[Parameter(name='width', value=value)])
            self._asked = width
            self._answer = self._client.call_async(request)
            self._deadline = now + _ANSWER_S

    def _judge(self, response: SetParameters.Response) -> None:
        self._answer = None
        for result in response.results:
            if not result.successful:
                self._refuse(f'width {self._asked} refused: {result.reason}')

    def _refuse(self, reason: str) -> None:
        self._answer = None
        self.refused += 1
        self._report(reason)
