# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the demo draws."""

import io
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.console import Console

from dyn_perception.demo.bars import group_bar, history, share_bar
from dyn_perception.demo.display import (
    LiveDisplay,
    PlainDisplay,
    choose_display,
    plain_line,
)
from dyn_perception.demo.loop_observations import Event, LoopScene
from dyn_perception.demo.observations import Network, Result, ShownFrame, Snapshot
from dyn_perception.demo.run_statistics import RunStatistics
from dyn_perception.demo.scene import Scene
from dyn_perception.demo.thumbnail import Thumbnail, fit
from dyn_perception.demo.view import compose, save_picture

RED_OVER_BLUE = np.array([[[0, 0, 255]], [[255, 0, 0]]], np.uint8)  # BGR


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    encoding = 'utf-8'

    def isatty(self) -> bool:
        return True


def console(columns: int, rows: int, **options: object) -> Console:
    options = {'color_system': 'truecolor', 'force_terminal': True, **options}
    return Console(file=io.StringIO(), width=columns, height=rows, _environ={}, **options)


def draw(console: Console, content: object) -> str:
    console.print(content)
    return console.file.getvalue()


def make_scene(groups: int = 4, frames: int = 40, **facts: object) -> Scene:
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


@pytest.mark.parametrize('size', [(80, 24), (120, 40), (200, 60)])
def test_the_view_fills_the_terminal_and_shows_everything(size: tuple[int, int]) -> None:
    columns, rows = size
    text = draw(console(columns, rows, color_system=None), compose(make_scene(), columns, rows))
    lines = text.splitlines()
    assert len(lines) == rows
    assert all(len(line) <= columns for line in lines)
    for part in (
        'some-network', '4 groups', 'cat  ✓ right', 'labelled cat', '0.75', '4 of 4', 'fps',
        '0 dropped', '0.66 ms', '0.11 queueing', '0.22 preprocessing', '0.33 inference',
        'width 1', 'width 4', '75.0%',
        '40', '1 of 20 s', 'demo_1234', 'camera 640 × 480',
    ):  # fmt: skip
        assert part in text, part


@pytest.mark.parametrize('size', [(20, 8), (63, 20), (64, 12)])
def test_a_small_terminal_is_no_error(size: tuple[int, int]) -> None:
    lines = draw(console(*size, color_system=None), compose(make_scene(), *size)).splitlines()
    assert len(lines) == size[1]
    assert all(len(line) <= size[0] for line in lines)


@pytest.mark.parametrize('groups', [1, 2, 8, 9, 40])
def test_any_number_of_groups_fits(groups: int) -> None:
    text = draw(console(80, 24, color_system=None), compose(make_scene(groups), 80, 24))
    assert f'{groups} groups' in text
    assert len(text.splitlines()) == 24
    assert 'width 1' in text
    assert f'width {groups}' in text


def test_before_the_first_frame_the_view_says_what_it_waits_for() -> None:
    text = draw(console(80, 24, color_system=None), compose(Scene('demo_1234', None), 80, 24))
    assert 'waiting for the first frame' in text
    assert 'Ctrl-C ends' in text


def test_a_notice_is_shown() -> None:
    view = compose(make_scene(), 80, 24, 'width 5 refused: the model has 4 groups')
    assert 'width 5 refused' in draw(console(80, 24), view)


def test_a_wrong_result_is_marked() -> None:
    assert '✗ wrong' in draw(console(80, 24), compose(make_scene(frames=1), 80, 24))


def test_a_thumbnail_has_two_pixels_a_character() -> None:
    text = draw(console(10, 10), Thumbnail(RED_OVER_BLUE, 1, 1))
    assert text.startswith('\x1b[38;2;255;0;0;48;2;0;0;255m▀')


@pytest.mark.parametrize('options', [{'no_color': True}, {'color_system': None}])
def test_a_thumbnail_without_colours_has_letters_of_the_same_brightness(
    options: dict[str, object],
) -> None:
    image = np.repeat(np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8), 2, 0)
    assert draw(console(10, 10, **options), Thumbnail(image, 2, 1)).splitlines()[0] == ' @'


@pytest.mark.parametrize(
    'limits, size', [((40, 15), (40, 15)), ((100, 15), (40, 15)), ((20, 99), (20, 8))]
)
def test_a_thumbnail_keeps_the_shape_of_the_image(
    limits: tuple[int, int], size: tuple[int, int]
) -> None:
    assert fit(np.zeros((480, 640, 3), np.uint8), *limits) == size


def test_bars() -> None:
    assert share_bar(0.5, 4, 'red').plain == '██··'
    assert share_bar(7.0, 4, 'red').plain == '████'
    assert group_bar(2, 4, 7).plain == '█ █ ░ ░'
    assert [len(group_bar(3, groups, 10).plain) for groups in (4, 9, 10, 40)] == [7, 9, 10, 10]
    assert history([(n, 'red') for n in (1, 2, 4, 4, 90)], 6).plain == ' ▂▄███'
    assert history([], 3).plain == '   '


def test_the_picture_is_svg_with_what_the_view_shows(tmp_path: Path) -> None:
    save_picture(make_scene(), tmp_path / 'demo.svg')
    root = ElementTree.parse(tmp_path / 'demo.svg').getroot()
    assert root.tag == '{http://www.w3.org/2000/svg}svg'
    assert 'some-network' in ''.join(root.itertext()).replace('\xa0', ' ')


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
        display.show(make_scene())
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
            scene = make_scene()
            display.show(Scene('demo_1234', 20.0, tenth / 10, scene.network, scene.snapshot))
        display.show(Scene('demo_1234', 20.0, 9.0, None, Snapshot()))
    lines = stream.getvalue().splitlines()
    assert len(lines) == 3
    assert 'width 4 of 4' in lines[0]
    assert 'right 75.0%' in lines[0]


def test_the_plain_view_names_what_comes_before_the_loop() -> None:
    stream = io.StringIO()
    early = (Event(6.5, 'manager', 'width 1 → 2'),)
    network, snapshot = make_scene().network, make_scene().snapshot
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
    scene = make_scene()
    assert scene.snapshot.newest is not None
    assert plain_line(scene, scene.snapshot.newest).isascii()
