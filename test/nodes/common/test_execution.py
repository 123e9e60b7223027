# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How nodes end as processes."""

import signal
from collections.abc import Callable

import pytest

from support.node_process import NodeProcess
from support.unclosable_node import DESTROYED, FAULT, SHUT_DOWN

StartNode = Callable[..., NodeProcess]


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_node_that_cannot_be_closed_keeps_nothing_else_from_being_closed(
    start_node: StartNode, number: signal.Signals
) -> None:
    process = start_node('support.unclosable_node')
    process.wait_for_line('image_source')
    process.send_signal(number)
    assert process.wait() == 1
    ends = [line for line in process.lines if line in (DESTROYED, SHUT_DOWN)]
    assert ends == [DESTROYED, SHUT_DOWN]
    assert process.lines[-1] == f'RuntimeError: {FAULT}'
