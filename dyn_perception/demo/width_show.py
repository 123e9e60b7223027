# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The demo without manager on this machine: the demo itself steps the width."""

import math
from collections.abc import Callable

from dyn_perception.demo.observations import Network
from dyn_perception.demo.observer import Observer
from dyn_perception.demo.width_schedule import WidthSchedule
from dyn_perception.demo.width_stepper import WidthStepper


class WidthShow:
    """Steps the width from the first result on."""

    target_fps = math.nan

    def __init__(
        self, observer: Observer, seconds: float | None, report: Callable[[str], None]
    ) -> None:
        """Wait for the first result; see `Loop` for the arguments."""
        self._observer = observer
        self._seconds = seconds
        self._report = report
        self._stepper: WidthStepper | None = None
        observer.when_ready(self._begin)

    @property
    def start_s(self) -> float | None:
        """When the first result came, on the monotonic clock."""
        return self._observer.start_s

    @property
    def refused(self) -> int:
        """Sets of the width that did not take effect."""
        return self._stepper.refused if self._stepper else 0

    @property
    def missing(self) -> str:
        """The node that nothing came from yet; '' once it did."""
        return '' if self.start_s is not None else 'perception'

    def step(self) -> None:
        """Do nothing: a timer of the node steps."""

    def scene(self, namespace: str) -> None:
        """Return that there is no loop to be shown."""

    def _begin(self, network: Network) -> None:
        schedule = WidthSchedule(network.groups, self._seconds)
        self._stepper = WidthStepper(self._observer, 'perception', schedule, self._report)
