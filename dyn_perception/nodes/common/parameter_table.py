# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Parameter tables: one frozen dataclass a node, the origin of all about its parameters.

A table is a frozen dataclass whose fields are made by `parameter`. Its instances are the settings
that a node works with; its fields declare, validate and document the parameters:

    @dataclass(frozen=True)
    class CameraSettings:
        rate_hz: float = parameter(30.0, 'Frames a second.', unit='Hz', minimum=0.1, maximum=1000)
"""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any, get_args, get_type_hints

Value = bool | int | float | str | tuple[int, ...] | tuple[str, ...]

_TYPE_NAMES = {bool: 'boolean', int: 'integer', float: 'real number', str: 'text'}


class ParameterError(ValueError):
    """A value that a parameter cannot take; the text names the value, the rule and the remedy."""


@dataclasses.dataclass(frozen=True)
class ParameterSpecification:
    """What one parameter is: a row of a table."""

    name: str
    value_type: Any  # bool, int, float, str, tuple[int, int] for two, tuple[str, ...] for a list
    default: Value | None  # None: known only once the node has started
    description: str
    unit: str = ''
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    fixed: bool = False  # read when the node starts, cannot be set afterwards
    reported: bool = False  # the node itself sets it; a set can only clear it, to its default
    constraint: str = ''  # a rule that range and choices cannot say, or the reason for the range
    default_text: str = ''  # what the documents say where the default is None
    maximum_text: str = ''  # what the documents say where the maximum is known only at start-up
    tolerance: float = 0.0  # relative excess of the range that is taken for its end: rounding

    @property
    def type_name(self) -> str:
        """The type in words."""
        if self.is_list_of_texts:
            return 'list of texts'
        return f'list of {self.length} integers' if self.length else _TYPE_NAMES[self.value_type]

    @property
    def is_list_of_texts(self) -> bool:
        """Whether the value is a list of any number of texts."""
        return get_args(self.value_type) == (str, Ellipsis)

    @property
    def length(self) -> int:
        """Entries of a list of integers, 0 for other types."""
        return 0 if self.is_list_of_texts else len(get_args(self.value_type))

    @property
    def range_text(self) -> str:
        """The values allowed, in words; empty where every value of the type is."""
        if self.choices:
            return ', '.join(self.choices)
        highest = self.maximum_text if self.maximum is None else f'{self.maximum:g}'
        if self.minimum is None and not highest:
            return ''
        lowest = '' if self.minimum is None else f'{self.minimum:g}'
        return f'{lowest}...{highest}'

    def check(self, value: Any) -> Value:
        """Return the value in this parameter's type; integers are taken for real numbers.

        Raises:
            ParameterError: if the parameter cannot take the value.
        """
        if value is None:
            raise ParameterError(f'{self.name} has no value: {self._remedy()}')
        if self.is_list_of_texts:
            return self._check_texts(value)
        if self.length:
            return self._check_list(value)
        if self.value_type is float and type(value) is int:
            value = float(value)
        if type(value) is not self.value_type:
            raise ParameterError(f'{self.name} {value!r} is no {self.type_name}: {self._remedy()}')
        if self.choices and value not in self.choices:
            raise ParameterError(f'{self.name} {value!r} is not known: {self._remedy()}')
        if self.reported and value != self.default:
            raise ParameterError(
                f'{self.name} {value!r} is for the node itself to report: set {self.default!r} to '
                'clear it'
            )
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = self._forgive_rounding(value)
            self._check_range(value, value)
        return value  # type: ignore[no-any-return]

    def _forgive_rounding(self, number: float) -> float:
        if self.tolerance:
            for end in (self.minimum, self.maximum):
                if end is not None and math.isclose(number, end, rel_tol=self.tolerance):
                    return end
        return number

    def _check_texts(self, value: Any) -> tuple[str, ...]:
        is_list = isinstance(value, Sequence) and not isinstance(value, (str, bytes))
        if not is_list or not value or any(type(entry) is not str for entry in value):
            raise ParameterError(f'{self.name} {value!r} is no {self.type_name}: {self._remedy()}')
        twice = {entry for entry in value if value.count(entry) > 1}
        if twice:
            raise ParameterError(
                f'{self.name} {list(value)} names {sorted(twice)[0]!r} twice: name each once'
            )
        return tuple(value)

    def _check_list(self, value: Any) -> tuple[int, ...]:
        is_list = isinstance(value, Sequence) and not isinstance(value, (str, bytes))
        if not is_list or any(type(entry) is not int for entry in value):
            raise ParameterError(f'{self.name} {value!r} is no {self.type_name}: {self._remedy()}')
        if len(value) != self.length:
            raise ParameterError(
                f'{self.name} {list(value)} has {len(value)} entries: {self._remedy()}'
            )
        for entry in value:
            self._check_range(entry, list(value))
        return tuple(value)

    def _check_range(self, number: float, shown: object) -> None:
        lowest = -math.inf if self.minimum is None else self.minimum
        highest = math.inf if self.maximum is None else self.maximum
        if not (math.isfinite(number) and lowest <= number <= highest):
            allowed = f'{self.range_text or "of finite numbers"} {self.unit}'.rstrip()
            reason = self.constraint or 'use a value within it'
            raise ParameterError(f'{self.name} {shown} is out of range {allowed}: {reason}')

    def _remedy(self) -> str:
        if self.choices:
            return f'use one of {", ".join(self.choices)}'
        kind = f'{self.length} integers' if self.length else self.type_name
        article = '' if self.length else 'an ' if kind[0] in 'aeiou' else 'a '
        each = ' each' if self.length else ''
        limits = f',{each} {self.range_text} {self.unit}'.rstrip() if self.range_text else ''
        return f'use {article}{kind}{limits}'


def as_number(value: Value) -> float:
    """Return the value of a parameter that is a number; raises TypeError if it is none."""
    if isinstance(value, (int, float)):
        return float(value)
    raise TypeError(f'{value!r} is no number')


def parameter(default: Value | None, description: str, **facts: Any) -> Any:
    """Make a table's field for a parameter; facts are fields of `ParameterSpecification`."""
    metadata = {'description': description, **facts}
    return dataclasses.field(default=default, metadata=metadata)


def specifications(table: type) -> dict[str, ParameterSpecification]:
    """Return the rows of a table by name, in the order of its fields."""
    types = get_type_hints(table)
    return {
        field.name: ParameterSpecification(
            name=field.name,
            value_type=types[field.name],
            default=None if field.default is dataclasses.MISSING else field.default,
            **field.metadata,
        )
        for field in dataclasses.fields(table)
    }
