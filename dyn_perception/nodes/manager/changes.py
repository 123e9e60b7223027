# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A change of several knobs of two nodes, which cannot be made in one step.

A wider network needs the clocks first: they are raised and confirmed before the width. A narrower
one goes first, because that is what helps a late frame at once; clocks are lowered after it.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dyn_perception.control.policy import KnobValue
from dyn_perception.nodes.common.remote_parameters import Answer
from dyn_perception.nodes.manager.managed_node import NETWORK

# An event may come before or after the answer to the set that it tells of.
_REMEMBERED_S = 5.0


class OwnChanges:
    """The sets that this manager asked for and that no event has told of yet."""

    def __init__(self) -> None:
        """Start without any."""
        self._expected: list[tuple[float, str, Any]] = []

    def expect(self, values: Mapping[str, Any]) -> None:
        """Note a set that is being asked for."""
        now = time.monotonic()
        self._expected = [entry for entry in self._expected if now - entry[0] < _REMEMBERED_S]
        self._expected += [(now, name, value) for name, value in values.items()]

    def withdraw(self, values: Mapping[str, Any]) -> None:
        """Forget a set that was refused: no event tells of it."""
        for name, value in values.items():
            self.take(name, value)

    def take(self, name: str, value: Any) -> bool:
        """Return whether an event with this value is that of an own set, and forget that set."""
        for entry in self._expected:
            if entry[1:] == (name, value):
                self._expected.remove(entry)
                return True
        return False


Values = Mapping[str, KnobValue]
Known = Mapping[str, KnobValue | None]


@dataclass(frozen=True)
class Step:
    """Knobs of one node that are set at once.

    Attributes:
        values: what they are set to.
        undo: what takes it back if a later step fails; empty where it may stay.
    """

    values: Values
    undo: Values

    @property
    def is_network(self) -> bool:
        """Whether these are knobs of the perception node; otherwise the monitor's."""
        return any(knob in NETWORK for knob in self.values)


def plan_steps(before: Known, after: Values) -> list[Step]:
    """Return the steps from the values in force (None: not known) to the wanted ones."""
    differing = {knob: value for knob, value in after.items() if before.get(knob) != value}
    network = {knob: value for knob, value in differing.items() if knob in NETWORK}
    clocks = {knob: value for knob, value in differing.items() if knob not in NETWORK}
    raised = {knob: value for knob, value in clocks.items() if _rises(before.get(knob), value)}
    lowered = {knob: value for knob, value in clocks.items() if knob not in raised}
    narrower = 'width' in network and not _rises(before.get('width'), network['width'])
    ordered = [network, clocks] if narrower else [raised, network, lowered]
    # A narrower network stays, whatever happens to the clocks: it is never too slow.
    return [
        Step(values, {} if narrower and values is network else _known(before, values))
        for values in ordered
        if values
    ]


class Change:
    """Makes the steps one after the other; takes those made back where one fails."""

    def __init__(
        self,
        steps: list[Step],
        send: Callable[[Step, Callable[[Answer], None]], None],
        finish: Callable[[str], None],
    ) -> None:
        """Prepare a change.

        Args:
            steps: what `plan_steps` returned.
            send: makes one step and calls back with how it ended.
            finish: called once at the end, with '' or the reason for which the change failed.
        """
        self._left = list(steps)
        self._made: list[Step] = []
        self._send = send
        self._finish = finish

    def start(self) -> None:
        """Make the first step, or finish where there is none."""
        if not self._left:
            self._finish('')
            return
        step = self._left.pop(0)

        def go_on(answer: Answer) -> None:
            if answer.successful:
                self._made.append(step)
                self.start()
            else:
                self._take_back(answer.reason)

        self._send(step, go_on)

    def _take_back(self, reason: str) -> None:
        while self._made:
            step = self._made.pop()
            if step.undo:
                # Whether or not this succeeds, what is in force is read again afterwards.
                self._send(Step(step.undo, {}), lambda _: self._take_back(reason))
                return
        self._finish(reason)


def _rises(before: KnobValue | None, after: KnobValue) -> bool:
    numbers = isinstance(before, (int, float)) and isinstance(after, (int, float))
    return not numbers or after > before  # type: ignore[operator]


def _known(before: Known, values: Values) -> dict[str, KnobValue]:
    return {knob: old for knob in values if (old := before.get(knob)) is not None}
