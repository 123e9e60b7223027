# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A node that the manager acts on: whether it is there, and the knobs that it has."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rclpy.node import Node

from dyn_perception.control.policy import KnobValue
from dyn_perception.nodes.common.remote_parameters import Answer, RemoteParameters, Then

READ_EVERY_S = 2.0  # events can get lost while nodes meet; this finds what they did not tell
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 4.0
_KEPT_STARTS = 16

CLOCK_SUFFIX = '.max_mhz'
NETWORK = ('width', 'placement', 'deadline_ms')
"""Knobs of the perception node."""


@dataclass
class Knob:
    """A parameter that the manager may set.

    Attributes:
        name: in the terms of the policy: `width`, `placement`, `cpu.<cluster>`, `gpu`; and
            `deadline_ms`, which follows from the target.
        found: value when the node was met; None: not met yet.
        applied: value in force as last seen; None: not known.
        asked: clock that this manager set and whose lease it renews; the board may have snapped
            it down to `applied`. None: it set none.
        held: value that somebody else set and that stays until it is released; None: not held.
        refused: values that the node refused or could not keep, each with the reason, until the
            knob is released or the node starts again.
        touched: whether this manager set it since it was found.
    """

    name: str
    found: KnobValue | None = None
    applied: KnobValue | None = None
    asked: KnobValue | None = None
    held: KnobValue | None = None
    refused: dict[KnobValue, str] = field(default_factory=dict)
    touched: bool = False

    @property
    def parameter(self) -> str:
        """Name of the parameter."""
        return f'{self.name}{CLOCK_SUFFIX}' if is_clock(self.name) else self.name

    @property
    def in_force(self) -> KnobValue | None:
        """Value in force, as it was asked for."""
        return self.applied if self.asked is None else self.asked

    def meet(self, value: KnobValue) -> None:
        """Take the value that the node has when it is met, for the first time or after a start."""
        self.found = self.applied = value
        self.asked, self.touched = None, False
        self.refused.clear()


def is_clock(name: str) -> bool:
    """Whether a knob is a clock limit, a parameter of the monitor."""
    return name == 'gpu' or name.startswith('cpu.')


def knob_name(parameter: str) -> str:
    """Return the knob of a parameter; '' if the parameter is none."""
    name = parameter.removesuffix(CLOCK_SUFFIX)
    if name != parameter:
        return name if is_clock(name) else ''
    return name if name in NETWORK else ''


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
        self._sets = 0  # and starts so far; what was read before the last one is out of date
        self._setting = 0  # under way
        self._due_s = 0.0
        self._pause_s = _FIRST_PAUSE_S
        self._starts: deque[int] = deque(maxlen=_KEPT_STARTS)  # those that were seen

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
        self._sets += 1  # what is being read is of the start before
        self._due_s = 0.0

    def see_start(self, start_id: int) -> bool:
        """Take from one of its messages which start of the node it is of.

        Returns:
            Whether that is another start than those before. It is met again then: the node may
            have been killed and replaced before anybody missed its services. The first message
            of all shows no restart.
        """
        if not start_id or start_id in self._starts:  # 0: a sender that says nothing of it
            return False
        self._starts.append(start_id)
        if len(self._starts) == 1:
            return False
        self.restart()
        return True

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
        values: Mapping[str, Any] = answer.values
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
