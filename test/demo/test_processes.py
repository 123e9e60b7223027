# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Starting and ending the children of the demo."""

import os
import subprocess
import sys
import time

import psutil
import pytest
import yaml

from dyn_perception.demo.processes import (
    ChildProcesses,
    ProcessEndedError,
    node_program,
    profile_environment,
)
from support.node_process import LIMIT_S

PROFILE = {
    'FASTDDS_DEFAULT_PROFILES_FILE': '/share/profile.xml',
    'FASTRTPS_DEFAULT_PROFILES_FILE': '/share/profile.xml',
}


def test_the_profile_is_set_under_both_names() -> None:
    assert profile_environment({'HOME': '/root'}, '/share/profile.xml') == PROFILE


@pytest.mark.parametrize('variable', [*PROFILE, 'FASTDDS_BUILTIN_TRANSPORTS'])
def test_a_transport_that_the_user_chose_is_kept(variable: str) -> None:
    assert profile_environment({variable: 'chosen'}, '/share/profile.xml') == {}
    assert profile_environment({variable: ''}, '/share/profile.xml') == PROFILE


@pytest.mark.parametrize('value', ['123', 'true', 'a b: "c"', '[1]', 30.0, [640, 480], ''])
def test_parameters_reach_the_node_as_they_are(value: object) -> None:
    *_, flag, text = node_program('perception', '/demo/', {'name': value}).arguments
    assert flag == '-p'
    assert yaml.safe_load(text.removeprefix('name:=')) == value


def test_namespace_is_absolute() -> None:
    program = node_program('perception', 'demo_1', {})
    assert program.arguments == ('--ros-args', '-r', '__ns:=/demo_1')


def test_a_node_that_ends_is_noticed_with_its_last_line_and_all_are_ended() -> None:
    with (
        pytest.raises(ProcessEndedError, match=r'^no_such_node ended with status 1: .*such'),
        ChildProcesses(lambda node, line: None) as processes,
    ):
        processes.start(node_program('no_such_node', 'demo', {}))
        nodes = psutil.Process().children()
        deadline = time.monotonic() + LIMIT_S
        while time.monotonic() < deadline:
            processes.check()
            time.sleep(0.05)
    assert nodes
    assert not any(node.is_running() for node in nodes)


def test_a_child_without_its_parent_does_not_start() -> None:
    done = subprocess.run(
        [
            sys.executable,
            '-m',
            'dyn_perception.demo.processes',
            str(os.getppid()),
            'perception',
            'dyn_perception.nodes.perception.node:main',
        ],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, '', '')
