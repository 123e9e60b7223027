# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A program that competes with the network: it compresses data on one core as long as it lives.

python -m dyn_perception.demo.child PARENT_ID demo.competitor [CORE]
"""

import os
import random
import zlib

_BLOCK_BYTES = 1 << 16
_SEED = 1


def main(arguments: list[str]) -> int:
    """Work until a signal ends the process; `arguments` may name the only core to use."""
    if arguments[1:]:
        os.sched_setaffinity(0, {int(arguments[1])})
    # As a recorder does: sensor data that is neither random nor constant.
    generator = random.Random(_SEED)
    block = bytes(int(generator.gauss(128, 20)) & 255 for _ in range(_BLOCK_BYTES))
    while True:
        zlib.compress(block)
