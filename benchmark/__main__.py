# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Run the parts that are named, by default all, one after the other.

python -m benchmark [PART ...] [-- options of every part]
"""

import subprocess
import sys

from benchmark import ROOT


def find_parts() -> list[str]:
    """Return the names of all parts: the folders beside this file that can be run."""
    return sorted(path.parent.name for path in (ROOT / 'benchmark').glob('*/__main__.py'))


def main(arguments: list[str]) -> int:
    """Run the parts and return 1 if one of them failed."""
    end = arguments.index('--') if '--' in arguments else len(arguments)
    known = find_parts()
    chosen, options = arguments[:end] or known, arguments[end + 1 :]
    for part in chosen:
        if part not in known:
            print(f'part {part!r} is unknown: choose of {", ".join(known)}', file=sys.stderr)
            return 2
    statuses = [
        subprocess.run([sys.executable, '-m', f'benchmark.{part}', *options], cwd=ROOT).returncode
        for part in chosen
    ]
    return 1 if any(statuses) else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
