# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Slots for the newest item of each sender, between producing and consuming threads."""

import threading
from collections.abc import Hashable
from typing import Generic, TypeVar

Item = TypeVar('Item')


class Mailbox(Generic[Item]):
    """Holds at most one item of each sender: a newer one replaces an older that was not taken.

    Senders take turns: none is served twice while another one waits. All methods may be called
    from any thread.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._items: dict[Hashable, Item] = {}  # in the order in which their senders wait
        self._dropped: dict[Hashable, int] = {}
        self._closed = False
        self._woken = False

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def put(self, item: Item, sender: Hashable = None) -> None:
        """Leave an item and wake the consumer; an older one of the sender is dropped and counted.

        The newer item keeps the older one's turn. After `close` the item is dropped: nobody will
        take it.
        """
        with self._changed:
            if self._closed:
                return
            if sender in self._items:
                self._dropped[sender] = self._dropped.get(sender, 0) + 1
            self._items[sender] = item
            self._changed.notify()

    def take(self, timeout: float | None = None) -> tuple[Item, int] | None:
        """Wait for an item.

        Args:
            timeout: longest wait (s); None waits for ever.

        Returns:
            The item and how many of its sender were dropped since the last take from it, or None
            if the time is over, `wake` was called or the mailbox is closed.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or self._woken or bool(self._items), timeout
            )
            woken, self._woken = self._woken, False
            if self._closed or woken or not self._items:
                return None
            sender = next(iter(self._items))
            return self._items.pop(sender), self._dropped.pop(sender, 0)

    def wake(self) -> None:
        """Let the present or the next take return None, although the mailbox is not closed."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def close(self) -> None:
        """Drop what is left and wake every consumer; each take returns None from now on."""
        with self._changed:
            self._closed = True
            self._items.clear()
            self._changed.notify_all()
