# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Measurements that stand behind the figures in doc/; run with `make bench`.

Each part is a folder with a `__main__.py`: `python -m benchmark.perception` measures one,
`python -m benchmark` all of them.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The checkout."""
