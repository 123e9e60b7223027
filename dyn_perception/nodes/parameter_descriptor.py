# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A row of a parameter table in ROS 2's own terms."""

from typing import Any

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor

from dyn_perception.nodes.parameter_table import ParameterSpecification, Value


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
