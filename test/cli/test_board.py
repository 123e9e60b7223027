# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""`dyn-perception board`: one reading, the live view, and what it refuses."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from rich.console import Console

from dyn_perception.board.board import open_board
from dyn_perception.board.state import NOT_KNOWN, BoardState, ClusterState, RailPower
from dyn_perception.cli.board_view import board_view
from dyn_perception.cli.main import main
from dyn_perception.simulation import program_load
from dyn_perception.simulation.board_files import load_board_description
from dyn_perception.simulation.live_board import LiveBoard
from support.board_trees import BOARD_TREES

LIMIT_S = 60.0
SHOW_CURSOR = b'\x1b[?25h'


def refuse_constant(name: str) -> None:
    raise AssertionError(f'{name} is no JSON')


@pytest.mark.parametrize('name', BOARD_TREES)
def test_json_holds_the_reading(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board = BOARD_TREES[name](tmp_path)
    assert main(['board', '--root', str(tmp_path), '--json']) == 0
    reading = json.loads(capsys.readouterr().out, parse_constant=refuse_constant)
    assert reading['board'] == board.state.board
    assert [cluster['name'] for cluster in reading['clusters']] == [
        cluster.name for cluster in board.state.clusters
    ]
    assert [zone['temperature_c'] for zone in reading['zones']] == [
        None if zone.temperature_c != zone.temperature_c else zone.temperature_c
        for zone in board.state.zones
    ]


@pytest.mark.parametrize('name', ['jetson_orin_nano', 'x86_laptop', 'cloud'])
def test_without_terminal_one_reading_is_printed(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board = BOARD_TREES[name](tmp_path)
    assert main(['board', '--root', str(tmp_path)]) == 0
    text = capsys.readouterr().out
    for part in (*board.state.clusters, *board.state.gpus, *board.state.rails, *board.state.zones):
        assert part.name in text
    assert 'nan' not in text and '\x1b' not in text


def test_view_shows_what_matters() -> None:
    cluster = ClusterState(
        'a57', (0, 1, 2, 3), (0, 1), 0.5, 921.6, 921.6, 102.0, 1479.0, governor='schedutil'
    )
    rails = (RailPower('VDD_IN', 4.25), RailPower('GPU', NOT_KNOWN))
    reading = BoardState(
        'Nano', '5W', 0.5, (cluster,), rails=rails, total_power_w=4.25, throttled=True
    )
    console = Console(width=100)
    with console.capture() as capture:
        console.print(board_view(reading, {'gpu': 0.5}))
    text = capture.get()
    for part in ('mode 5W', 'THROTTLED', '2/4', '50%', '922', '102…1,479', '4.25', 'gpu 50%'):
        assert part in text
    assert 'nan' not in text


@pytest.mark.parametrize(
    ('options', 'reason'),
    [
        (['--root', '/no/such/board'], "root '/no/such/board' is not a folder"),
        (['--load', 'gpu=0.5'], 'is no simulated board'),
        (['--load', 'gpu=2'], 'out of range 0...1'),
        (['--load', 'gpu'], 'is not PROCESSOR=SHARE'),
    ],
)
def test_what_cannot_be_done_is_said(
    options: list[str], reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(['board', '--root', str(tmp_path), *options]) == 1
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize(
    'options', [['--rate', '0'], ['--rate', 'nan'], ['--json', '--load', 'gpu=0.5']]
)
def test_wrong_options_are_wrong_usage(options: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(['board', *options])
    assert caught.value.code == 2


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_live_view_goes_on_until_it_is_ended(tmp_path: Path, number: signal.Signals) -> None:
    BOARD_TREES['jetson_nano'](tmp_path)
    terminal, inner = pty.openpty()
    code = 'import sys; from dyn_perception.cli.main import main; sys.exit(main())'
    command = [sys.executable, '-c', code, 'board', '--root', str(tmp_path), '--rate', '20']
    environment = {**os.environ, 'TERM': 'xterm', 'COLUMNS': '120', 'LINES': '50'}
    with subprocess.Popen(
        command, stdin=inner, stdout=inner, stderr=inner, env=environment, start_new_session=True
    ) as process:
        os.close(inner)
        assert b'POM_5V_IN' in read_until(terminal, b'POM_5V_IN')
        rail = next((tmp_path / 'sys').rglob('in_power0_input'))
        rail.write_text('12340\n')
        assert b'12.34' in read_until(terminal, b'12.34')
        process.send_signal(number)
        assert SHOW_CURSOR in read_until(terminal, SHOW_CURSOR)
        assert process.wait(LIMIT_S) == 0
    os.close(terminal)


def read_until(terminal: int, text: bytes) -> bytes:
    """Return what a terminal shows until a text comes."""
    shown = b''
    deadline = time.monotonic() + LIMIT_S
    while text not in shown and time.monotonic() < deadline:
        if select.select([terminal], [], [], 1.0)[0]:
            shown += os.read(terminal, 65536)
    return shown


def test_load_competes_on_a_simulated_board(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    description = load_board_description('jetson_nano')
    board = LiveBoard(description, tmp_path / 'board', time_s=time.monotonic())
    reader = open_board(board.root)
    loads: list[float] = []

    def advance(_: float) -> bool:
        time.sleep(0.05)
        board.advance(time.monotonic())
        loads.append(reader.read().gpus[0].load)
        if max(loads) > 0.45:
            raise KeyboardInterrupt
        assert len(loads) < LIMIT_S / 0.05
        return False

    run_load = program_load.run_load
    monkeypatch.setattr(program_load, 'run_load', partial(run_load, ended=advance))
    try:
        assert main(['board', '--root', str(board.root), '--load', 'gpu=0.5']) == 0
        assert max(loads) <= 0.501
        text = 'occupies gpu 50% until Ctrl-C or SIGTERM\n'
        assert capsys.readouterr().err == text
        assert main(['board', '--root', str(board.root), '--load', 'npu=0.5']) == 1
        error = capsys.readouterr().err
        assert "'npu' is no processor" in error and 'occupies' not in error
    finally:
        board.close()
