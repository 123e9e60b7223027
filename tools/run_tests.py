# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Run pytest for `colcon test`, with its options; PYTEST_ADDOPTS may add to them.

A script, not `python -m pytest`: that would import the checkout instead of what was installed.
"""

import importlib.util
import os
import sys

NEEDED = ('pytest', 'xdist', 'pytest_timeout', 'hypothesis', 'psutil', 'torch')


def main() -> None:
    """Run the tests, or fail where what they need is missing."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit(
            f'{sys.executable} lacks {", ".join(missing)}, which the tests need: install them by '
            f'{sys.executable} -m pip install -r requirements/development.txt '
            '-r requirements/training.txt'
        )
    import pytest

    # Before the user's, so that a number of processes given there counts.
    os.environ['PYTEST_ADDOPTS'] = f'-n 2 {os.environ.get("PYTEST_ADDOPTS", "")}'
    sys.exit(pytest.main(sys.argv[1:]))


if __name__ == '__main__':
    main()
