# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Sources that lie on a disk: damaged images are left out, but never silently."""

import logging
from abc import abstractmethod
from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeAlias

from dyn_perception.sources.frame_source import FrameSource, SourceError, SourceFrame

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class UnreadableImage:
    """An image that cannot be decoded.

    Attributes:
        name: where it is.
        reason: what is wrong with it.
    """

    name: str
    reason: str


Entries: TypeAlias = Generator[SourceFrame | UnreadableImage, None, None]


class StoredSource(FrameSource):
    """Reads what `_entries` yields; warns of each unreadable image once.

    A source none of whose images can be read is an error.
    """

    def __init__(self, place: str) -> None:
        """Prepare the first pass; `place` names the source in messages."""
        self._place = place
        self._pass: Entries | None = self._entries()
        self._any_readable = False
        self._warned: set[str] = set()

    def read(self) -> SourceFrame | None:
        """Return the next readable frame, or None at the end.

        Raises:
            SourceError: if none of the images can be read, or the source is closed.
        """
        if self._pass is None:
            raise SourceError(f'{self._place} is closed: open it again to read it')
        for entry in self._pass:
            if isinstance(entry, SourceFrame):
                self._any_readable = True
                return entry
            if entry.name not in self._warned:
                self._warned.add(entry.name)
                _logger.warning('%s is left out: %s', entry.name, entry.reason)
        if not self._any_readable:
            raise SourceError(
                f'{self._place} has no readable image ({len(self._warned)} cannot be decoded): '
                'give a source with valid images'
            )
        return None

    def rewind(self) -> None:
        """Let the next `read` return the first frame."""
        self.close()
        self._pass = self._entries()

    def close(self) -> None:
        """Close the files that are open."""
        if self._pass is not None:
            self._pass.close()
            self._pass = None

    @abstractmethod
    def _entries(self) -> Entries:
        """Yield every image from the first one; files are opened here, and closed at its end.

        Raises:
            SourceError: if the source cannot be read any further.
        """
