# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The recipe for setting limits without root: its files are right, and reach what is set."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.jetson_trees import write_jetson_nano, write_jetson_orin_nano, write_jetson_xavier_nx

CONFIG = Path(__file__).parents[2] / 'config'
RULES = CONFIG / '99-dyn-perception.rules'
TMPFILES = CONFIG / 'dyn-perception.tmpfiles.conf'
GROUP = 977

# A key of udev(7) with an operator and a value in double quotes.
_ITEM = re.compile(r'(ACTION|SUBSYSTEM|KERNEL|TEST|GOTO|LABEL|RUN)(==|\+=|=)"([^"]*)"')
_ASSIGNED = {'GOTO': '=', 'LABEL': '=', 'RUN': '+='}


def rules() -> list[list[tuple[str, str, str]]]:
    """Return the rules as lists of key, operator, value."""
    text = RULES.read_text().replace('\\\n', '')
    lines = [line.strip() for line in text.splitlines()]
    found = []
    for line in lines:
        if line and not line.startswith('#'):
            items = [item.strip() for item in re.split(r',\s*(?=[A-Z]+[=+])', line)]
            matches = [_ITEM.fullmatch(item) for item in items]
            assert all(matches), line
            found.append([match.groups() for match in matches if match])
    return found


def test_rules_keep_the_grammar() -> None:
    labels = {value for rule in rules() for key, _, value in rule if key == 'LABEL'}
    for rule in rules():
        for key, operator, value in rule:
            assert operator == _ASSIGNED.get(key, '==')
            if key == 'GOTO':
                assert value in labels
            if key == 'RUN':
                assert value.startswith(
                    ('/bin/chgrp dyn_perception /sys%p/', '/bin/chmod g+w /sys%p/')
                )
    assert sum(key == 'RUN' for rule in rules() for key, _, _ in rule) == 4


def test_udev_takes_the_rules() -> None:
    udevadm = shutil.which('udevadm')
    if (
        not udevadm
        or subprocess.run([udevadm, 'verify', '--help'], capture_output=True).returncode
    ):
        pytest.skip('`udevadm verify` comes with systemd 254')
    done = subprocess.run([udevadm, 'verify', str(RULES)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_line_of_tmpfiles_has_its_fields() -> None:
    lines = [line for line in TMPFILES.read_text().splitlines() if line and line[0] != '#']
    assert len(lines) == 4
    for line in lines:
        kind, path, mode, user, group, age = line.split()
        assert kind in ('d', 'z')
        assert path.startswith(('/run/', '/sys/'))
        assert re.fullmatch(r'[0-7]{4}', mode) and not int(mode, 8) & 0o002
        assert (user, group, age) == ('root', 'dyn_perception', '-')


@pytest.mark.skipif(os.geteuid() != 0, reason='gives files to a group')
@pytest.mark.skipif(not shutil.which('systemd-tmpfiles'), reason='needs systemd-tmpfiles')
@pytest.mark.parametrize(
    'write', [write_jetson_nano, write_jetson_xavier_nx, write_jetson_orin_nano]
)
def test_tmpfiles_gives_every_limit_to_the_group(tmp_path: Path, write) -> None:
    from dyn_perception.board.board import open_board

    write(tmp_path)
    (tmp_path / 'run').mkdir(exist_ok=True)
    (tmp_path / 'etc').mkdir(exist_ok=True)
    (tmp_path / 'etc/passwd').write_text('root:x:0:0:root:/root:/bin/sh\n')
    (tmp_path / 'etc/group').write_text(f'root:x:0:\ndyn_perception:x:{GROUP}:\n')
    command = ['systemd-tmpfiles', f'--root={tmp_path}', '--create', str(TMPFILES)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    files = [
        file for actuator in open_board(tmp_path).actuators() for file in actuator.limit_files
    ]
    assert files
    for file in files:
        status = file.place.stat()
        assert (status.st_gid, status.st_mode & 0o777) == (GROUP, 0o664), file.path
    assert (tmp_path / 'run/dyn_perception').stat().st_mode & 0o7777 == 0o2770
