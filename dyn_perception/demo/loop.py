# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The steps of the whole loop: wait for the nodes, measure, set the target, load the machine."""

import math
import time
from collections.abc import Callable, Iterator

from dyn_perception.demo.calibration import Calibration, calibrate
from dyn_perception.demo.competition import Competition
from dyn_perception.demo.load_schedule import LoadSchedule
from dyn_perception.demo.loop_observations import LoopScene
from dyn_perception.demo.loop_watch import LoopWatch
from dyn_perception.demo.observer import Observer
from dyn_perception.demo.processes import NodeProcesses
from dyn_perception.demo.remote_parameters import RemoteParameters
from dyn_perception.demo.stage import Stage

MEASURING_FPS = 12.0
_WARM_UP = 4  # first frames, which are slower
_MEASURED = 16  # frames
_FEW = 4  # are enough where frames are slow
_MEASURING_S = 5.0
_SETTLING_FRAMES = 3
_TAKING_OVER_S = 3.0


class Loop:
    """Goes on by `step`, called many times a second in the main thread."""

    def __init__(
        self,
        observer: Observer,
        processes: NodeProcesses,
        stage: Stage,
        has_manager: bool,
        seconds: float | None,
        report: Callable[[str], None],
    ) -> None:
        """Watch the nodes, which are started by others.

        Args:
            observer: hears the results; not spinning yet.
            processes: gets the competing programs.
            stage: where it all runs.
            has_manager: whether a manager is there to be given the target.
            seconds: time of the loop, None for no end.
            report: gets what the viewer should know.
        """
        self.target_fps = math.nan
        self.refused = 0  # sets of parameters that did not take effect
        self.start_s: float | None = None  # when the loop began, monotonic clock
        self._watch = LoopWatch(observer, observer.statistics)
        self._camera = RemoteParameters(observer, 'image_source', self._refuse)
        self._manager = (
            RemoteParameters(observer, 'manager', self._refuse) if has_manager else None
        )
        self._report = report
        self._observer = observer
        self._processes = processes
        self._stage = stage
        self._seconds = seconds
        self._competition: Competition | None = None
        self._phase = 'starting'
        self._steps = self._go()

    def step(self) -> None:
        """Do what is due."""
        if self._competition is None:
            next(self._steps, None)
        else:
            assert self.start_s is not None
            self._competition.step(time.monotonic() - self.start_s)
            if self._manager is None:
                self._watch.note_operating_point()

    @property
    def missing(self) -> str:
        """The nodes that nothing came from yet; '' once all are there."""
        parts = {
            'perception': self._observer.network and self._observer.start_s,
            'resource_monitor': self._watch.board,
            'manager': self._manager is None or self._watch.goal,
        }
        return ', '.join(name for name, there in parts.items() if not there)

    def scene(self, namespace: str) -> LoopScene:
        """Return what is to be shown now."""
        load = self._competition.load if self._competition else None
        return LoopScene(
            phase='' if self._competition else self._phase,
            target_fps=self.target_fps,
            host=self._stage.title,
            board=self._watch.board,
            goal=self._watch.goal,
            has_manager=self._manager is not None,
            programs=load.text if load else '',
            events=tuple(self._watch.events),
            hints=self._stage.hints(namespace, self._watch.board, self._manager is not None),
        )

    def _refuse(self, reason: str) -> None:
        self.refused += 1
        self._report(reason)

    def _go(self) -> Iterator[None]:
        while self.missing:
            self._phase = f'waiting for {self.missing}'
            yield
        groups = self._observer.network.groups if self._observer.network else 0
        self._phase = f'measuring width {groups} alone'
        yield from self._measure()
        calibration = calibrate(self._service_ms())
        self.target_fps = calibration.target_fps
        self._phase = 'setting the target'
        self._camera.set(rate_hz=self.target_fps)
        while not self._camera.is_settled:
            yield
        # The first frames at another rate come at any distance.
        settled = time.monotonic() + _SETTLING_FRAMES / self.target_fps
        while time.monotonic() < settled:
            yield
        if self._manager is not None:
            self._phase = 'the manager takes over'
            self._manager.set(target_fps=self.target_fps, enabled=True)
            # It listens for other managers before it acts.
            deadline = time.monotonic() + _TAKING_OVER_S
            while not (self._manager.is_settled and self._has_taken_over(deadline)):
                yield
        self._begin(calibration, groups)

    def _has_taken_over(self, deadline: float) -> bool:
        goal = self._watch.goal
        acts = goal is not None and goal.acts and goal.is_in_force
        return acts or time.monotonic() > deadline

    def _measure(self) -> Iterator[None]:
        self._observer.statistics.restart(math.inf)
        deadline = time.monotonic() + _MEASURING_S
        while (count := len(self._service_ms())) < _MEASURED:
            if count >= _FEW and time.monotonic() > deadline:
                break
            yield

    def _service_ms(self) -> list[float]:
        results = list(self._observer.statistics.snapshot(time.monotonic()).recent.values())
        return [result.service_ms for result in results[_WARM_UP:]]

    def _begin(self, calibration: Calibration, groups: int) -> None:
        self._observer.statistics.restart(1000 / self.target_fps)
        self._watch.restart()
        self.start_s = time.monotonic()
        self._watch.add_event(
            'phase',
            f'width {groups} takes {calibration.service_ms:.1f} ms alone: target '
            f'{self.target_fps:g} fps, {1000 / self.target_fps:.1f} ms',
        )
        self._competition = Competition(
            self._processes,
            LoadSchedule(self._seconds),
            self._stage.loads(calibration),
            self._watch.add_event,
        )
