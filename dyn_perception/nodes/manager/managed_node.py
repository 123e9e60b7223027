# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A node that the manager acts on: whether it is there, and what its parameters are."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from rclpy.node import Node

from dyn_perception.nodes.common.remote_parameters import Answer, RemoteParameters, Then
from dyn_perception.nodes.manager.knob import Knob, knob_name

READ_EVERY_S = 2.0  # events can get lost while nodes meet; this finds what they did not tell
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 4.0


class ManagedNode:
    """Keeps the knobs of one node as they are there.

    Attributes:
        knobs: its knobs by name, as far as it was met.
        facts: other parameters that were asked for.
        met: whether what is known of its parameters is up to date.
    """

    def __init__(
        self, node: Node, name: str, facts: tuple[str, ...], on_met: Callable[[bool], None]
    ) -> None:
        """Look for the node.

        Args:
            node: this manager's node.
            name: of the other node, fully qualified.
            facts: names of other parameters to read.
            on_met: called when it was met, with whether it has started since it was last met.
        """
        self.knobs: dict[str, Knob] = {}
        self.facts: dict[str, Any] = {}
        self.met = False
        self._remote = RemoteParameters(node, name)
        self._fact_names = facts
        self._on_met = on_met
        self._is_new = True
        self._reading = False
        self._sets = 0  # so far; what was read before the last one is out of date
        self._setting = 0  # under way
        self._due_s = 0.0
        self._pause_s = _FIRST_PAUSE_S

    @property
    def name(self) -> str:
        """Fully qualified name of the node."""
        return self._remote.name

    @property
    def is_setting(self) -> bool:
        """Whether a set is under way."""
        return self._setting > 0

    def restart(self) -> None:
        """Note that the node started again: it has to be met again, with all it has."""
        self.met, self._is_new = False, True
        self._due_s = 0.0

    def look_again(self) -> None:
        """Read the parameters now: something does not fit what is known of them."""
        self._due_s = min(self._due_s, time.monotonic())

    def set(self, values: Mapping[str, Any], then: Then) -> None:
        """Set parameters; where no answer comes, the node is left alone for a while."""
        self._sets += 1
        self._setting += 1

        def finish(answer: Answer) -> None:
            self._setting -= 1
            if not answer.successful and not answer.refused:
                self._pause()
            then(answer)

        self._remote.set(values, finish)

    def tick(self) -> None:
        """Read the parameters where that is due."""
        if not self._remote.is_there():
            if self.met:
                self.restart()
        elif not (self._reading or self._setting or time.monotonic() < self._due_s):
            self._reading, sets = True, self._sets
            self._remote.read(self._is_wanted, lambda answer: self._take(answer, sets))

    def _pause(self) -> None:
        self.met = False
        self._due_s = time.monotonic() + self._pause_s
        self._pause_s = min(_LONGEST_PAUSE_S, 2 * self._pause_s)

    def _is_wanted(self, parameter: str) -> bool:
        return bool(knob_name(parameter)) or parameter in self._fact_names

    def _take(self, answer: Answer, sets: int) -> None:
        self._reading = False
        if not answer.successful:
            self._pause()
            return
        self._pause_s = _FIRST_PAUSE_S
        if sets != self._sets:
            return
        self._due_s = time.monotonic() + READ_EVERY_S
        values: Mapping[str, Any] = answer.values or {}
        self.facts = {name: values[name] for name in self._fact_names if name in values}
        read = {knob_name(name): value for name, value in values.items() if knob_name(name)}
        for name in [name for name in self.knobs if name not in read]:
            del self.knobs[name]
        for name, value in read.items():
            if name not in self.knobs or self._is_new:
                self.knobs.setdefault(name, Knob(name)).meet(value)
            self.knobs[name].applied = value
        if not self.met:
            self.met, is_new = True, self._is_new
            self._is_new = False
            self._on_met(is_new)
