# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Set a parameter of a running node, as `ros2 param set` does, where that command is not there.

python -m dyn_perception.nodes.demo.set_parameter /demo_1234/resource_monitor gpu.max_mhz 461
"""

import argparse
import sys
import time

import rclpy
import yaml
from rcl_interfaces.srv import SetParameters
from rclpy.node import Node
from rclpy.parameter import Parameter

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
        reason = _set(asking, options.node, Parameter(options.parameter, value=options.value))
    finally:
        asking.destroy_node()
        rclpy.try_shutdown()
    print(reason or 'set', file=sys.stderr if reason else sys.stdout)
    return 1 if reason else 0


def _set(asking: Node, node: str, parameter: Parameter) -> str:
    """Return why the parameter was not set, '' if it was."""
    client = asking.create_client(SetParameters, f'{node.rstrip("/")}/set_parameters')
    deadline = time.monotonic() + _LIMIT_S
    if not client.wait_for_service(_LIMIT_S):
        return f'no node {node} within {_LIMIT_S:g} s: see its name and ROS_DOMAIN_ID'
    request = SetParameters.Request(parameters=[parameter.to_parameter_msg()])
    while time.monotonic() < deadline:
        answer = client.call_async(request)
        rclpy.spin_until_future_complete(asking, answer, timeout_sec=_ANSWER_S)
        if answer.done():
            result = answer.result().results[0]
            return '' if result.successful else f'refused: {result.reason}'
    return f'{node} does not answer within {_LIMIT_S:g} s'


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
