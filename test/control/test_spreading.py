# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
from hypothesis import given
from hypothesis import strategies as st

from dyn_perception.control.spreading import spread


@given(st.lists(st.integers(), min_size=1, unique=True), st.integers(1, 12))
def test_values_keep_their_order_and_the_ends(values: list[int], most: int) -> None:
    chosen = spread(values, most)
    assert len(chosen) == min(len(values), most)
    assert chosen == [value for value in values if value in chosen]
    assert chosen[0] == values[0]
    if most > 1:
        assert chosen[-1] == values[-1]
