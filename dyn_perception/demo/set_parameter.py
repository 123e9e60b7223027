# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Set a parameter of a running node, as `ros2 param set` does, where that command is not there.

A program of its own, which `make set` runs in another terminal beside the demo:

    python -m dyn_perception.demo.set_parameter /demo_1234/resource_monitor gpu.max_mhz 461
"""

import argparse
import sys
from functools import partial

import rclpy
import yaml
from rclpy.node import Node
from rclpy.parameter import Parameter

from dyn_perception.nodes.common.remote_parameters import Answer, RemoteParameters

_LIMIT_S = 10.0
_ASK_AGAIN_S = 2.0
_SPIN_S = 0.1


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
        print(_set(asking, options.node.rstrip('/'), options.parameter, options.value))
    except _NotSetError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        asking.destroy_node()
        rclpy.try_shutdown()
    return 0


class _NotSetError(Exception):
    """The parameter was not set, or nobody knows; the text says why."""


def _set(asking: Node, node: str, parameter: str, value: object) -> str:
    """Set a parameter, and return what came of it: nodes may take another value than the given."""
    remote = RemoteParameters(asking, node, limit_s=_LIMIT_S, ask_again_s=_ASK_AGAIN_S)
    spin = partial(rclpy.spin_once, asking, timeout_sec=_SPIN_S)
    _check(remote, remote.wait(partial(remote.set, {parameter: value}), spin))
    answer = remote.wait(partial(remote.get, [parameter]), spin)
    _check(remote, answer)
    taken = answer.values[parameter]
    return 'set' if taken == value else f'set, it reads back as {taken!r}'


def _check(remote: RemoteParameters, answer: Answer) -> None:
    if answer.refused:
        raise _NotSetError(f'refused: {answer.reason}')
    if not answer.successful and not remote.is_there():
        raise _NotSetError(
            f'no node {remote.name} within {_LIMIT_S:g} s: see its name and ROS_DOMAIN_ID'
        )
    if not answer.successful:
        raise _NotSetError(answer.reason)


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
    try:
        kind = Parameter.Type.from_parameter_value(value)
    except TypeError:  # such as a mapping, or a list of several kinds
        kind = Parameter.Type.NOT_SET
    if kind == Parameter.Type.NOT_SET:
        raise argparse.ArgumentTypeError(f'{text!r} is no value: give a number, a text, true ...')
    return value


if __name__ == '__main__':
    sys.exit(main())
