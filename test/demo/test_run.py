# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The demo as users run it: real nodes and programs in processes of their own."""

import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from dyn_perception.images.decoding import RawImage
from dyn_perception.inference.engines import create_engine
from dyn_perception.inference.pipeline import FrameLimits, FrameResult, Pipeline
from dyn_perception.network.bundle import load_bundle
from support.bundles import write_test_bundle
from support.demo import StartDemo, summary_of, wait_for_line
from support.node_process import LIMIT_S

KEYS = {
    'frames', 'fps', 'top1', 'dropped', 'widths', 'target_fps', 'deadline_hit', 'width_changes',
    'labelled', 'top1_by_width', 'refused', 'latency_ms', 'seconds', 'model', 'architecture',
}  # fmt: skip
PROGRAMS = ('competitor', 'simulated_competitor')


def children_of(demo: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(demo.pid).children(recursive=True)


def is_program(process: psutil.Process) -> bool:
    return any(name in process.cmdline() for name in PROGRAMS)


def programs(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [process for process in processes if is_program(process)]


def wait_for_program(demo: subprocess.Popen[str]) -> None:
    """Wait for a competing program, which starts after it was announced."""
    wait_for_line(demo, 's  started: ')
    deadline = time.monotonic() + LIMIT_S
    while not programs(children_of(demo)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def root_in(command: list[str]) -> Path:
    """Return the folder of the board that a simulated_board was started with."""
    return Path(next(word for word in command if word.startswith('root:=')).split('"')[1])


def assert_gone(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=LIMIT_S)
    for process in alive:
        process.kill()
    assert not alive


@pytest.mark.parametrize('options', [(), ('--board', 'jetson_nano')], ids=['machine', 'nano'])
def test_the_loop_runs_beside_programs(start_demo: StartDemo, options: tuple[str, ...]) -> None:
    demo = start_demo('--seconds', 6, *options)
    stdout, stderr = demo.communicate(timeout=2 * LIMIT_S)
    assert demo.returncode == 0, stderr
    values = summary_of(stdout)
    assert values.keys() == KEYS
    assert sum(values['widths'].values()) == values['frames'] > 0
    if options:  # on this machine it depends on what else runs while width 4 is measured
        assert values['width_changes'] > 0, stderr
        assert ' → ' in stderr
    assert values['target_fps'] > 0
    assert 0 < values['deadline_hit'] <= 1
    assert values['labelled'] > values['frames']  # many images in a frame
    assert values['top1'] > 0.8
    assert values['refused'] == 0
    for text in ('alone: target', 'started: 1 × ', 'ended: 1 × ', 'started: 2 × '):
        assert text in stderr


def test_without_a_manager_nothing_reacts_on_a_simulated_board(start_demo: StartDemo) -> None:
    demo = start_demo('--seconds', 4, '--board', 'jetson_nano', '--manager', 0)
    stdout, stderr = demo.communicate(timeout=2 * LIMIT_S)
    assert demo.returncode == 0, stderr
    values = summary_of(stdout)
    assert values['widths'] == {'1': 0, '2': 0, '3': 0, '4': values['frames']}
    assert (values['width_changes'], values['refused']) == (0, 0)
    assert 0 < values['deadline_hit'] < 1, stderr
    assert 'started: ' in stderr


@pytest.mark.parametrize(
    ('options', 'count', 'number'),
    [((), 4, signal.SIGINT), (('--board', 'jetson_nano'), 5, signal.SIGKILL)],
    ids=['machine', 'nano'],
)
def test_nothing_is_left_behind(
    start_demo: StartDemo, options: tuple[str, ...], count: int, number: int
) -> None:
    demo = start_demo(*options, '--seconds', 5)
    wait_for_program(demo)
    processes = children_of(demo)
    commands = [process.cmdline() for process in processes]
    # On a busy machine a second program may be there, or about to be: until then it has the
    # command of the demo.
    others = [
        psutil.Process(demo.pid).cmdline(),
        *map(psutil.Process.cmdline, programs(processes)),
    ]
    assert len([command for command in commands if command not in others]) == count
    roots = [root_in(command) for command in commands if 'simulated_board' in command]
    assert all(root.is_dir() for root in roots)
    demo.send_signal(number)
    stdout, stderr = demo.communicate(timeout=LIMIT_S)
    if number == signal.SIGINT:
        assert demo.returncode == 0, stderr
        assert summary_of(stdout)['frames'] > 0
    assert_gone(processes)
    assert not any(root.exists() for root in roots)


def test_a_node_that_dies_ends_the_demo(start_demo: StartDemo) -> None:
    demo = start_demo()
    wait_for_line(demo, 'fps')
    processes = children_of(demo)
    next(process for process in processes if 'manager' in process.cmdline()).kill()
    stdout, stderr = demo.communicate(timeout=LIMIT_S)
    assert (demo.returncode, stdout) == (1, '')
    assert stderr.splitlines()[-1].startswith('demo: manager ended with SIGKILL')
    assert_gone(processes)


@dataclass(frozen=True)
class Scenery:
    """A network, frames, and the share of them that is right at each width."""

    model: Path
    frames: Path
    right: dict[int, float]

    @property
    def options(self) -> tuple[object, ...]:
        return '--manager', 0, '--model', self.model, '--source', self.frames


@pytest.fixture(scope='module')
def scenery(tmp_path_factory: pytest.TempPathFactory) -> Scenery:
    """Return an untrained network whose widths differ, and frames labelled by its full width.

    There are two labels that take turns, so a result that were compared with the label of the
    frame before would be wrong.
    """
    folder = tmp_path_factory.mktemp('scenery')
    model = write_test_bundle(folder / 'model', seed=3)
    bundle = load_bundle(model)
    pipeline = Pipeline(bundle, create_engine(bundle))

    def classify(image: NDArray[np.uint8], width: int) -> FrameResult:
        return pipeline.run(
            RawImage(32, 32, 'bgr8', False, 96, image.tobytes()), FrameLimits(width)
        )

    colours = np.random.default_rng(0).integers(0, 256, (200, 1, 1, 3), np.uint8)
    images = [np.tile(colour, (32, 32, 1)) for colour in colours]
    surest: dict[int, list[tuple[float, int]]] = {}
    for index, image in enumerate(images):
        result = classify(image, 4)
        two = np.sort(result.scores[0])[-2:]
        surest.setdefault(int(result.class_ids[0]), []).append((float(two[1] - two[0]), index))
    assert len(surest) == 2, 'the network sees the same in all images or too many things'
    right: list[list[bool]] = []
    for class_id, members in surest.items():
        place = folder / 'frames' / bundle.manifest.labels[class_id]
        place.mkdir(parents=True)
        for _, index in sorted(members)[-5:]:
            cv2.imwrite(str(place / f'{index:03d}.png'), images[index])
            answers = [int(classify(images[index], width).class_ids[0]) for width in (1, 2, 3, 4)]
            right.append([answer == class_id for answer in answers])
    shares = np.mean(right, axis=0)
    assert len(right) == 10
    assert shares[0] != shares[3] == 1
    return Scenery(model, folder / 'frames', dict(enumerate(shares.tolist(), start=1)))


def test_a_run_ends_by_itself_with_the_accuracy_of_each_width(
    start_demo: StartDemo, scenery: Scenery, tmp_path: Path
) -> None:
    picture = tmp_path / 'demo.svg'
    demo = start_demo('--seconds', 6, '--picture', picture, *scenery.options)
    stdout, stderr = demo.communicate(timeout=2 * LIMIT_S)
    assert demo.returncode == 0, stderr
    values = summary_of(stdout)
    assert sum(values['widths'].values()) == values['frames'] > 0, stderr
    assert all(values['widths'].values()), values
    assert values['refused'] == 0
    assert values['labelled'] > 0.5 * values['frames']
    for width, right in scenery.right.items():
        if right in (0, 1):
            assert values['top1_by_width'][str(width)] == right, values
    assert 0 < values['top1'] < 1
    assert values['width_changes'] >= 6
    assert (values['target_fps'], values['deadline_hit']) == (None, None)
    assert values['dropped'] >= 0
    assert values['fps'] > 0
    assert picture.read_text().startswith('<svg')


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything(start_demo: StartDemo, scenery: Scenery, number: int) -> None:
    demo = start_demo(*scenery.options)
    wait_for_line(demo, 'fps')
    nodes = psutil.Process(demo.pid).children(recursive=True)
    assert len(nodes) == 2
    demo.send_signal(number)
    stdout, stderr = demo.communicate(timeout=LIMIT_S)
    assert demo.returncode == 0, stderr
    assert summary_of(stdout)['frames'] > 0
    assert not any(node.is_running() for node in nodes)


def test_nodes_end_with_a_demo_that_is_killed(start_demo: StartDemo, scenery: Scenery) -> None:
    demo = start_demo(*scenery.options)
    wait_for_line(demo, 'fps')
    nodes = psutil.Process(demo.pid).children(recursive=True)
    assert len(nodes) == 2
    demo.kill()
    _, alive = psutil.wait_procs(nodes, timeout=LIMIT_S)
    for node in alive:
        node.kill()
    assert not alive


@pytest.mark.parametrize(
    ('node', 'option'), [('perception', '--model'), ('image_source', '--source')]
)
def test_a_node_that_cannot_start_ends_the_demo_with_its_reason(
    start_demo: StartDemo, scenery: Scenery, node: str, option: str
) -> None:
    demo = start_demo(*scenery.options, option, '/no/such/path')  # the last one counts
    stdout, stderr = demo.communicate(timeout=2 * LIMIT_S)
    assert demo.returncode == 1
    assert stdout == ''
    last = stderr.splitlines()[-1]
    assert last.startswith(f'demo: {node} ended with status 1: ')
    assert '/no/such/path' in last
