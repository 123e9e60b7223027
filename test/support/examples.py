# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Examples of the documents, as programs."""

import re
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_CHECK = """
import sys
_loaded = [name for name in ('rclpy', 'torch') if name in sys.modules]
assert not _loaded, _loaded
"""


def python_examples(document: str) -> list[str]:
    """Return the Python examples of a document, by its path from the root of the checkout."""
    text = (_ROOT / document).read_text()
    return re.findall(r'^```python\n(.*?)^```', text, re.MULTILINE | re.DOTALL)


def write_example(code: str, script: Path) -> str:
    """Write an example as a script that fails where it has loaded ROS or torch; return its path.

    Outside of the checkout it finds the installed package, wherever it is run.
    """
    script.write_text(code + _CHECK)
    return str(script)
