# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The types of CPU cores, by the numbers and names that ARM, NVIDIA and the kernel give them."""

import re
from collections.abc import Sequence

from dyn_perception.board.files import Tree, to_cores

UNKNOWN = 'cpu'
"""The name of a cluster whose type is not known."""

# (implementer, part) of the MIDR register, as in arch/arm64/include/asm/cputype.h
_TYPES = {
    (0x41, 0xC05): 'a5',
    (0x41, 0xC07): 'a7',
    (0x41, 0xC08): 'a8',
    (0x41, 0xC09): 'a9',
    (0x41, 0xC0E): 'a17',
    (0x41, 0xC0F): 'a15',
    (0x41, 0xD03): 'a53',
    (0x41, 0xD04): 'a35',
    (0x41, 0xD05): 'a55',
    (0x41, 0xD07): 'a57',
    (0x41, 0xD08): 'a72',
    (0x41, 0xD09): 'a73',
    (0x41, 0xD0A): 'a75',
    (0x41, 0xD0B): 'a76',
    (0x41, 0xD0C): 'n1',
    (0x41, 0xD0D): 'a77',
    (0x41, 0xD0E): 'a76ae',
    (0x41, 0xD40): 'v1',
    (0x41, 0xD41): 'a78',
    (0x41, 0xD42): 'a78ae',
    (0x41, 0xD44): 'x1',
    (0x41, 0xD46): 'a510',
    (0x41, 0xD47): 'a710',
    (0x41, 0xD48): 'x2',
    (0x41, 0xD49): 'n2',
    (0x41, 0xD4B): 'a78c',
    (0x41, 0xD4D): 'a715',
    (0x41, 0xD4E): 'x3',
    (0x41, 0xD4F): 'v2',
    (0x41, 0xD80): 'a520',
    (0x41, 0xD81): 'a720',
    (0x41, 0xD82): 'x4',
    (0x41, 0xD83): 'v3ae',
    (0x41, 0xD84): 'v3',
    (0x4E, 0x000): 'denver',
    (0x4E, 0x003): 'denver',
    (0x4E, 0x004): 'carmel',
}
_CPU = 'sys/devices/system/cpu'
_COMPATIBLE = re.compile(rb'(?:arm,cortex-|nvidia,)(a[0-9]{1,3}[a-z]*|denver|carmel)\b')
_FIELD = re.compile(rb'(processor|CPU implementer|CPU part)\s*:\s*(0x[0-9a-f]{1,4}|[0-9]{1,4})')


def core_types(tree: Tree, cores: Sequence[int]) -> dict[int, str]:
    """Return the type of each core that tells it; those that are offline by the device tree."""
    types = _arm_types(tree.read('proc/cpuinfo'))
    if types.keys() >= set(cores):
        return types
    told = {core: tree.read(f'{_CPU}/cpu{core}/of_node/compatible') for core in cores}
    # The device tree of an Orin says a78 where the core says a78ae: the core knows best.
    by_words = {told[core]: types[core] for core in told if core in types}
    for core, words in told.items():
        match = _COMPATIBLE.search(words)
        if core not in types and match is not None:
            types[core] = by_words.get(words, match[1].decode())
    for name in ('core', 'atom'):  # hybrid processors of Intel
        hybrid = to_cores(tree.read(f'sys/devices/cpu_{name}/cpus'))
        types.update(dict.fromkeys(hybrid, name))
    return types


def _arm_types(cpuinfo: bytes) -> dict[int, str]:
    types = {}
    core, implementer = -1, -1
    for line in cpuinfo.splitlines():
        match = _FIELD.fullmatch(line.strip())
        if match is None:
            if not line.strip():  # the next core follows
                core, implementer = -1, -1
            continue
        value = int(match[2], 0) if match[2].startswith(b'0x') else int(match[2])
        if match[1] == b'processor':
            core, implementer = value, -1
        elif match[1] == b'CPU implementer':
            implementer = value
        elif (implementer, value) in _TYPES:
            types[core] = _TYPES[implementer, value]
    return types
