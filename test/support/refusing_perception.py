# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The perception node that refuses a width, and writes each try on standard error."""

import sys
from typing import Any

from rcl_interfaces.msg import SetParametersResult

from dyn_perception.nodes.perception import node
from support import paced_perception

REFUSED_WIDTH = 2
TRY = 'width 2 was tried'

_set = node.PerceptionNode.set_parameters_atomically


def _refuse(self: node.PerceptionNode, parameter_list: list[Any]) -> SetParametersResult:
    if any(item.name == 'width' and item.value == REFUSED_WIDTH for item in parameter_list):
        print(TRY, file=sys.stderr, flush=True)
        return SetParametersResult(successful=False, reason='width 2 is out of order today')
    return _set(self, parameter_list)


def main() -> int:
    """Run the node; the method is replaced here, not in tests that import this module."""
    node.PerceptionNode.set_parameters_atomically = _refuse  # type: ignore[method-assign]
    return paced_perception.main()
