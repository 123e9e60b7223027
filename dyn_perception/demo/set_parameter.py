# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Set a parameter of a running node, as `ros2 param set` does, where that command is not there.

python -m dyn_perception.demo.set_parameter /demo_1234/resource_monitor gpu.max_mhz 461
"""

import argparse
import sys
import time
from typing import Any

import rclpy
import yaml
from rcl_interfaces.srv import GetParameters, SetParameters
from rclpy.node import Node
from rclpy.parameter import Parameter, parameter_value_to_python

_LIMIT_S = 10.0
_ANSWER_S = 2.0  # then it is asked again: a server that has not met the client drops its answer


def main(arguments: list[str] | None = None) -> int:
    """Set the parameter, say what came of it, and return the exit status."""
    parser = argparse.ArgumentParser(prog='set_parameter', description=__doc__.splitlines()[0])
    parser.add_argument(
        'node', type=_node, help='full name of the node, for example /demo_1234/perception'
    )
    parser.add_argument('parameter', type=_name, help='for example width')
    parser.add_argument('value', type=_value, help='as YAML: 2, 614.4, true, text')
    options = parser.parse_args(arguments)
    rclpy.init()
    asking = Node('set_parameter', start_parameter_services=False)
    try:
        print(_set(asking, options.node, Parameter(options.parameter, value=options.value)))
    except _NotSetError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        asking.destroy_node()
        rclpy.try_shutdown()
    return 0


class _NotSetError(Exception):
    """The parameter was not set, or nobody knows; the text says why."""


def _set(asking: Node, node: str, parameter: Parameter) -> str:
    """Set a parameter, and return what came of it: nodes may take another value than the given."""
    node = node.rstrip('/')
    request = SetParameters.Request(parameters=[parameter.to_parameter_msg()])
    result = _call(asking, node, SetParameters, 'set_parameters', request).results[0]
    if not result.successful:
        raise _NotSetError(f'refused: {result.reason}')
    request = GetParameters.Request(names=[parameter.name])
    answer = _call(asking, node, GetParameters, 'get_parameters', request)
    value = parameter_value_to_python(answer.values[0])
    return 'set' if value == parameter.value else f'set, it reads back as {value!r}'


def _call(asking: Node, node: str, kind: Any, name: str, request: Any) -> Any:
    client = asking.create_client(kind, f'{node}/{name}')
    deadline = time.monotonic() + _LIMIT_S
    if not client.wait_for_service(_LIMIT_S):
        raise _NotSetError(f'no node {node} within {_LIMIT_S:g} s: see its name and ROS_DOMAIN_ID')
    while time.monotonic() < deadline:
        answer = client.call_async(request)
        rclpy.spin_until_future_complete(asking, answer, timeout_sec=_ANSWER_S)
        if answer.done():
            return answer.result()
    raise _NotSetError(f'{node} does not answer within {_LIMIT_S:g} s')


def _node(text: str) -> str:
    if not text.startswith('/') or len(text) < 2:
        raise argparse.ArgumentTypeError(
            f'{text!r} is no full name of a node: begin with /, for example /demo_1234/perception'
        )
    return text


def _name(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError('it is empty: name a parameter, for example width')
    return text


def _value(text: str) -> object:
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        value = text
    if value is None:
        raise argparse.ArgumentTypeError(f'{text!r} is no value: give a number, a text, true ...')
    return value


if __name__ == '__main__':
    sys.exit(main())
