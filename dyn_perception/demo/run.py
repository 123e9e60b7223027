# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""One run of the demo, from starting the nodes to the summary."""

import argparse
import os
import sys
import time

from dyn_perception.demo.display import Display, choose_display
from dyn_perception.demo.interruption import Interruption
from dyn_perception.demo.loop import Loop
from dyn_perception.demo.observer import Observer
from dyn_perception.demo.processes import NodeProcesses, profile_environment
from dyn_perception.demo.ros_thread import RosThread
from dyn_perception.demo.scene import Scene
from dyn_perception.demo.stage import Stage
from dyn_perception.demo.starting import open_stage, start_nodes
from dyn_perception.demo.summary import summary
from dyn_perception.demo.view import save_picture
from dyn_perception.demo.width_show import WidthShow
from dyn_perception.share import config_path

_TICK_S = 0.1
_FIRST_RESULT_S = 60.0


class NoResultError(Exception):
    """No frame was answered; the text says what to look at."""


def run(options: argparse.Namespace, interruption: Interruption) -> dict[str, object]:
    """Run the demo until its time is over or it is interrupted, and return its summary.

    Raises:
        NodeEndedError: if a node ends by itself.
        NoResultError: if no result comes.
        BundleError, EngineError, ShareError, SimulationError: if what the options name cannot be
            used, or the package is not installed.
    """
    profile = str(config_path('fastdds_profile.xml'))
    os.environ.update(profile_environment(os.environ, profile))
    display = choose_display(sys.stderr, options.plain)
    with open_stage(options) as stage, display, NodeProcesses(display.node_line) as processes:
        start_nodes(processes, options, stage, interruption)
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
                time.sleep(_TICK_S)
            scene = _scene(observer, show, options, wants_frames)
            display.show(scene)
            processes.request_end()  # while they end, ROS does here
    if options.picture is not None:
        save_picture(scene, options.picture, _title(options))
    latency_ms = observer.statistics.latency_percentiles()
    return summary(scene.network, scene.snapshot, latency_ms, show.refused, show.target_fps)


def _show(
    observer: Observer,
    processes: NodeProcesses,
    options: argparse.Namespace,
    stage: Stage | None,
    display: Display,
) -> Loop | WidthShow:
    if stage is None:
        return WidthShow(observer, options.seconds, display.notice)
    has_manager = bool(options.manager)
    return Loop(observer, processes, stage, has_manager, options.seconds, display.notice)


def _title(options: argparse.Namespace) -> str:
    board = f' BOARD={options.board}' if options.board else ''
    return f'make demo{board}' + ('' if options.manager else ' MANAGER=0')


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
    observer: Observer, show: Loop | WidthShow, options: argparse.Namespace, with_frame: bool
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
