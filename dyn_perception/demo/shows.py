# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the demo shows once the nodes run: the whole loop, or the width of the network alone."""

import math
import time
from collections.abc import Callable, Iterator

from dyn_perception.demo.competition import Calibration, Competition, LoadSchedule, calibrate
from dyn_perception.demo.observations import LoopScene
from dyn_perception.demo.observer import LoopWatch, Observer
from dyn_perception.demo.processes import ChildProcesses
from dyn_perception.demo.stage import Stage
from dyn_perception.nodes.common.remote_parameters import Answer, RemoteParameters

MEASURING_FPS = 12.0
_WARM_UP = 4  # first frames, which are slower
_MEASURED = 16  # frames
_FEW = 4  # are enough where frames are slow
_MEASURING_S = 5.0
_SETTLING_FRAMES = 3
_TAKING_OVER_S = 3.0
WIDTH_CYCLE_S = 20.0
_WIDTH_LIMIT_S = 3.0  # of an answer, after which the width that is due by then is set
_ASK_AGAIN_S = 2.0


class Loop:
    """The loop: wait for the nodes, measure, set the target, load the machine.

    It goes on by `step`, called many times a second in the main thread.
    """

    def __init__(
        self,
        observer: Observer,
        processes: ChildProcesses,
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
        self._camera = _remote(observer, 'image_source')
        self._manager = _remote(observer, 'manager') if has_manager else None
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
        yield from self._set(self._camera, rate_hz=self.target_fps)
        # The first frames at another rate come at any distance.
        settled = time.monotonic() + _SETTLING_FRAMES / self.target_fps
        while time.monotonic() < settled:
            yield
        if self._manager is not None:
            self._phase = 'the manager takes over'
            # It listens for other managers before it acts.
            deadline = time.monotonic() + _TAKING_OVER_S
            yield from self._set(self._manager, target_fps=self.target_fps, enabled=True)
            while not self._has_taken_over() and time.monotonic() <= deadline:
                yield
        self._begin(calibration, groups)

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

    def _set(self, node: RemoteParameters, **values: object) -> Iterator[None]:
        answers: list[Answer] = []
        node.set(values, answers.append)
        while not answers:
            yield
        if not answers[0].successful:
            self.refused += 1
            self._report(f'{node.name}: {answers[0].reason}')

    def _has_taken_over(self) -> bool:
        goal = self._watch.goal
        return goal is not None and goal.acts and goal.is_in_force

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


def _remote(observer: Observer, name: str) -> RemoteParameters:
    """Return the parameters of a node that the loop cannot do without, so it waits for it."""
    return RemoteParameters(observer, name, limit_s=math.inf, ask_again_s=_ASK_AGAIN_S)


class WidthSchedule:
    """All groups, one fewer at a time down to one, and back, each width for as long in total.

    In a run of a given time whole cycles fit; without one, a cycle lasts `WIDTH_CYCLE_S` seconds.
    """

    def __init__(self, groups: int, seconds: float | None) -> None:
        """Plan for a network of so many groups and, if known, the time of the run."""
        cycles = max(1, round(seconds / WIDTH_CYCLE_S)) if seconds else 1
        # Down and up again, so the turning points are shown for two steps on end.
        self._widths: tuple[int, ...] = (*range(groups, 0, -1), *range(1, groups + 1))
        self._step_s = (seconds or WIDTH_CYCLE_S) / cycles / len(self._widths)

    def width(self, elapsed_s: float) -> int:
        """Return the width to be set at a time since the first frame."""
        return self._widths[int(elapsed_s / self._step_s) % len(self._widths)]


class WidthShow:
    """Without a manager on this machine, the demo itself steps the width, as a person could.

    It goes on by `step`, called many times a second.
    """

    target_fps = math.nan

    def __init__(
        self, observer: Observer, seconds: float | None, report: Callable[[str], None]
    ) -> None:
        """Wait for the first result; see `Loop` for the arguments."""
        self.refused = 0  # sets of the width that did not take effect
        self._observer = observer
        self._seconds = seconds
        self._report = report
        self._perception = RemoteParameters(
            observer, 'perception', limit_s=_WIDTH_LIMIT_S, ask_again_s=_ASK_AGAIN_S
        )
        self._width: int | None = None  # that was asked for last
        self._is_answered = True

    @property
    def start_s(self) -> float | None:
        """When the first result came, on the monotonic clock."""
        return self._observer.start_s

    @property
    def missing(self) -> str:
        """The node that nothing came from yet; '' once it did."""
        return '' if self.start_s is not None else 'perception'

    def step(self) -> None:
        """Set the width that is due, once there is an answer to the one before."""
        network, start_s = self._observer.network, self.start_s
        if network is None or start_s is None or not self._is_answered:
            return
        schedule = WidthSchedule(network.groups, self._seconds)
        width = schedule.width(time.monotonic() - start_s)
        if width != self._width and self._perception.is_there():
            self._width, self._is_answered = width, False
            self._perception.set({'width': width}, self._take_answer)

    def scene(self, namespace: str) -> None:
        """Return that there is no loop to be shown."""

    def _take_answer(self, answer: Answer) -> None:
        if not answer.successful:
            self.refused += 1
            how = ' refused' if answer.refused else ''
            self._report(f'width {self._width}{how}: {answer.reason}')
        self._is_answered = True
