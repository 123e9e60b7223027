# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What every source of frames does."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType

import numpy as np
from numpy.typing import NDArray


class SourceError(Exception):
    """A source that cannot be used; the text says value, rule and remedy."""


class SourceUnavailableError(SourceError):
    """A source that has no frame now but may have one later: read again."""


@dataclass(frozen=True)
class SourceFrame:
    """One image of a source.

    Attributes:
        image: BGR, uint8 [height, width, 3]; treat it as read-only.
        label: name of its class; '' where it is not known.
        name: where it comes from (file, index), for people.
    """

    image: NDArray[np.uint8]
    label: str
    name: str


class FrameSource(ABC):
    """A sequence of images that can be read again from its start.

    Attributes:
        labels: class names that frames can have, empty where no frame has one.
        live: whether frames come at their own time and only once, as from a camera.
    """

    labels: tuple[str, ...] = ()
    live = False

    @abstractmethod
    def read(self) -> SourceFrame | None:
        """Return the next frame, or None at the end.

        Raises:
            SourceUnavailableError: if there is none now but may be later; read again.
            SourceError: if the source cannot be read any further.
        """

    @abstractmethod
    def rewind(self) -> None:
        """Let the next `read` return the first frame; nothing happens to a live source."""

    @abstractmethod
    def close(self) -> None:
        """Give files and devices back; the source cannot be read any more."""

    def __iter__(self) -> Iterator[SourceFrame]:
        """Return the frames from here to the end."""
        while (frame := self.read()) is not None:
            yield frame

    def __enter__(self) -> 'FrameSource':
        """Return the source, which is closed at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the source."""
        self.close()
