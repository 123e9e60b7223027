# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the demo draws in a terminal, prints without one, and leaves as a picture."""

import dataclasses
import io
import math
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.console import Console

from dyn_perception.demo.display import (
    LiveDisplay,
    PlainDisplay,
    choose_display,
    compose,
    plain_line,
    save_picture,
)
from dyn_perception.demo.observations import (
    Board,
    Event,
    Goal,
    LoopScene,
    Network,
    Processor,
    Result,
    Scene,
    ShownFrame,
    Snapshot,
)
from dyn_perception.demo.statistics import RunStatistics

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


def width_scene(groups: int = 4, frames: int = 40, **facts: object) -> Scene:
    labels = ('cat', 'dog', 'a class with a very long name')
    statistics = RunStatistics()
    for stamp in range(frames):
        width = 1 + stamp % groups
        newest = Result(
            stamp, 'cat', 0.75, (0.75, 0.2, 0.05), width, 0.11, 0.22, 0.33, 0.66, ('cat',)
        )
        statistics.add_result(newest, stamp / 30)
        statistics.add_truth(stamp, ('cat' if stamp % 4 else 'dog',))
    snapshot = statistics.snapshot(frames / 30)
    image = np.full((480, 640, 3), 128, np.uint8)
    frame = ShownFrame(image, snapshot.newest) if snapshot.newest else None
    network = Network('some-network', 'resnet', groups, labels)
    return Scene('demo_1234', 20.0, 1.3, network, snapshot, frame, **facts)


def loop_scene(frames: int = 60, host_excess_ms: float = math.nan, **loop: object) -> Scene:
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
def test_the_view_of_the_width_shows_everything(size: tuple[int, int]) -> None:
    text = '\n'.join(draw(width_scene(), *size))
    for part in (
        'some-network', '4 groups', 'cat  ✓ right', 'labelled cat', '0.75', '4 of 4', 'fps',
        '0 dropped', '0.66 ms', '0.11 queueing', '0.22 preprocessing', '0.33 inference',
        'width 1', 'width 4', '75.0%',
        '40', '1 of 20 s', 'demo_1234', 'camera 640 × 480',
    ):  # fmt: skip
        assert part in text, part


@pytest.mark.parametrize('size', [(20, 8), (63, 20), (64, 12)])
def test_a_small_terminal_is_no_error_for_the_width(size: tuple[int, int]) -> None:
    draw(width_scene(), *size)


@pytest.mark.parametrize('groups', [1, 2, 8, 9, 40])
def test_any_number_of_groups_fits(groups: int) -> None:
    text = '\n'.join(draw(width_scene(groups), 80, 24))
    assert f'{groups} groups' in text
    assert 'width 1' in text
    assert f'width {groups}' in text


def test_before_the_first_frame_the_view_says_what_it_waits_for() -> None:
    text = '\n'.join(draw(Scene('demo_1234', None), 80, 24))
    assert 'waiting for the first frame' in text
    assert 'Ctrl-C ends' in text


def test_a_notice_is_shown() -> None:
    lines = draw(width_scene(), 80, 24, 'width 5 refused: the model has 4 groups')
    assert 'width 5 refused' in lines[-1]


def test_a_wrong_result_is_marked() -> None:
    assert '✗ wrong' in '\n'.join(draw(width_scene(frames=1), 80, 24))


@pytest.mark.parametrize('size', [(80, 24), (120, 40), (200, 60)])
def test_the_view_of_the_loop_shows_everything(size: tuple[int, int]) -> None:
    text = '\n'.join(draw(loop_scene(), *size))
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
def test_a_small_terminal_is_no_error_for_the_loop(size: tuple[int, int]) -> None:
    draw(loop_scene(), *size)


def test_before_anything_is_known_the_view_of_the_loop_says_what_it_waits_for() -> None:
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
    text = '\n'.join(draw(loop_scene(board=NOTHING, programs=''), 80, 24))
    for part in ('cpu 25%', 'demo load none', 'not measured', ' 50%'):
        assert part in text, part
    assert ' nan' not in text
    assert 'MHz' not in text


@pytest.mark.parametrize('excess_ms, is_said', [(math.nan, False), (0.0, False), (7.5, True)])
def test_a_host_that_is_too_slow_is_said(excess_ms: float, is_said: bool) -> None:
    scene = loop_scene(host_excess_ms=excess_ms, goal=None)
    assert ('host 7.5 ms too slow' in '\n'.join(draw(scene, 80, 24))) == is_said


def test_without_a_manager_the_knobs_are_the_persons() -> None:
    text = '\n'.join(draw(loop_scene(goal=None, has_manager=False), 80, 24))
    assert '24 fps  the knobs are yours' in text


def test_throttling_is_said() -> None:
    hot = dataclasses.replace(NANO, throttled=True)
    assert 'throttled' in '\n'.join(draw(loop_scene(board=hot), 80, 24))


def test_a_notice_stands_in_the_last_line_of_the_loop() -> None:
    assert 'width 9 refused' in draw(loop_scene(), 80, 24, 'width 9 refused')[-1]


def test_the_newest_change_takes_two_lines_where_it_needs_them() -> None:
    lines = draw(loop_scene(), 80, 24)
    newest = next(index for index, line in enumerate(lines) if '5.0 s  width' in line)
    assert 'profile' in lines[newest + 1]
    assert 's  ' not in lines[newest + 1][:12]


