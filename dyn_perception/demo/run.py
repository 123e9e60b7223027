# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""One run of the demo, from starting the nodes to the summary."""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dyn_perception.demo.display import Display, choose_display, save_picture
from dyn_perception.demo.observations import Scene
from dyn_perception.demo.observer import Observer, RosThread
from dyn_perception.demo.processes import (
    ChildProcesses,
    Interruption,
    node_program,
    profile_environment,
)
from dyn_perception.demo.shows import MEASURING_FPS, Loop, WidthShow
from dyn_perception.demo.stage import Stage, this_machine
from dyn_perception.demo.statistics import summary
from dyn_perception.share import config_path

_STEP_S = 0.1
_FIRST_RESULT_S = 60.0
_IMAGE_SIZE = [640, 480]
_FPS = 30.0
_LOOK_S = 0.05  # between two looks for the simulated board


@dataclass(frozen=True)
class Options:
    """What a run is told; the help of the demo says what each means."""

    seconds: float | None
    manager: int
    board: str
    model: str
    source: str
    namespace: str
    plain: bool
    picture: Path | None


class NoResultError(Exception):
    """No frame was answered; the text says what to look at."""


def run(options: Options, interruption: Interruption) -> dict[str, object]:
    """Run the demo until its time is over or it is interrupted, and return its summary.

    Raises:
        ProcessEndedError: if a node or program ends by itself.
        NoResultError: if no result comes.
        BundleError, EngineError, ShareError, SimulationError: if what the options name cannot be
            used, or the package is not installed.
    """
    profile = str(config_path('fastdds_profile.xml'))
    os.environ.update(profile_environment(os.environ, profile))
    display = choose_display(sys.stderr, options.plain)
    with _open_stage(options) as stage, display, ChildProcesses(display.node_line) as processes:
        _start_nodes(processes, options, stage, interruption)
        with RosThread() as ros:
            wants_frames = display.shows_frames or options.picture is not None
            observer = Observer(options.namespace, wants_frames)
            show = _show(observer, processes, options, stage, display)
            ros.add(observer)
            began = time.monotonic()
            while not (interruption.requested or _is_over(show, options.seconds)):
                ros.check()
                processes.check()
                _check_progress(show, began)
                show.step()
                display.show(_scene(observer, show, options, display.shows_frames))
                time.sleep(_STEP_S)
            scene = _scene(observer, show, options, wants_frames)
            display.show(scene)
            processes.request_end()  # while they end, ROS does here
    if options.picture is not None:
        save_picture(scene, options.picture, _title(options))
    latency_ms = observer.statistics.latency_percentiles()
    return summary(scene.network, scene.snapshot, latency_ms, show.refused, show.target_fps)


@contextmanager
def _open_stage(options: Options) -> Iterator[Stage | None]:
    """Return where the loop runs, None where there is none; its folder is gone afterwards."""
    if not options.board:
        yield this_machine() if options.manager else None
        return
    # Only here: it takes a moment that the others need not wait.
    from dyn_perception.demo.simulated_stage import simulated_stage

    stage = simulated_stage(options.board, options.model)
    try:
        yield stage
    finally:
        assert stage.root is not None
        shutil.rmtree(stage.root, ignore_errors=True)  # left over where its node was killed


def _start_nodes(
    processes: ChildProcesses, options: Options, stage: Stage | None, interruption: Interruption
) -> None:
    """Start all nodes that the options ask for, unless there is an interruption."""
    where = options.namespace
    if stage is not None and stage.root is not None:
        board = {'board': stage.board, 'root': str(stage.root)}
        processes.start(node_program('simulated_board', where, board), restores=True)
        # The others read it when they start. It appears complete, in one step.
        while not (stage.root.exists() or interruption.requested):
            processes.check()
            time.sleep(_LOOK_S)
    if interruption.requested:
        return
    model = {'model': options.model} if options.model else {}
    source = {'source': options.source} if options.source else {}
    camera = {'image_size': _IMAGE_SIZE, **source}
    if stage is None:
        processes.start(node_program('perception', where, model))
        processes.start(node_program('image_source', where, {'rate_hz': _FPS, **camera}))
        return
    placement = {'placement': stage.placement} if stage.placement else {}
    grid = {'regions': list(stage.regions)}
    perception = {**model, **grid, **placement, **stage.perception}
    processes.start(node_program('perception', where, perception))
    mosaic = {'mosaic': list(stage.regions), 'rate_hz': MEASURING_FPS}
    processes.start(node_program('image_source', where, {**camera, **mosaic}))
    processes.start(node_program('resource_monitor', where, stage.monitor), restores=True)
    if options.manager:
        manager = {'enabled': False, **stage.manager}
        processes.start(node_program('manager', where, manager), acts_on_others=True)


def _show(
    observer: Observer,
    processes: ChildProcesses,
    options: Options,
    stage: Stage | None,
    display: Display,
) -> Loop | WidthShow:
    if stage is None:
        return WidthShow(observer, options.seconds, display.notice)
    has_manager = bool(options.manager)
    return Loop(observer, processes, stage, has_manager, options.seconds, display.notice)


def _is_over(show: Loop | WidthShow, seconds: float | None) -> bool:
    return (
        seconds is not None
        and show.start_s is not None
        and time.monotonic() >= show.start_s + seconds
    )


def _check_progress(show: Loop | WidthShow, began: float) -> None:
    if time.monotonic() > began + _FIRST_RESULT_S and show.missing:
        raise NoResultError(
            f'nothing came from {show.missing} within {_FIRST_RESULT_S:g} s although it runs: '
            'messages do not arrive; see whether RMW_IMPLEMENTATION, ROS_DISCOVERY_SERVER and the '
            'profile in FASTDDS_DEFAULT_PROFILES_FILE and FASTRTPS_DEFAULT_PROFILES_FILE are meant'
        )


def _scene(
    observer: Observer, show: Loop | WidthShow, options: Options, with_frame: bool
) -> Scene:
    now = time.monotonic()
    return Scene(
        namespace=options.namespace,
        seconds=options.seconds,
        elapsed_s=0.0 if show.start_s is None else now - show.start_s,
        network=observer.network,
        snapshot=observer.statistics.snapshot(now),
        frame=observer.shown_frame() if with_frame else None,
        loop=show.scene(options.namespace),
    )


def _title(options: Options) -> str:
    board = f' BOARD={options.board}' if options.board else ''
    return f'make demo{board}' + ('' if options.manager else ' MANAGER=0')
