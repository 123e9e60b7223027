# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.simulation.errors import SimulationError
from dyn_perception.simulation.program import Program
from dyn_perception.simulation.program_load import parse_loads, run_load
from dyn_perception.simulation.programs import (
    FOLDER,
    MAXIMUM_BYTES,
    Occupation,
    ProgramFolder,
    format_occupations,
    occupation_totals,
    parse_occupations,
)
from support.live_boards import SteppedBoard
from support.manual_clock import ManualClock

SHARES = st.floats(0, 1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / FOLDER).mkdir(parents=True)
    return tmp_path


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(['gpu', 'cpu:a7', 'cpu:a15']),
        st.builds(Occupation, SHARES, SHARES, st.floats(0, 1e6), st.floats(0, 1e6), SHARES),
    )
)
def test_files_say_what_was_written(occupations: dict[str, Occupation]) -> None:
    found = parse_occupations(format_occupations(occupations))
    assert found.keys() == occupations.keys()
    for name, item in occupations.items():
        assert found[name].demand == pytest.approx(item.demand, abs=1e-6)
        assert found[name].busy_until(2e6) == pytest.approx(item.busy_until(2e6), abs=2.0)


def test_files_of_the_same_processors_have_the_same_size() -> None:
    small = format_occupations({'gpu': Occupation(), 'cpu:a57': Occupation()})
    large = format_occupations(
        {'gpu': Occupation(1.0, 1.0, 1e7, 1e8, 2.0), 'cpu:a57': Occupation(0.1, 0.1, 1e7, 1e8)}
    )
    assert len(small) == len(large)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_damaged_files_are_refused(content: bytes) -> None:
    try:
        found = parse_occupations(content)
    except ValueError:
        return
    assert all(0 <= item.demand <= 1 and item.busy_s >= 0 for item in found.values())


@pytest.mark.parametrize(
    'content',
    [b'gpu 2 0 0 0 1', b'gpu nan 0 0 0 1', b'gpu 1 0 inf 0 1', b'gpu 1 1', b'gpu 0 0 -1 0 1',
     b' ' * (MAXIMUM_BYTES + 1)],
)  # fmt: skip
def test_a_bad_program_file_is_told_and_not_counted(root: Path, content: bytes) -> None:
    path = root / FOLDER / '1-0.program'
    path.write_bytes(content)
    folder = ProgramFolder(root)
    assert folder.read() == {}
    assert '1-0.program' in folder.problems
    path.write_bytes(b'gpu 1 1 0 0 1')
    assert folder.read()['1-0.program']['gpu'].demand == 1
    assert not folder.problems


def test_things_that_are_no_program_files_neither_block_nor_count(root: Path) -> None:
    os.mkfifo(root / FOLDER / 'pipe.program')
    (root / FOLDER / 'folder.program').mkdir()
    (root / FOLDER / 'link.program').symlink_to('/dev/zero')
    (root / FOLDER / 'notes.txt').write_text('gpu 1 1 0 0 1')
    assert ProgramFolder(root).read().get('notes.txt') is None
    assert not any(ProgramFolder(root).read().values())


def test_a_program_counts_its_time(root: Path) -> None:
    clock = ManualClock()
    with Program(root, ('gpu', 'cpu:a57'), clock) as program:
        folder = ProgramFolder(root)
        assert folder.read()[program.name]['gpu'].demand == 0
        program.occupy({'gpu': 0.5})
        clock.sleep(2.0)
        seen = folder.read()[program.name]
        assert seen['gpu'].busy_until(clock()) == pytest.approx(1.0)
        program.occupy({'gpu': 1.0, 'cpu:a57': 0.2}, rate=0.5)
        clock.sleep(2.0)
        program.occupy({})
        assert program.busy_s == {'gpu': pytest.approx(2.0), 'cpu:a57': pytest.approx(0.2)}
        program.occupy({}, busy_s={'gpu': 1.5, 'cpu:a57': 0.2})
        assert folder.read()[program.name]['gpu'].busy_s == 1.5
        assert folder.read(without=[program.name]) == {}
    assert folder.names() == []
    program.close()


def test_demands_of_all_programs_add_up(root: Path) -> None:
    with Program(root, ('gpu',)) as one, Program(root, ('gpu',)) as two:
        one.occupy({'gpu': 0.25})
        programs = ProgramFolder(root)
        assert occupation_totals(programs.read(), 'gpu') == (0.25, 1)
        two.occupy({'gpu': 0.5})
        assert occupation_totals(programs.read(), 'gpu') == (0.75, 2)
        assert occupation_totals(programs.read(), 'cpu:a57') == (0, 0)


def test_only_programs_that_are_gone_are_removed(root: Path) -> None:
    folder = ProgramFolder(root)
    code = (
        'import os, signal, sys\n'
        'from pathlib import Path\n'
        'from dyn_perception.simulation.program import Program\n'
        'Program(Path(sys.argv[1]), ("gpu",)).occupy({"gpu": 1.0})\n'
        'os.kill(os.getpid(), signal.SIGKILL)\n'
    )
    with Program(root, ('gpu',)) as program:
        subprocess.run([sys.executable, '-c', code, str(root)], check=False)
        dead = [name for name in folder.names() if name != program.name]
        assert len(dead) == 1
        assert folder.remove_dead() == dead
        assert folder.names() == [program.name]


def test_without_a_board_there_are_no_programs(tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match='no simulated board takes programs'):
        Program(tmp_path, ('gpu',))
    with pytest.raises(SimulationError, match='is no simulated board'):
        run_load(tmp_path, {'gpu': 0.5}, seconds=0.1)


@pytest.mark.parametrize(
    ('texts', 'reason'),
    [
        (['gpu'], 'PROCESSOR=SHARE'),
        (['gpu=much'], 'PROCESSOR=SHARE'),
        (['gpu=nan'], 'PROCESSOR=SHARE'),
        (['=0.5'], 'PROCESSOR=SHARE'),
        (['gpu=1.5'], 'out of range'),
        (['gpu=-0.1'], 'out of range'),
        (['gpu=0.1', 'gpu=0.2'], 'given twice'),
    ],
)
def test_bad_loads_are_refused(texts: list[str], reason: str) -> None:
    with pytest.raises(SimulationError, match=reason):
        parse_loads(texts)


def test_loads_are_read() -> None:
    assert parse_loads(['gpu=0.5', 'cpu:a57=1']) == {'gpu': 0.5, 'cpu:a57': 1.0}


def test_a_load_occupies_until_it_is_ended(tmp_path: Path) -> None:
    with SteppedBoard('jetson_nano', tmp_path / 'board') as stepped:
        stepped.time_s = time.monotonic()  # the load looks whether the board keeps up with it
        stepped.board.advance(stepped.time_s)
        folder, ending = ProgramFolder(stepped.root), threading.Event()
        load = threading.Thread(
            target=run_load,
            args=(stepped.root, {'gpu': 0.5}),
            kwargs={'ended': lambda seconds: ending.wait(0.01)},
        )
        load.start()
        while occupation_totals(folder.read(), 'gpu') != (0.5, 1):
            assert load.is_alive()
            stepped.board.advance(time.monotonic())
        ending.set()
        load.join()
        assert folder.names() == []
        with pytest.raises(SimulationError, match='no processor of NVIDIA Jetson Nano'):
            run_load(stepped.root, {'tpu': 0.5})
        with pytest.raises(KeyboardInterrupt):
            run_load(stepped.root, {'gpu': 0.5}, ended=interrupt)
        assert folder.names() == []


def interrupt(seconds: float) -> bool:
    raise KeyboardInterrupt
