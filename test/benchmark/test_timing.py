# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
import gc
import os

import numpy as np

from benchmark.timing import interleave, milliseconds, ratio, undisturbed


def test_all_variants_have_their_turn_in_every_block() -> None:
    calls: list[str] = []
    variants = {name: lambda name=name: calls.append(name) for name in 'abc'}
    times = interleave(variants, blocks=5, calls=3)
    turns = [calls[start : start + 4] for start in range(0, len(calls), 4)]
    assert all(len(set(turn)) == 1 for turn in turns)
    blocks = [turns[start : start + 3] for start in range(0, len(turns), 3)]
    assert [sorted(turn[0] for turn in block) for block in blocks] == [['a', 'b', 'c']] * 5
    assert len({''.join(turn[0] for turn in block) for block in blocks}) > 1
    assert all(times[name].shape == (5,) and (times[name] >= 0).all() for name in 'abc')


def test_a_limit_ends_the_blocks_early() -> None:
    times = interleave({'a': int, 'b': int}, blocks=1000, limit_s=0)
    assert times['a'].shape == times['b'].shape == (1,)


def test_ratio_compares_neighbouring_blocks() -> None:
    reference = np.array([1.0, 10.0, 2.0])  # the machine was busy during the second block
    assert ratio(2 * reference, reference) == 2.0
    assert ratio(np.array([2.0, 20.0, 100.0]), reference) == 2.0


def test_milliseconds_are_of_the_median() -> None:
    assert milliseconds(np.array([0.001, 0.002, 1.0])) == 2.0


def test_undisturbed_keeps_to_one_core_and_gives_back() -> None:
    before = os.sched_getaffinity(0)
    with undisturbed():
        assert len(os.sched_getaffinity(0)) == 1
        assert not gc.isenabled()
    assert os.sched_getaffinity(0) == before
    assert gc.isenabled()
