# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""When a change is worth it: quick to step down, careful to step up."""

import math
from dataclasses import dataclass

# Frames between a change and the next one that is not needed.
_DWELL_FRAMES = 4.0
# Frames for which a more accurate point must have been the better one.
_CONFIRM_FRAMES = 2.0
# Share of the power that must be saved, and frames for which it must have been so.
WORTHWHILE_SAVING = 0.02
_CONFIRM_SAVING_FRAMES = 6.0
# A step up that had to be taken back within this many frames doubles the confirmation, up to a
# limit; it halves again with each step up that lasts.
_REGRET_FRAMES = 40.0
_MOST_CAUTION = 32.0


@dataclass(slots=True)
class Dwell:
    """Decides whether a better point is taken now.

    Attributes:
        caution: factor on the confirmation of steps up.
        changed_s: when the point was changed last.
    """

    caution: float = 1.0
    changed_s: float = -math.inf
    _wanted: int = -1
    _since_s: float = math.inf
    _stepped_up_s: float = -math.inf

    def allows(self, candidate: int, gains_accuracy: bool, time_s: float, period_s: float) -> bool:
        """Return whether a change that is not needed is taken now.

        Args:
            candidate: what would be better: a level of accuracy, or a point that saves power.
            gains_accuracy: whether it is more accurate (otherwise it saves power).
            time_s: now.
            period_s: time of a frame.
        """
        if candidate != self._wanted:
            self._wanted, self._since_s = candidate, time_s
        frames = _CONFIRM_FRAMES if gains_accuracy else _CONFIRM_SAVING_FRAMES
        confirmed = time_s - self._since_s >= (frames * self.caution - 0.5) * period_s
        rested = time_s - self.changed_s >= (_DWELL_FRAMES - 0.5) * period_s
        return confirmed and rested

    def forget(self) -> None:
        """Nothing better is in sight: a later sight of it is a new one."""
        self._wanted, self._since_s = -1, math.inf

    def changed(self, is_step_up: bool, was_needed: bool, time_s: float, period_s: float) -> None:
        """Take note of a change."""
        regret = time_s - self._stepped_up_s < _REGRET_FRAMES * period_s
        if was_needed and not is_step_up and regret:
            self.caution = min(2.0 * self.caution, _MOST_CAUTION)
            self._stepped_up_s = -math.inf
        elif is_step_up:
            if not regret:
                self.caution = max(0.5 * self.caution, 1.0)
            self._stepped_up_s = time_s
        self.changed_s = time_s
        self.forget()
