# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The perception node with a bundle that takes for ever to load."""

import sys
import threading
from pathlib import Path
from typing import Any

from dyn_perception.nodes.perception import node


def _load_slowly(path: Path) -> Any:
    print('loading', file=sys.stderr, flush=True)
    threading.Event().wait()


node.load_bundle = _load_slowly
main = node.main
