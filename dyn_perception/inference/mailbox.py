# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A slot for the newest item between a producing and a consuming thread."""

import threading
from typing import Generic, TypeVar

Item = TypeVar('Item')


class Mailbox(Generic[Item]):
    """Holds at most one item: a newer one replaces an older one that was not taken.

    All methods may be called from any thread.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._item: tuple[Item] | None = None
        self._dropped = 0
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def put(self, item: Item) -> None:
        """Leave an item and wake the consumer; an older item is dropped and counted.

        After `close` the item is dropped: nobody will take it.
        """
        with self._changed:
            if self._closed:
                return
            if self._item is not None:
                self._dropped += 1
            self._item = (item,)
            self._changed.notify()

    def take(self, timeout: float | None = None) -> tuple[Item, int] | None:
        """Wait for an item.

        Args:
            timeout: longest wait (s); None waits for ever.

        Returns:
            The item and how many were dropped since the last take, or None if the time is over
            or the mailbox is closed.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._item is not None, timeout)
            if self._closed or self._item is None:
                return None
            taken = self._item[0], self._dropped
            self._item = None
            self._dropped = 0
            return taken

    def close(self) -> None:
        """Drop what is left and wake every consumer; each take returns None from now on."""
        with self._changed:
            self._closed = True
            self._item = None
            self._changed.notify_all()
