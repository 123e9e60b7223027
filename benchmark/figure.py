# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A measured figure: what it is, what is wanted, and whether that is met."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = 'float | Sequence[Value] | Mapping[str, Value]'
"""A number, or a list or object of values: one per width, architecture, setting ..."""


@dataclass(frozen=True)
class Figure:
    """A key of the report.

    Attributes:
        key: its name in the JSON.
        meaning: one line for the table.
        at_least: lower bound, one for all values or of the value's shape; None, or left out of an
            object: no bound.
        at_most: upper bound, likewise.
        digits: decimals in the table.
    """

    key: str
    meaning: str
    at_least: Value | None = None
    at_most: Value | None = None
    digits: int = 2

    def is_met(self, value: Value) -> bool | None:
        """Return whether every number of the value is within the bounds; None without bounds."""
        if self.at_least is None and self.at_most is None:
            return None
        above = all(number >= bound for number, bound in _pair(value, self.at_least, -math.inf))
        below = all(number <= bound for number, bound in _pair(value, self.at_most, math.inf))
        return above and below

    @property
    def wanted(self) -> str:
        """The bounds as text."""
        if self.at_least is None and self.at_most is None:
            return 'report'
        if self.at_least == self.at_most and self.at_least is not None:
            return format_value(self.at_least, self.digits)
        bounds = (('≥', self.at_least), ('≤', self.at_most))
        return ', '.join(
            f'{sign} {format_value(bound, self.digits)}'
            for sign, bound in bounds
            if bound is not None
        )


def format_value(value: Value, digits: int = 2) -> str:
    """Return a value as text: lists on one line, objects as lines of `name: value`."""
    if isinstance(value, Mapping):
        return '\n'.join(f'{name}: {format_value(item, digits)}' for name, item in value.items())
    if isinstance(value, Sequence):
        return ' '.join(format_value(item, digits) for item in value)
    return f'{value:,.{digits}f}'


def check_value(value: object, name: str) -> None:
    """Check that a value is made of finite numbers only.

    Raises:
        ValueError: naming the place where it is not.
    """
    if isinstance(value, Mapping):
        for key, item in value.items():
            check_value(item, f'{name}.{key}')
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, item in enumerate(value):
            check_value(item, f'{name}[{index}]')
    elif isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f'{name} is {value!r}: a figure is made of numbers, lists and objects')
    elif not math.isfinite(value):
        raise ValueError(f'{name} is {value}: a figure that was not measured is left out')


def _pair(value: Value, bound: Value | None, default: float) -> Iterator[tuple[float, float]]:
    """Go through all numbers of a value, each with its bound."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _pair(
                item, bound.get(key) if isinstance(bound, Mapping) else bound, default
            )
    elif isinstance(value, Sequence):
        is_list = isinstance(bound, Sequence)
        if is_list and len(bound) != len(value):  # type: ignore[arg-type]
            raise ValueError(f'{len(value)} values have {len(bound)} bounds: give one for each')  # type: ignore[arg-type]
        for index, item in enumerate(value):
            yield from _pair(item, bound[index] if isinstance(bound, Sequence) else bound, default)
    elif isinstance(bound, (Mapping, Sequence)):
        raise ValueError(f'value {value} has the bounds {bound}: they differ in shape')
    else:
        yield value, default if bound is None else bound
