# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which cameras deliver at present."""

from collections.abc import Iterator

# Results are missed after so many periods of the target, and not before so long (s).
_SILENT_PERIODS = 3.0
_SILENCE_S = 1.0
# A longer time between two results was a pause, not the camera's pace (s).
_LONGEST_INTERVAL_S = 10.0


def patience_s(period_s: float) -> float:
    """Return for how long results may stay away before they are missed (s).

    Args:
        period_s: 1/target_fps (s).
    """
    return max(_SILENCE_S, _SILENT_PERIODS * period_s)


class ActiveCameras:
    """The cameras whose results come.

    A new camera counts from its first result. One that is silent for longer than `patience_s`, and
    than three times what was between its last results, counts no more; but only once another one
    had two results meanwhile. Cameras take turns, so no frame of the silent one was waiting then:
    a network that has become slow makes no camera silent.
    """

    def __init__(self) -> None:
        """Start without any camera."""
        self._result_s: dict[str, float] = {}
        self._interval_s: dict[str, float] = {}
        self._active: set[str] = set()

    def see(self, camera: str, time_s: float, period_s: float) -> None:
        """Take that a camera's result came; in order of time.

        Args:
            camera: any name.
            time_s: of the result (s).
            period_s: 1/target_fps (s).
        """
        before_s = self._result_s.get(camera)
        if before_s is not None:
            self._active -= {
                other
                for other in self._active
                if self._result_s[other] < before_s
                and time_s - self._result_s[other] > self._patience_s(other, period_s)
            }
            self._interval_s[camera] = time_s - before_s
        self._result_s[camera] = time_s
        self._active.add(camera)

    def _patience_s(self, camera: str, period_s: float) -> float:
        interval_s = self._interval_s.get(camera, 0.0)
        own_s = _SILENT_PERIODS * interval_s if interval_s <= _LONGEST_INTERVAL_S else 0.0
        return max(patience_s(period_s), own_s)

    def __contains__(self, camera: object) -> bool:
        """Return whether a camera counts."""
        return camera in self._active

    def __iter__(self) -> Iterator[str]:
        """Iterate over the cameras that count."""
        return iter(self._active)

    def __len__(self) -> int:
        """Return how many cameras count."""
        return len(self._active)
