# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which files of the package a frame and a decision pass, in the order in which they get there.

python -m benchmark.walks

Runs a perception and a manager node in this process and follows their calls: a frame from its
arrival to the published result, a decision from a result's arrival to the call that sets knobs.
"""

import os
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from sensor_msgs.msg import Image

from benchmark.ros.environment import set_environment
from dyn_perception import share
from dyn_perception.nodes.manager.node import ManagerNode
from dyn_perception.nodes.perception.node import PerceptionNode

PACKAGE = Path(share.__file__).resolve().parent
WALKS: Mapping[str, frozenset[tuple[str, str]]] = {
    'frame': frozenset(
        {('nodes/perception/cameras.py', '_arrive'), ('nodes/perception/frames.py', 'process')}
    ),
    'decision': frozenset({('nodes/manager/node.py', '_take_result')}),
}
"""Where each walk begins: what is called from there, in the same thread, belongs to it."""

_SIZE = (640, 480)
_RATE_HZ = 20.0
_SECONDS = 6.0
_TARGETS = {False: 5.0, True: 1000.0}  # one that the widest network holds, and one that none does
_TURN_S = 1.0


class Walks:
    """Follows calls in every thread that is started while it is on."""

    def __init__(self) -> None:
        """Have seen nothing."""
        self.files: dict[str, list[str]] = {name: [] for name in WALKS}
        self.is_on = False
        self._local = threading.local()
        self._names: dict[str, str] = {}

    def profile(self, frame: FrameType, event: str, argument: Any) -> None:
        """Take a call or a return, as `sys.setprofile` has it."""
        if event not in ('call', 'return'):
            return
        name = self._name(frame.f_code.co_filename)
        if not name:
            return
        begun: dict[str, FrameType] = self._local.__dict__.setdefault('begun', {})
        for walk, entries in WALKS.items():
            if event == 'return' and begun.get(walk) is frame:
                del begun[walk]
                continue
            if event == 'call' and self.is_on and (name, frame.f_code.co_name) in entries:
                begun.setdefault(walk, frame)
            if walk in begun and name not in self.files[walk]:
                self.files[walk].append(name)

    def _name(self, path: str) -> str:
        """Return a file's path in the package, '' if it is none of it or generated."""
        if path not in self._names:
            file = Path(path).resolve()
            inside = file.is_relative_to(PACKAGE) and 'msg' not in file.parts
            self._names[path] = str(file.relative_to(PACKAGE)) if inside else ''
        return self._names[path]


class _Camera(Node):
    """Publishes a grey image at a rate."""

    def __init__(self) -> None:
        super().__init__('camera')
        width, height = _SIZE
        self._image = Image(height=height, width=width, encoding='bgr8', step=3 * width)
        self._image.data.frombytes(bytes(3 * width * height))
        self._publisher = self.create_publisher(Image, 'image_raw', 1)
        self.create_timer(1 / _RATE_HZ, lambda: self._publisher.publish(self._image))


def follow_walks(seconds: float = _SECONDS) -> dict[str, list[str]]:
    """Return the files of each walk.

    The target changes between one that is held and one that is not, so that knobs are set.
    """
    set_environment()
    walks = Walks()
    threading.setprofile(walks.profile)
    sys.setprofile(walks.profile)
    rclpy.init(args=[])
    perception, manager, camera = PerceptionNode(), ManagerNode(), _Camera()
    executor = SingleThreadedExecutor()
    nodes = (perception, manager, camera)
    try:
        for node in nodes:
            executor.add_node(node)
        start = time.monotonic()
        wanted = None
        # Not the first seconds, in which the nodes meet and the manager learns.
        while (elapsed := time.monotonic() - start) < 2 * seconds:
            is_hard = bool(int(elapsed / _TURN_S) % 2)
            if is_hard != wanted:
                wanted = is_hard
                manager.set_parameters([Parameter('target_fps', value=_TARGETS[is_hard])])
            walks.is_on = elapsed > seconds
            executor.spin_once(timeout_sec=0.02)
    finally:
        threading.setprofile(None)
        sys.setprofile(None)
        for closed in (manager, perception):
            closed.close()
        executor.shutdown()
        for node in nodes:
            node.destroy_node()
        rclpy.try_shutdown()
    return walks.files


def main() -> None:
    """Print the walks."""
    for name, files in follow_walks().items():
        print(f'{name}: {len(files)} files')
        for file in files:
            print(f'  {file}')
    sys.stdout.flush()
    os._exit(0)  # taking down what was loaded takes longer than all of it


if __name__ == '__main__':
    main()