def test_other_changes_take_further_lines_only_where_there_is_room() -> None:
    events = (EVENTS[2], Event(6.0, 'relief', 'ended'))
    roomy = '\n'.join(draw(loop_scene(events=events), 80, 30))
    narrow = '\n'.join(draw(loop_scene(events=EVENTS * 3 + events), 80, 24))
    assert 'see …' in roomy
    assert 'see …' not in narrow
    assert '6.0 s  ended' in roomy
    assert '6.0 s  ended' in narrow


def test_the_picture_is_svg_with_what_the_view_shows(tmp_path: Path) -> None:
    save_picture(width_scene(), tmp_path / 'demo.svg')
    root = ElementTree.parse(tmp_path / 'demo.svg').getroot()
    assert root.tag == '{http://www.w3.org/2000/svg}svg'
    assert 'some-network' in ''.join(root.itertext()).replace('\xa0', ' ')


def test_the_picture_shows_the_loop(tmp_path: Path) -> None:
    save_picture(loop_scene(), tmp_path / 'demo.svg', 'make demo BOARD=jetson_nano')
    text = ''.join(ElementTree.parse(tmp_path / 'demo.svg').getroot().itertext())
    text = text.replace('\xa0', ' ')
    for part in ('make demo BOARD=jetson_nano', '6.31 W', 'what changed, and why'):
        assert part in text, part


def test_the_picture_has_room_below_the_last_letters(tmp_path: Path) -> None:
    save_picture(loop_scene(), tmp_path / 'demo.svg')
    root = ElementTree.parse(tmp_path / 'demo.svg').getroot()
    name = '{http://www.w3.org/2000/svg}'
    clip = next(item for item in root.iter(f'{name}clipPath') if 'terminal' in item.attrib['id'])
    feet = [float(text.attrib['y']) for text in root.iter(f'{name}text') if text.text.strip()]
    assert float(clip[0].attrib['height']) > max(feet) + 6  # of a font size of 20


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    encoding = 'utf-8'

    def isatty(self) -> bool:
        return True


def test_the_live_view_needs_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('TERM', 'xterm-256color')
    assert isinstance(choose_display(Terminal(), plain=False), LiveDisplay)
    assert isinstance(choose_display(Terminal(), plain=True), PlainDisplay)
    assert isinstance(choose_display(io.StringIO(), plain=False), PlainDisplay)
    monkeypatch.setenv('TERM', 'dumb')
    assert isinstance(choose_display(Terminal(), plain=False), PlainDisplay)


def test_the_live_view_leaves_the_terminal_as_it_was_and_repeats_notices(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv('TERM', 'xterm-256color')
    terminal = Terminal()
    with choose_display(terminal, plain=False) as display:
        display.show(width_scene())
        display.node_line('perception', '[INFO] nothing special')
        display.node_line('perception', '[WARN] image refused')
    text = terminal.getvalue()
    entered, left = text.index('\x1b[?1049h'), text.index('\x1b[?1049l')
    assert entered < left
    assert text.index('\x1b[?25l') < text.index('\x1b[?25h')  # the cursor
    after = text[left:]
    assert 'perception: [WARN] image refused' in after
    assert 'accuracy' in after
    assert 'nothing special' not in text


def test_the_plain_view_prints_a_line_a_second() -> None:
    stream = io.StringIO()
    with PlainDisplay(stream) as display:
        for tenth in range(25):
            scene = width_scene()
            display.show(Scene('demo_1234', 20.0, tenth / 10, scene.network, scene.snapshot))
        display.show(Scene('demo_1234', 20.0, 9.0, None, Snapshot()))
    lines = stream.getvalue().splitlines()
    assert len(lines) == 3
    assert 'width 4 of 4' in lines[0]
    assert 'right 75.0%' in lines[0]


def test_the_plain_view_names_what_comes_before_the_loop() -> None:
    stream = io.StringIO()
    early = (Event(6.5, 'manager', 'width 1 → 2'),)
    network, snapshot = width_scene().network, width_scene().snapshot
    with PlainDisplay(stream) as display:
        for phase in ('starting', 'measuring', 'measuring'):
            loop = LoopScene(phase=phase, events=early)
            display.show(Scene('demo_1234', 20.0, 0.0, network, snapshot, loop=loop))
        loop = LoopScene(events=(Event(0.0, 'phase', 'target 15 fps'),))
        display.show(Scene('demo_1234', 20.0, 0.0, network, snapshot, loop=loop))
    lines = stream.getvalue().splitlines()
    assert lines[:3] == ['demo: starting', 'demo: measuring', '  0.0 s  target 15 fps']
    assert 'width 4 of 4' in lines[3]
    assert len(lines) == 4


def test_the_plain_line_is_ascii() -> None:
    scene = width_scene()
    assert scene.snapshot.newest is not None
    assert plain_line(scene, scene.snapshot.newest).isascii()


def test_the_plain_view_prints_each_change_once() -> None:
    stream = io.StringIO()
    with PlainDisplay(stream) as display:
        display.show(loop_scene(events=EVENTS[:2]))
        display.show(loop_scene(events=EVENTS))
        display.show(loop_scene(events=EVENTS[2:]))  # the oldest are forgotten
    lines = stream.getvalue().splitlines()
    assert [line for line in lines if 'fps  ' not in line] == [
        f'{event.elapsed_s:5.1f} s  {event.text}' for event in EVENTS
    ]
