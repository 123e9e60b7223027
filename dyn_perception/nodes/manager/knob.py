# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""One knob: a parameter of another node, and what this manager knows of it."""

from dataclasses import dataclass, field

from dyn_perception.control.policy import KnobValue

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
