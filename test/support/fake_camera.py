# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The image_source node with a camera that gives frames while a file exists."""

import os
import threading
from pathlib import Path
from typing import Any

import numpy as np

from dyn_perception.nodes.image_source import node
from dyn_perception.sources.camera import CameraSource

PLUG_VARIABLE = 'TEST_CAMERA_PLUG'


class PluggedCapture:
    """A camera that works while it is plugged in."""

    def __init__(self) -> None:
        self._plug = Path(os.environ[PLUG_VARIABLE])
        self._timer = threading.Event()

    def isOpened(self) -> bool:  # noqa: N802
        return self._plug.exists()

    def read(self) -> tuple[bool, Any]:
        self._timer.wait(0.02)
        return self._plug.exists(), np.zeros((48, 64, 3), np.uint8)

    def release(self) -> None:
        pass


def _open_camera(source: str, *, topic: str) -> CameraSource:
    return CameraSource(
        source,
        wait_s=0.2,
        first_retry_s=0.05,
        longest_retry_s=0.1,
        open_capture=lambda device: PluggedCapture(),
    )


def main() -> int:
    """Run the node; the camera is replaced here, not in tests that import this module."""
    node.open_source = _open_camera
    return node.main()
