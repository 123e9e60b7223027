# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""One run of the demo, from starting the nodes to the summary."""

import argparse
import os
import sys
import time

from dyn_perception.nodes.demo.display import choose_display
from dyn_perception.nodes.demo.interruption import Interruption
from dyn_perception.nodes.demo.observer import Observer
from dyn_perception.nodes.demo.processes import NodeProcesses, profile_environment
from dyn_perception.nodes.demo.ros_thread import RosThread
from dyn_perception.nodes.demo.scene import Scene
from dyn_perception.nodes.demo.summary import summary
from dyn_perception.nodes.demo.view import save_picture
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
        ShareError: if the package is not installed.
    """
    profile = str(config_path('fastdds_profile.xml'))
    os.environ.update(profile_environment(os.environ, profile))
    display = choose_display(sys.stderr, options.plain)
    with display, NodeProcesses(display.node_line) as processes:
        if not interruption.requested:
            _start(processes, options)
        with RosThread() as ros:
            wants_frames = display.shows_frames or options.picture is not None
            observer = Observer(options.namespace, options.seconds, wants_frames, display.notice)
            ros.add(observer)
            began = time.monotonic()
            while not (interruption.requested or _is_over(observer, options.seconds)):
                ros.check()
                processes.check()
                _check_progress(observer, began)
                display.show(_scene(observer, options, display.shows_frames))
                time.sleep(_TICK_S)
            scene = _scene(observer, options, wants_frames)
            display.show(scene)
            processes.request_end()  # while they end, ROS does here
    if options.picture is not None:
        save_picture(scene, options.picture)
    latency_ms = observer.statistics.latency_percentiles()
    return summary(scene.network, scene.snapshot, latency_ms, observer.refused)


def _start(processes: NodeProcesses, options: argparse.Namespace) -> None:
    model = {'model': options.model} if options.model else {}
    source = {'source': options.source} if options.source else {}
    camera = {'rate_hz': 30.0, 'image_size': [640, 480], **source}
    processes.start('perception', options.namespace, model)
    processes.start('image_source', options.namespace, camera)


def _is_over(observer: Observer, seconds: float | None) -> bool:
    return (
        seconds is not None
        and observer.start_s is not None
        and time.monotonic() >= observer.start_s + seconds
    )


def _check_progress(observer: Observer, began: float) -> None:
    if observer.start_s is None and time.monotonic() > began + _FIRST_RESULT_S:
        raise NoResultError(
            f'no result came within {_FIRST_RESULT_S:g} s although the nodes run: messages do not '
            'arrive; see whether RMW_IMPLEMENTATION, ROS_DISCOVERY_SERVER and the profile in '
            'FASTDDS_DEFAULT_PROFILES_FILE and FASTRTPS_DEFAULT_PROFILES_FILE are meant'
        )


def _scene(observer: Observer, options: argparse.Namespace, with_frame: bool) -> Scene:
    now = time.monotonic()
    return Scene(
        namespace=options.namespace,
        seconds=options.seconds,
        elapsed_s=0.0 if observer.start_s is None else now - observer.start_s,
        network=observer.network,
        snapshot=observer.statistics.snapshot(now),
        frame=observer.shown_frame() if with_frame else None,
    )
