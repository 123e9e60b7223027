# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the demo draws of the whole loop."""

import dataclasses
import io
import math
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.console import Console

from dyn_perception.demo.display import PlainDisplay
from dyn_perception.demo.loop_observations import Board, Event, Goal, LoopScene, Processor
from dyn_perception.demo.observations import Network, Result, ShownFrame
from dyn_perception.demo.region_marks import mark_wrong
from dyn_perception.demo.run_statistics import RunStatistics
from dyn_perception.demo.scene import Scene
from dyn_perception.demo.view import compose, save_picture

NANO = Board(
    'NVIDIA Jetson Nano',
    (
        Processor('cpu:a57', 0.31, 0.11, 1428, 1479, 1479, 'cpu.a57.max_mhz'),
        Processor('gpu', 0.93, 0.48, 614.4, 614.4, 921.6, 'gpu.max_mhz'),
    ),
    power_w=6.31,
    temperature_c=52.34,
)
NOTHING = Board('', (Processor('cpu', 0.5, 0.25),))
EVENTS = (
    Event(0.0, 'phase', 'width 4 takes 27.8 ms alone: target 24 fps'),
    Event(4.8, 'load', 'started: 1 program on gpu'),
    Event(5.0, 'manager', 'width 4 → 2: gpu is 1.9 times slower than in the profile, see ' * 4),
)
HINTS = (
    'ros2 param set /demo_1234/resource_monitor gpu.max_mhz 461',
    'dyn-perception board --load gpu=0.5 --root /tmp/jetson_nano_1a2b3c',
)


def make_scene(frames: int = 60, host_excess_ms: float = math.nan, **loop: object) -> Scene:
    statistics = RunStatistics()
    statistics.restart(1000 / 24)
    for stamp in range(frames):
        regions = ('cat',) * 6
        result = Result(
            stamp, 'cat', 0.75, (0.75, 0.25), 2, 0.1, 2.0, 30.0, 32.4, regions, 0, 3, 'gpu',
            host_excess_ms,
        )  # fmt: skip
        statistics.add_result(result, stamp / 24)
        statistics.add_truth(stamp, ('cat', 'cat', 'dog', 'cat', 'cat', 'cat'))
    snapshot = statistics.snapshot(frames / 24)
    frame = snapshot.newest and ShownFrame(np.full((480, 640, 3), 99, np.uint8), snapshot.newest)
    network = Network('some-network', 'resnet', 4, ('cat', 'dog'))
    values = {
        'target_fps': 24.0, 'host': 'on a simulated jetson_nano', 'board': NANO,
        'goal': Goal('met', held=('gpu.max_mhz',)), 'programs': '1 program on gpu: 50% each',
        'events': EVENTS, 'hints': HINTS, **loop,
    }  # fmt: skip
    return Scene('demo_1234', 24.0, 11.6, network, snapshot, frame, LoopScene(**values))


def draw(scene: Scene, columns: int, rows: int, notice: str = '') -> list[str]:
    console = Console(file=io.StringIO(), width=columns, height=rows, _environ={})
    console.print(compose(scene, columns, rows, notice))
    lines = console.file.getvalue().splitlines()
    assert len(lines) == rows
    assert all(len(line) <= columns for line in lines)
    return lines


@pytest.mark.parametrize('size', [(80, 24), (120, 40), (200, 60)])
def test_everything_is_there(size: tuple[int, int]) -> None:
    text = '\n'.join(draw(make_scene(), *size))
    for part in (
        'some-network', 'on a simulated jetson_nano', '12 of 24 s',
        '24 fps', 'met', '100.0% on time', '2 of 4', '32.4 of 41.7 ms', '0 dropped',
        'placement gpu',
        'held by you: gpu.max_mhz', 'NVIDIA Jetson Nano', 'cpu:a57', '31% 1428 MHz',
        '93% 614 ≤ 614 MHz', 'others', 'cpu:a57 11%, gpu 48%', '1 program on gpu: 50% each',
        '6.31 W', '52.3 °C', '5.0 s  width 4 → 2: gpu is 1.9', '83.3%', *HINTS,
        '6 images, 1 wrong',
    ):  # fmt: skip
        assert part in text, part


@pytest.mark.parametrize('size', [(20, 8), (71, 20), (72, 12), (40, 50)])
def test_a_small_terminal_is_no_error(size: tuple[int, int]) -> None:
    draw(make_scene(), *size)


