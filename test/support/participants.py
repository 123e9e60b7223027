# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Ports of their own for the nodes that a test process starts, one after the other.

Fast DDS numbers the participants of a machine and derives their ports from that. The next one
takes the lowest free number, so a node that is started again gets the ports of the one that was
killed, which the others take for alive for some 20 s. On a busy machine such a node is now and
then reached by nobody, by shared memory and by UDP alike. What is tested here is this package: a
node that is started again gets other ports.
"""

import atexit
import itertools
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

VARIABLES = ('FASTDDS_DEFAULT_PROFILES_FILE', 'FASTRTPS_DEFAULT_PROFILES_FILE')
# Below are those that the test process itself and others get by themselves. On one machine alone,
# participants look for others with the numbers 0...31.
_NUMBERS = range(6, 32)

_numbers = itertools.cycle(_NUMBERS)
_folder = tempfile.TemporaryDirectory(prefix='dyn_perception_test_profiles_')
atexit.register(_folder.cleanup)


def with_own_ports(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a process with a profile that gives its participant a number."""
    given = environment.get(VARIABLES[0], '')
    if not given:
        return dict(environment)
    number = next(_numbers)
    profile = Path(given).read_text()
    path = Path(_folder.name, f'{os.getpid()}_{number}.xml')
    numbered = f'<rtps>\n        <participantID>{number}</participantID>'
    assert profile.count('<rtps>') == 1, given
    path.write_text(profile.replace('<rtps>', numbered))
    return {**environment, **dict.fromkeys(VARIABLES, str(path))}
