# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Slots for the newest item of each sender, between producing and consuming threads."""

import contextlib
import queue
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
        self._lock = threading.Lock()
        # One for each sender that waits, and for each `wake`. A consumer waits here and not for a
        # condition, whose lock the producer still holds while the consumer is woken: that costs
        # each frame some 20 us.
        self._tokens: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._items: dict[Hashable, Item] = {}  # in the order in which their senders wait
        self._dropped: dict[Hashable, int] = {}
        self._is_taken = False
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    @property
    def rests(self) -> bool:
        """Whether no item waits and the last one taken was followed by another call of `take`."""
        with self._lock:
            return not (self._items or self._is_taken)

    def put(self, item: Item, sender: Hashable = None) -> None:
        """Leave an item and wake the consumer; an older one of the sender is dropped and counted.

        The newer item keeps the older one's turn. After `close` the item is dropped: nobody will
        take it.
        """
        with self._lock:
            if self._closed:
                return
            is_waiting = sender in self._items
            self._items[sender] = item
            if is_waiting:
                self._dropped[sender] = self._dropped.get(sender, 0) + 1
                return
        self._tokens.put(None)

    def take(self, timeout: float | None = None) -> tuple[Item, int] | None:
        """Wait for an item.

        Args:
            timeout: longest wait (s); None waits for ever.

        Returns:
            The item and how many of its sender were dropped since the last take from it, or None
            if the time is over, `wake` was called or the mailbox is closed.
        """
        self._is_taken = False
        with contextlib.suppress(queue.Empty):
            self._tokens.get(timeout=timeout)
            if self._closed:
                self._tokens.put(None)  # for the next consumer
                return None
            with self._lock:
                if self._items:
                    self._is_taken = True
                    sender = next(iter(self._items))
                    return self._items.pop(sender), self._dropped.pop(sender, 0)
        return None

    def wake(self) -> None:
        """Let a take return, with None unless an item is there, although none was put."""
        self._tokens.put(None)

    def close(self) -> None:
        """Drop what is left and wake every consumer; each take returns None from now on."""
        with self._lock:
            self._closed = True
            self._items.clear()
        self._tokens.put(None)
