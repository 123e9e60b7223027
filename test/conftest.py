# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What all tests share: a ROS domain of their own and the real images, where they are."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.shared_memory import sweep

if TYPE_CHECKING:
    import rclpy

    from support.ros_client import RosClient

ROOT = Path(__file__).resolve().parent.parent
DOMAIN_IDS = range(1, 101)  # 0 is everybody's; up to 101 the ports lie below the ephemeral ones

# Only this machine: tests neither disturb robots on the network nor are disturbed by them.
os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
for name in ('ROS_LOCALHOST_ONLY', 'FASTDDS_BUILTIN_TRANSPORTS', 'ROS_DISCOVERY_SERVER'):
    os.environ.pop(name, None)
for name in ('FASTDDS_DEFAULT_PROFILES_FILE', 'FASTRTPS_DEFAULT_PROFILES_FILE'):
    os.environ[name] = str(ROOT / 'test/support/fastdds_quick_discovery.xml')
os.environ['ROS_LOG_DIR'] = str(Path(tempfile.gettempdir(), 'dyn_perception_test_logs'))

# Processes that tests start import `support`, too.
_paths = [str(ROOT / 'test'), *os.environ.get('PYTHONPATH', '').split(os.pathsep)]
os.environ['PYTHONPATH'] = os.pathsep.join(filter(None, _paths))


def pytest_configure(config: pytest.Config) -> None:
    """Sweep once a session, before any worker starts, what killed processes have left."""
    if not hasattr(config, 'workerinput'):
        sweep()


@pytest.fixture(scope='session')
def ros_domain_id() -> Iterator[int]:
    """Return a domain that no other test process of this machine uses meanwhile."""
    with ExitStack() as stack:
        for domain_id in DOMAIN_IDS:
            path = Path(tempfile.gettempdir(), f'dyn_perception_test_domain_{domain_id}.lock')
            try:
                lock = stack.enter_context(path.open('w'))
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:  # in use, or another user's
                continue
            os.environ['ROS_DOMAIN_ID'] = str(domain_id)
            yield domain_id
            return
        pytest.fail(f'all ROS domains from {DOMAIN_IDS[0]} to {DOMAIN_IDS[-1]} are in use')


@pytest.fixture(scope='session')
def cifar10_path() -> Path:
    """Return the folder of the real CIFAR-10 images, or skip."""
    data = os.environ.get('DYN_PERCEPTION_DATA', '')
    if not data or not Path(data).is_dir():
        pytest.skip('CIFAR-10 is not here: put it into data/cifar10 or call `make test DATA=DIR`')
    return Path(data)


@pytest.fixture(scope='session')
def ros_context(ros_domain_id: int) -> Iterator['rclpy.Context']:
    """Return one participant for all tests: a new one each would wait seconds to be found."""
    rclpy = pytest.importorskip('rclpy', reason='ROS 2 is needed: run `make test` or source it')
    context = rclpy.Context()
    rclpy.init(context=context, domain_id=ros_domain_id)
    yield context
    rclpy.shutdown(context=context)


@pytest.fixture
def client(ros_context: 'rclpy.Context') -> Iterator['RosClient']:
    """Return the other end of the nodes under test."""
    from support.ros_client import RosClient

    client = RosClient(ros_context)
    yield client
    client.close()