def test_before_anything_is_known_the_view_says_what_it_waits_for() -> None:
    loop = LoopScene(phase='waiting for manager', host='one core')
    text = '\n'.join(draw(Scene('demo_1234', None, loop=loop), 80, 24))
    for part in (
        'waiting for manager',
        'waiting for its state',
        'Ctrl-C ends',
        'one core',
    ):
        assert part in text, part


def test_a_board_without_sensors() -> None:
    text = '\n'.join(draw(make_scene(board=NOTHING, programs=''), 80, 24))
    for part in ('cpu 25%', 'demo load none', 'not measured', ' 50%'):
        assert part in text, part
    assert ' nan' not in text
    assert 'MHz' not in text


@pytest.mark.parametrize('excess_ms, is_said', [(math.nan, False), (0.0, False), (7.5, True)])
def test_a_host_that_is_too_slow_is_said(excess_ms: float, is_said: bool) -> None:
    scene = make_scene(host_excess_ms=excess_ms, goal=None)
    assert ('host 7.5 ms too slow' in '\n'.join(draw(scene, 80, 24))) == is_said


def test_without_a_manager_the_knobs_are_the_persons() -> None:
    text = '\n'.join(draw(make_scene(goal=None, has_manager=False), 80, 24))
    assert '24 fps  the knobs are yours' in text


def test_throttling_is_said() -> None:
    hot = dataclasses.replace(NANO, throttled=True)
    assert 'throttled' in '\n'.join(draw(make_scene(board=hot), 80, 24))


def test_a_notice_stands_in_the_last_line() -> None:
    assert 'width 9 refused' in draw(make_scene(), 80, 24, 'width 9 refused')[-1]


def test_the_newest_change_takes_two_lines_where_it_needs_them() -> None:
    lines = draw(make_scene(), 80, 24)
    newest = next(index for index, line in enumerate(lines) if '5.0 s  width' in line)
    assert 'profile' in lines[newest + 1]
    assert 's  ' not in lines[newest + 1][:12]


def test_other_changes_take_further_lines_only_where_there_is_room() -> None:
    events = (EVENTS[2], Event(6.0, 'relief', 'ended'))
    roomy = '\n'.join(draw(make_scene(events=events), 80, 30))
    narrow = '\n'.join(draw(make_scene(events=EVENTS * 3 + events), 80, 24))
    assert 'see …' in roomy
    assert 'see …' not in narrow
    assert '6.0 s  ended' in roomy
    assert '6.0 s  ended' in narrow


def test_the_plain_view_prints_each_change_once() -> None:
    stream = io.StringIO()
    with PlainDisplay(stream) as display:
        display.show(make_scene(events=EVENTS[:2]))
        display.show(make_scene(events=EVENTS))
        display.show(make_scene(events=EVENTS[2:]))  # the oldest are forgotten
    lines = stream.getvalue().splitlines()
    assert [line for line in lines if 'fps  ' not in line] == [
        f'{event.elapsed_s:5.1f} s  {event.text}' for event in EVENTS
    ]


def test_wrong_regions_are_red() -> None:
    image = np.full((4, 6, 3), 100, np.uint8)
    marked = mark_wrong(image, (True, False, None, True, True, False), 3)
    is_red = (marked[..., 2] > 150).astype(int)
    assert is_red[::2, ::2].tolist() == [[0, 1, 0], [0, 0, 1]]
    assert np.array_equal(is_red, np.kron(is_red[::2, ::2], np.ones((2, 2), int)))
    assert (image == 100).all()


def test_the_picture_shows_the_loop(tmp_path: Path) -> None:
    save_picture(make_scene(), tmp_path / 'demo.svg', 'make demo BOARD=jetson_nano')
    text = ''.join(ElementTree.parse(tmp_path / 'demo.svg').getroot().itertext())
    text = text.replace('\xa0', ' ')
    for part in ('make demo BOARD=jetson_nano', '6.31 W', 'what changed, and why'):
        assert part in text, part


def test_the_picture_has_room_below_the_last_letters(tmp_path: Path) -> None:
    save_picture(make_scene(), tmp_path / 'demo.svg')
    root = ElementTree.parse(tmp_path / 'demo.svg').getroot()
    name = '{http://www.w3.org/2000/svg}'
    clip = next(item for item in root.iter(f'{name}clipPath') if 'terminal' in item.attrib['id'])
    feet = [float(text.attrib['y']) for text in root.iter(f'{name}text') if text.text.strip()]
    assert float(clip[0].attrib['height']) > max(feet) + 6  # of a font size of 20
