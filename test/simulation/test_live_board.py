# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
import math
import subprocess
import sys
from pathlib import Path

import pytest

from dyn_perception.board.board import Board, open_board
from dyn_perception.simulation.board_files import load_board_description
from dyn_perception.simulation.errors import SimulationError
from dyn_perception.simulation.program import Program
from dyn_perception.simulation.programs import FOLDER
from support.live_boards import SteppedBoard

BOARDS = ('jetson_nano', 'jetson_xavier_nx', 'jetson_orin_nano', 'odroid_xu3')


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / 'board'


def open_stepped(stepped: SteppedBoard) -> Board:
    board = open_board(stepped.root, clock=stepped.clock)
    board.read()
    return board


@pytest.mark.parametrize('name', BOARDS)
def test_a_reading_is_the_state_of_the_model(name: str, root: Path) -> None:
    description = load_board_description(name)
    with SteppedBoard(description, root) as stepped:
        board, model = open_stepped(stepped), stepped.board.model
        with Program(root, model.processors, stepped.clock) as program:
            program.occupy(dict.fromkeys(model.processors, 0.5))
            stepped.sleep(2.0)
            state = board.read()
        assert state.board == description.model
        assert state.power_mode == (
            description.power_modes[0].name if description.power_modes else ''
        )
        clusters = {f'cpu:{cluster.name}': cluster for cluster in state.clusters}
        gpus = {gpu.name: gpu for gpu in state.gpus if not math.isnan(gpu.load)}
        assert {**clusters, **gpus}.keys() == set(model.processors)
        for processor, seen in {**clusters, **gpus}.items():
            figures = description.processors[processor]
            assert seen.load == pytest.approx(0.5, abs=0.02)
            assert seen.clock_mhz == pytest.approx(model.clock_mhz(processor))
            assert seen.limit_mhz == pytest.approx(model.limits[processor.replace(':', '.')])
            assert seen.steps_mhz == pytest.approx(figures.steps_mhz)
            assert seen.limit_settable
        for processor, seen in clusters.items():
            assert seen.cores == seen.online == description.processors[processor].cores
        rails = {rail.name: rail.power_w for rail in state.rails}
        assert rails == pytest.approx(model.rail_power_w, abs=0.006)
        assert state.total_power_w == pytest.approx(model.total_power_w, abs=0.006)
        assert state.hottest_c == pytest.approx(model.hottest_c, abs=0.002)
        assert state.memory_total_bytes == pytest.approx(description.memory_bytes, abs=1024)
        assert not state.throttled
        assert {event.name: event.count for event in state.events} == model.events
        assert {actuator.name for actuator in board.actuators()} == {
            f'{knob}.max_mhz' for knob in model.limits
        }
    assert not root.exists()


@pytest.mark.parametrize('name', BOARDS)
def test_a_limit_that_is_written_becomes_the_clock(name: str, root: Path) -> None:
    with SteppedBoard(name, root) as stepped:
        board, model = open_stepped(stepped), stepped.board.model
        for actuator in board.actuators():
            processor = actuator.name.removesuffix('.max_mhz').replace('cpu.', 'cpu:')
            before_w = model.total_power_w
            actuator.write(actuator.steps_mhz[1])
            stepped.sleep(0.1)
            assert actuator.read() == pytest.approx(actuator.steps_mhz[1])
            assert model.clock_mhz(processor) == pytest.approx(actuator.steps_mhz[1])
            assert model.total_power_w < before_w + 1e-6
            actuator.write(actuator.maximum_mhz)
            stepped.sleep(0.1)
            assert model.clock_mhz(processor) == actuator.maximum_mhz


def test_a_limit_is_read_as_people_write_it(root: Path) -> None:
    with SteppedBoard('jetson_nano', root) as stepped:
        path = root / 'sys/class/devfreq/57000000.gpu/max_freq'
        model = stepped.board.model
        for text, clock_mhz in [
            ('640000000', 614.4),  # between two steps
            ('1', 76.8),  # below all
            ('99999999999', 921.6),  # above all
            ('384000000\n\n', 384.0),
            ('', 384.0),  # somebody is writing: the file is empty for a moment
            ('fast', 384.0),
            ('nan', 384.0),
            ('-inf', 384.0),
        ]:
            path.write_text(text)
            stepped.sleep(0.1)
            assert model.clock_mhz('gpu') == clock_mhz, text
        path.unlink()
        path.symlink_to('/dev/zero')
        stepped.sleep(0.1)
        assert model.clock_mhz('gpu') == 384.0


def test_a_cluster_runs_up_to_the_highest_limit_of_its_policies(root: Path) -> None:
    with SteppedBoard('jetson_xavier_nx', root) as stepped:
        folder = root / 'sys/devices/system/cpu/cpufreq'
        (folder / 'policy0/scaling_max_freq').write_text('1190400')
        stepped.sleep(0.1)
        assert stepped.board.model.limits['cpu.carmel'] == 1420.8
        for policy in ('policy2', 'policy4'):
            (folder / policy / 'scaling_max_freq').write_text('1190400')
        stepped.sleep(0.1)
        assert stepped.board.model.limits['cpu.carmel'] == 1190.4


