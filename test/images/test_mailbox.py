# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The slot between the callback and the worker."""

import threading

from dyn_perception.images.mailbox import Mailbox

LIMIT_S = 60.0


def test_newest_item_wins_and_dropped_ones_are_counted():
    mailbox = Mailbox[int]()
    for item in range(4):
        mailbox.put(item)
    assert mailbox.take(0) == (3, 3)
    assert mailbox.take(0) is None
    mailbox.put(9)
    assert mailbox.take(0) == (9, 0)


def test_none_is_an_item_like_any_other():
    mailbox = Mailbox[None]()
    mailbox.put(None)
    mailbox.put(None)
    assert mailbox.take(0) == (None, 1)


def test_take_waits_for_an_item():
    mailbox = Mailbox[str]()
    taken = []
    consumer = threading.Thread(target=lambda: taken.append(mailbox.take(LIMIT_S)))
    consumer.start()
    mailbox.put('frame')
    consumer.join(LIMIT_S)
    assert taken == [('frame', 0)]


def test_close_wakes_every_consumer_and_drops_what_is_left():
    mailbox = Mailbox[int]()
    taken = []
    consumers = [threading.Thread(target=lambda: taken.append(mailbox.take())) for _ in range(3)]
    for consumer in consumers:
        consumer.start()
    mailbox.close()
    for consumer in consumers:
        consumer.join(LIMIT_S)
    assert taken == [None, None, None]
    mailbox.put(1)
    assert mailbox.closed
    assert mailbox.take(0) is None


def test_nothing_is_lost_or_counted_twice_between_threads():
    mailbox = Mailbox[int]()
    count = 20_000
    producer = threading.Thread(target=lambda: [mailbox.put(item) for item in range(count)])
    producer.start()
    seen = []
    total = 0
    while not seen or seen[-1] != count - 1:
        taken = mailbox.take(LIMIT_S)
        assert taken is not None
        seen.append(taken[0])
        total += 1 + taken[1]
    producer.join(LIMIT_S)
    assert total == count
    assert seen == sorted(set(seen))


def test_senders_take_turns_and_keep_counts_of_their_own():
    mailbox = Mailbox[str]()
    mailbox.put('left 1', 'left')
    mailbox.put('right 1', 'right')
    mailbox.put('left 2', 'left')
    assert mailbox.take(0) == ('left 2', 1)
    mailbox.put('left 3', 'left')
    mailbox.put('left 4', 'left')
    assert mailbox.take(0) == ('right 1', 0)
    assert mailbox.take(0) == ('left 4', 1)
    assert mailbox.take(0) is None


def test_wake_lets_one_take_return_and_loses_no_item():
    mailbox = Mailbox[int]()
    mailbox.wake()
    assert mailbox.take() is None
    mailbox.put(1)
    mailbox.wake()
    assert {mailbox.take(), mailbox.take()} == {(1, 0), None}
    assert mailbox.take(0) is None


def test_rests_while_nothing_waits_and_nobody_works():
    mailbox = Mailbox[int]()
    assert mailbox.rests
    mailbox.put(1)
    assert not mailbox.rests
    mailbox.take(0)
    assert not mailbox.rests
    mailbox.take(0)
    assert mailbox.rests
