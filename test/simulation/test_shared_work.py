# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Frames whose groups several modelled processors share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyn_perception.simulation.shared_work import GroupTimes, share_groups

times = st.builds(GroupTimes, *[st.floats(1e-4, 1.0) for _ in range(2)])


def test_two_equal_processors_halve_the_time() -> None:
    even = GroupTimes(1.0, 1.0)
    shared = share_groups({'a': even, 'b': even}, 4)
    assert shared.latency_s == 2.0
    assert shared.busy_s == {'a': 2.0, 'b': 2.0}


def test_a_slow_processor_gets_what_it_finishes_in_time() -> None:
    shared = share_groups({'fast': GroupTimes(1.0, 1.0), 'slow': GroupTimes(2.5, 2.5)}, 4)
    assert shared.busy_s == {'fast': 3.0, 'slow': 2.5}
    assert shared.shares == {'fast': 1.0, 'slow': pytest.approx(2.5 / 3)}
    hopeless = share_groups({'fast': GroupTimes(1.0, 1.0), 'slow': GroupTimes(9.0, 9.0)}, 4)
    assert hopeless.busy_s == {'fast': 4.0, 'slow': 0.0}


@given(st.dictionaries(st.sampled_from('abc'), times, min_size=1), st.integers(1, 6))
def test_sharing_never_takes_longer_than_one_processor_alone(
    processors: dict[str, GroupTimes], width: int
) -> None:
    shared = share_groups(processors, width)
    assert shared.latency_s == max(shared.busy_s.values()) > 0
    # The first one decides; each group goes where it ends first.
    for name, time in processors.items():
        alone_s = time.first_s + (width - 1) * time.next_s
        assert shared.latency_s <= alone_s * (1 + 1e-9), name
