# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The files of a Jetson Orin Nano with JetPack 6, as the tests write them."""

import importlib
import sys
from pathlib import Path

from benchmark import ROOT


def write_orin_tree(root: Path) -> None:
    """Write the tree into a folder."""
    folder = str(ROOT / 'test')
    sys.path.insert(0, folder)
    try:
        importlib.import_module('support.jetson_trees').write_jetson_orin_nano(root)
    finally:
        sys.path.remove(folder)