def test_throttling_is_seen_by_the_reader(root: Path) -> None:
    with SteppedBoard('jetson_nano', root, ambient_c=75.0) as stepped:
        board = open_stepped(stepped)
        with Program(root, ('gpu',), stepped.clock) as program:
            program.occupy({'gpu': 1.0})
            stepped.sleep(120.0)
            state = board.read()
        assert state.throttled
        assert state.gpus[0].clock_mhz < state.gpus[0].limit_mhz == pytest.approx(921.6)
        stepped.sleep(120.0)
        assert not board.read().throttled


def test_over_current_is_counted_in_the_tree(root: Path) -> None:
    description = load_board_description('jetson_orin_nano')
    limit = description.over_current[0].model_copy(update={'limit_a': 1.5})
    description = description.model_copy(update={'over_current': (limit,)})
    with SteppedBoard(description, root) as stepped:
        board = open_stepped(stepped)
        with Program(root, ('gpu',), stepped.clock) as program:
            program.occupy({'gpu': 1.0})
            stepped.sleep(0.02)
        state = board.read()
        assert [(event.name, event.count) for event in state.events] == [('oc1', 1)]
        assert state.throttled


def test_programs_share_a_processor_and_leave_it(root: Path) -> None:
    with SteppedBoard('jetson_nano', root) as stepped:
        board = open_stepped(stepped)
        with (
            Program(root, ('gpu',), stepped.clock) as one,
            Program(root, ('gpu',), stepped.clock) as two,
        ):
            one.occupy({'gpu': 0.3})
            two.occupy({'gpu': 0.2})
            stepped.sleep(1.0)
            assert board.read().gpus[0].load == pytest.approx(0.5, abs=0.01)
            two.occupy({'gpu': 1.0})
            stepped.sleep(1.0)
            assert board.read().gpus[0].load == pytest.approx(1.0, abs=0.01)
        stepped.sleep(1.0)
        assert board.read().gpus[0].load == pytest.approx(0.0, abs=0.01)


def test_short_work_between_two_looks_is_counted(root: Path) -> None:
    with SteppedBoard('odroid_xu3', root) as stepped:
        board = open_stepped(stepped)
        with Program(root, ('cpu:a15',), stepped.clock) as program:
            for _ in range(100):
                program.occupy({'cpu:a15': 1.0})
                stepped.time_s += 0.004
                program.occupy({})
                stepped.time_s += 0.006
                stepped.board.advance(stepped.time_s)
        loads = {cluster.name: cluster.load for cluster in board.read().clusters}
        assert loads['a15'] == pytest.approx(0.4, abs=0.02)
        assert loads['a7'] == pytest.approx(0.0, abs=0.02)


def test_a_program_that_was_killed_stops_counting(root: Path) -> None:
    code = (
        'import os, signal, sys\n'
        'from pathlib import Path\n'
        'from dyn_perception.simulation.program import Program\n'
        'Program(Path(sys.argv[1]), ("gpu",)).occupy({"gpu": 1.0})\n'
        'os.kill(os.getpid(), signal.SIGKILL)\n'
    )
    with SteppedBoard('jetson_nano', root) as stepped:
        subprocess.run([sys.executable, '-c', code, str(root)], check=False)
        assert len(stepped.board.programs.names()) == 1
        stepped.sleep(3.0)
        assert [*(root / FOLDER).iterdir()] == []
        assert open_stepped(stepped).read().gpus[0].load < 0.1


def test_damaged_program_files_do_not_stop_the_board(root: Path) -> None:
    with SteppedBoard('jetson_nano', root) as stepped:
        (root / FOLDER / '1-0.program').write_bytes(b'\xff\x00nonsense')
        (root / FOLDER / '2-0.program').write_bytes(b'tpu 1 1 0 0 1\n')
        (root / FOLDER / 'folder.program').mkdir()
        stepped.board.advance(stepped.time_s + 0.02)
        assert '1-0.program' in stepped.board.programs.problems


def test_a_long_pause_is_made_up_for(root: Path) -> None:
    with SteppedBoard('jetson_nano', root) as stepped:
        with Program(root, ('gpu',), stepped.clock) as program:
            program.occupy({'gpu': 1.0})
            stepped.time_s += 600.0
            stepped.board.advance(stepped.time_s)
        assert stepped.board.model.time_s == pytest.approx(600.0)
        assert stepped.board.model.hottest_c > 60
        stepped.board.advance(stepped.time_s - 1.0)  # no way back
        assert stepped.board.model.time_s == pytest.approx(600.0)


def test_readers_never_see_a_half_of_a_number(root: Path) -> None:
    with SteppedBoard('jetson_nano', root) as stepped:
        path = root / 'sys/bus/i2c/drivers/ina3221x/6-0040/iio:device0/in_power0_input'
        with Program(root, ('gpu', 'cpu:a57'), stepped.clock) as program:
            program.occupy({'gpu': 1.0, 'cpu:a57': 1.0})
            stepped.sleep(0.1)
            long = path.stat().st_size
            program.occupy({})
            stepped.sleep(0.1)
        assert path.stat().st_size == long  # a shorter number must not shorten or leave an end
        assert int(path.read_text()) == round(stepped.board.model.total_power_w * 1000)


def test_a_tree_that_is_gone_is_told(root: Path) -> None:
    with SteppedBoard('jetson_nano', root) as stepped:
        (root / 'proc/stat').unlink()
        stepped.sleep(0.1)  # its file is open: nobody is harmed
        assert (root / 'proc').is_dir()
    with pytest.raises(SimulationError):
        SteppedBoard('jetson_nano', Path('/proc/nowhere'))
