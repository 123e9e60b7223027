# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What a user without rights is told by simulated boards."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

NOBODY = 65534
CODE = """
import os, sys
from pathlib import Path
from dyn_perception.simulation.board_files import load_board_description
from dyn_perception.simulation.errors import SimulationError
from dyn_perception.simulation.live_board import LiveBoard
from dyn_perception.simulation.program import Program
nano = load_board_description('jetson_nano')
if os.geteuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
folder = Path(sys.argv[1])
for attempt in (
    lambda: load_board_description(folder / 'board.yaml'),
    lambda: LiveBoard(nano, folder / 'closed' / 'board', time_s=0.0),
    lambda: Program(folder / 'other', ('gpu',)),
):
    try:
        attempt()
        print('done')
    except SimulationError as error:
        print(error)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder that every user may look into, with things that they may not."""
    folder = Path(tempfile.mkdtemp(prefix='dyn_perception_test_'))
    folder.chmod(0o755)
    (folder / 'board.yaml').touch(mode=0o000)
    (folder / 'closed').mkdir(mode=0o555)
    programs = folder / 'other' / 'run' / 'dyn_perception' / 'programs'
    programs.mkdir(parents=True)
    programs.chmod(0o555)
    yield folder
    shutil.rmtree(folder)


def test_what_must_not_be_read_or_written_is_told(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, '-c', CODE, str(folder)], capture_output=True, text=True, check=True
    )
    user = NOBODY if os.geteuid() == 0 else os.geteuid()
    description, board, program = done.stdout.splitlines()
    assert 'board.yaml' in description and 'Permission denied' in description
    assert '(Permission denied): name a folder that you may write to' in board
    assert f'must not be written by user {user}: run the program as the user of' in program
