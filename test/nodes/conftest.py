# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Nodes as processes, and the other end of their topics."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support.limit_tree import make_tree
from support.node_process import NodeProcess

if TYPE_CHECKING:
    from support.managed_loop import ManagedLoop

rclpy = pytest.importorskip('rclpy', reason='node tests need ROS 2: run `make test` or source it')

StartNode = Callable[..., NodeProcess]


@pytest.fixture(scope='session')
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an untrained bundle with 4 groups and 10 classes."""
    from support.bundles import write_test_bundle  # only here: it imports torch

    return write_test_bundle(tmp_path_factory.mktemp('models') / 'untrained')


@pytest.fixture
def start_node(ros_domain_id: int) -> Iterator[StartNode]:
    """Return a function that starts nodes; they end with the test."""
    started: list[NodeProcess] = []

    def start(name: str, **options: Any) -> NodeProcess:
        module = f'dyn_perception.nodes.{name}.node' if '.' not in name else name
        started.append(NodeProcess(module, domain_id=ros_domain_id, **options))
        return started[-1]

    yield start
    for process in started:
        process.close()
        print(f'--- standard error of node {process.pid}', *process.lines, sep='\n')


@pytest.fixture
def limit_root(tmp_path: Path) -> Path:
    """Return the folder of a board with one cluster and a GPU, whose limits can be set."""
    make_tree(tmp_path / 'board')
    return tmp_path / 'board'


@pytest.fixture
def start_monitor(start_node: StartNode, tmp_path: Path) -> StartNode:
    """Return a function that starts monitors of a root; their records are in one folder."""

    def start(
        root: Path,
        module: str = 'resource_monitor',
        environment: Mapping[str, str] | None = None,
        **parameters: Any,
    ) -> NodeProcess:
        folder = {'DYN_PERCEPTION_RUNTIME_DIR': str(tmp_path / 'run')}
        return start_node(
            module,
            parameters={'sysfs_root': str(root), **parameters},
            environment={**folder, **(environment or {})},
        )

    return start


@pytest.fixture
def loop(
    ros_context: 'rclpy.Context', ros_domain_id: int, bundle: Path, tmp_path: Path
) -> Iterator['ManagedLoop']:
    """Return the nodes around a manager, to be started by the test."""
    from support.managed_loop import ManagedLoop
    from support.ros_client import RosClient

    client = RosClient(ros_context)
    loop = ManagedLoop(client, ros_domain_id, bundle, tmp_path)
    yield loop
    loop.close()
    client.close()
