# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What was measured so far, so that a run that was killed goes on."""

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dyn_perception.profiling.profile_file import ProfiledPoint

_LARGEST_BYTES = 16_000_000


class ProgressFile:
    """Keeps measured points beside the profile until that is complete.

    Attributes:
        points: measured so far.
    """

    def __init__(self, profile: Path, settings: dict[str, Any]) -> None:
        """Read what an earlier run with the same settings left; anything else is ignored."""
        self._path = profile.with_name(f'.{profile.name}.progress')
        self._settings = settings
        self.points: list[ProfiledPoint] = self._read()

    def add(self, point: ProfiledPoint) -> None:
        """Keep a point; the file is replaced in one step."""
        self.points.append(point)
        content = {
            'settings': self._settings,
            'points': [item.model_dump(mode='json') for item in self.points],
        }
        part = self._path.with_name(f'{self._path.name}.part')
        part.write_text(json.dumps(content), encoding='utf-8')
        part.replace(self._path)

    def remove(self) -> None:
        """Forget the points: the profile is complete."""
        self._path.unlink(missing_ok=True)

    def _read(self) -> list[ProfiledPoint]:
        try:
            if self._path.stat().st_size > _LARGEST_BYTES:
                return []
            content = json.loads(self._path.read_text(encoding='utf-8'))
            if content['settings'] != self._settings:
                return []
            return [ProfiledPoint.model_validate(item) for item in content['points']]
        except (OSError, ValueError, KeyError, TypeError, ValidationError, RecursionError):
            return []  # none, or of a killed write on a full disk: measured again
