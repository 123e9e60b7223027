# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The perception node with a bundle that is not loaded before a file is there."""

import os
import sys
import threading
from pathlib import Path
from typing import Any

from dyn_perception.network.bundle import load_bundle
from dyn_perception.nodes import perception


def _load_slowly(path: Path) -> Any:
    print('loading', file=sys.stderr, flush=True)
    never = threading.Event()
    while not Path(os.environ['LOAD_WHEN_EXISTS']).exists():
        never.wait(0.01)
    return load_bundle(path)


perception.load_bundle = _load_slowly
main = perception.main
