# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A ROS 2 node whose parameters come from one table."""

import dataclasses
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)
from rclpy.node import Node
from rclpy.parameter import Parameter

from dyn_perception.nodes.common.parameter_table import (
    ParameterError,
    ParameterSpecification,
    Value,
    specifications,
)


def to_ros(value: Value) -> Any:
    """Return a value as rclpy wants it."""
    return list(value) if isinstance(value, tuple) else value


def parameter_descriptor(specification: ParameterSpecification) -> ParameterDescriptor:
    """Return what `ros2 param describe` says."""
    constraints = [specification.constraint] if specification.constraint else []
    descriptor = ParameterDescriptor(
        description=f'{specification.description}'
        + (f' Unit: {specification.unit}.' if specification.unit else ''),
        read_only=specification.fixed,
    )
    lowest, highest = specification.minimum, specification.maximum
    if specification.value_type is int and lowest is not None and highest is not None:
        limits = IntegerRange(from_value=int(lowest), to_value=int(highest), step=0)
        descriptor.integer_range = [limits]
    elif specification.value_type is float and lowest is not None and highest is not None:
        limits = FloatingPointRange(from_value=float(lowest), to_value=float(highest), step=0.0)
        descriptor.floating_point_range = [limits]
    elif specification.range_text:
        what = 'each entry' if specification.length else 'value'
        constraints.insert(0, f'{what}: {specification.range_text}')
    descriptor.additional_constraints = '; '.join(constraints)
    return descriptor


Settings = TypeVar('Settings')

# Declared by rclpy itself for every node.
_OWN_PARAMETERS = ('use_sim_time', 'start_type_description_service')


