# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The benchmark lies in the checkout, not in the installed package."""

import sys
from pathlib import Path

ROOT = str(Path(__file__).resolve().parents[2])
if ROOT not in sys.path:
    sys.path.append(ROOT)