class ParameterNode(Node, Generic[Settings]):
    """A node whose parameters are declared, validated and applied from one table.

    Attributes:
        failure: error by which the node ended itself, None as long as all is well.
        settings: values of all parameters of the table as last accepted, from `declare_table` on.
            One immutable object, replaced as a whole: read it once for a piece of work.
        start_id: of this start of the node, for messages: whoever hears another one knows that
            the node was started again.

    Validation stands in front of rclpy's own (which this class reaches only with accepted values)
    because rclpy judges type, range and read-only before any callback, with reasons that name
    neither the parameter nor a remedy, and refuses integers for real numbers. One overridden
    method does this on all distributions; Humble has no pre-set and post-set callbacks.
    """

    def __init__(self, name: str, table: type[Settings], **options: Any) -> None:
        """Create the node; parameters are declared by `declare_table`."""
        try:
            super().__init__(name, automatically_declare_parameters_from_overrides=True, **options)
        except ValueError as error:
            if 'PARAMETER_NOT_SET' not in str(error):
                raise
            raise ParameterError(
                'a parameter was given no value or an empty list, which ROS 2 cannot pass: '
                'leave it out to have its default'
            ) from error
        self._table = table
        self._specifications = specifications(table)
        self._fields = frozenset(self._specifications)
        self._extra: dict[str, Value] = {}
        self._given: dict[str, Any] = {}
        # Values from YAML and the command line were declared with the type they happen to have.
        given_parameters: dict[str, Any] = self.get_parameters_by_prefix('')
        for given_name, given in given_parameters.items():
            if given_name not in _OWN_PARAMETERS:
                self._given[given_name] = given.value
                self.undeclare_parameter(given_name)
        self.settings: Settings
        self.failure: Exception | None = None
        self.start_id = 1 + secrets.randbelow(2**64 - 1)  # 0 says nothing

    @property
    def extra(self) -> Mapping[str, Value]:
        """The values of the parameters made by `add`, by name."""
        return self._extra

    def start_value(self, name: str) -> Any:
        """Return the value that a parameter starts with, before it is declared.

        Raises:
            ParameterError: if the parameter cannot take the given value.
        """
        specification = self._specifications[name]
        return specification.check(self._given.get(name, specification.default))

    def amend(self, name: str, **facts: Any) -> None:
        """Change facts of a parameter that are known only now; only before `declare_table`."""
        self._specifications[name] = dataclasses.replace(self._specifications[name], **facts)

    def add(self, specification: ParameterSpecification) -> None:
        """Add a parameter whose existence is known only now; only before `declare_table`."""
        self._specifications[specification.name] = specification

    def was_given(self, name: str) -> bool:
        """Return whether a parameter has a value from YAML or the command line."""
        return name in self._given

    def declare_table(self) -> None:
        """Declare every parameter with the value given at start-up or its default.

        Raises:
            ParameterError: if a parameter cannot take the value given at start-up.
        """
        values = {name: self.start_value(name) for name in self._specifications}
        self.settings = self._table(**self._of_table(values))
        self._extra = {name: value for name, value in values.items() if name not in self._fields}
        for name, value in values.items():
            descriptor = parameter_descriptor(self._specifications[name])
            self.declare_parameter(name, to_ros(value), descriptor, ignore_override=True)

    def warn_of_unknown_parameters(self) -> None:
        """Log each parameter given at start-up that the node does not have, once all is set up."""
        for name in self._given:
            if not self.has_parameter(name):
                self.get_logger().warning(
                    f'parameter {name} is not known to this node and has no effect: remove it '
                    f'or use one of {", ".join(self._specifications)}'
                )

    def check_settings(self, proposed: Settings) -> None:
        """Refuse values that the table cannot judge; called before a set is accepted.

        Raises:
            ParameterError: if the values are not possible, now or together.
        """

    def apply_settings(self, previous: Settings) -> None:
        """React to accepted values, now in `settings`; called after each set."""

    def carry_out(self, changes: Mapping[str, Value]) -> Mapping[str, Value]:
        """Do what cannot be undone for a set that is valid, before it is accepted.

        Args:
            changes: the values asked for, of parameters of the table and of added ones.

        Returns:
            the values to store, which differ where the world gave something else.

        Raises:
            ParameterError: if it cannot be done; the set is refused then.
        """
        return changes

    def close(self) -> None:
        """Stop threads and give devices back; called when the context is shut down."""

    def set_parameters(self, parameter_list: list[Parameter]) -> list[SetParametersResult]:
        """Set parameters one by one; see `set_parameters_atomically`."""
        return [self.set_parameters_atomically([parameter]) for parameter in parameter_list]

    def set_parameters_atomically(self, parameter_list: list[Parameter]) -> SetParametersResult:
        """Set all parameters or none; the services of the node come here.

        The result's reason names the value, the rule and the remedy where a set is refused.
        """
        previous = self.settings
        own: dict[str, Value] = {}
        foreign: list[Parameter] = []
        try:
            for parameter in parameter_list:
                if self._is_foreign(parameter):
                    foreign.append(parameter)
                else:
                    own[parameter.name] = self._check_change(parameter)
            self.check_settings(self._propose(own))
        except ParameterError as error:
            return SetParametersResult(successful=False, reason=str(error))
        # Before anything is carried out, which a refusal by rclpy could not undo.
        former = [self.get_parameter(parameter.name) for parameter in foreign]
        if foreign:
            result = super().set_parameters_atomically(foreign)
            if not result.successful:
                return result
        if not own:
            return SetParametersResult(successful=True)
        try:
            stored = self.carry_out(own)
        except ParameterError as error:
            super().set_parameters_atomically(former)
            return SetParametersResult(successful=False, reason=str(error))
        result = self._store(stored)
        if result.successful:
            self.apply_settings(previous)
        return result

    def call_in_executor(self, function: Callable[..., object], *arguments: object) -> None:
        """Have a function called in the thread that spins this node; from any thread."""
        if self.executor is None:
            raise RuntimeError(f'{self.get_name()} has no executor: add it to one and spin that')
        self.executor.create_task(function, *arguments)

    def record(self, values: Mapping[str, Value]) -> None:
        """Store values that the node found rather than was asked for; /parameter_events has them.

        Raises:
            RuntimeError: if they break a rule of the parameters.
        """
        result = self._store(values)
        if not result.successful:
            raise RuntimeError(f'{dict(values)} cannot be stored: {result.reason}')

    def _store(self, values: Mapping[str, Value]) -> SetParametersResult:
        settings = self._propose(values)
        result = super().set_parameters_atomically(
            [Parameter(name, value=to_ros(value)) for name, value in values.items()]
        )
        if result.successful:
            self.settings = settings
            self._extra = {name: values.get(name, value) for name, value in self._extra.items()}
        return result

    def _propose(self, values: Mapping[str, Value]) -> Settings:
        known = self._of_table(values)
        return dataclasses.replace(self.settings, **known)  # type: ignore[type-var]

    def _of_table(self, values: Mapping[str, Value]) -> dict[str, Value]:
        return {name: value for name, value in values.items() if name in self._fields}

    def _is_foreign(self, parameter: Parameter) -> bool:
        if parameter.name in self._specifications:
            return False
        if self.has_parameter(parameter.name):  # rclpy's own, for example use_sim_time
            return True
        raise ParameterError(
            f'{parameter.name} is no parameter of this node: '
            f'use one of {", ".join(self._specifications)}'
        )

    def _check_change(self, parameter: Parameter) -> Value:
        specification = self._specifications[parameter.name]
        if specification.fixed:
            now = to_ros(self.get_parameter(parameter.name).value)
            raise ParameterError(
                f'{parameter.name} {parameter.value!r} cannot be set while the node runs '
                f'(it is {now!r}): start the node again with '
                f'--ros-args -p {parameter.name}:={parameter.value}'
            )
        return specification.check(parameter.value)
