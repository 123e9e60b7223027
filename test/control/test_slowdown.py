# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Contention is learned, and what is not seen is forgotten."""

import math
import random

import pytest

from dyn_perception.control.profile_model import ProfileModel
from dyn_perception.control.slowdown import ContentionModel, PlacementSlowdown
from support.tiny_plant import make_table


@pytest.mark.parametrize('exponent', [0.6, 1.0, 1.3])
def test_the_law_of_contention_is_learned(exponent: float) -> None:
    law, noise = ContentionModel(0.1), random.Random(4)
    for number in range(200):
        load = (0.0, 0.3, 0.5, 0.6)[number % 4]
        law.learn(-exponent * math.log1p(-load) + 0.05 + noise.gauss(0, 0.03), load, 0.1)
    mean, variance = law.predict(0.55)
    assert mean == pytest.approx(-exponent * math.log1p(-0.55) + 0.05, abs=0.05)
    assert 0 < variance < 0.02
    assert law.difference(0.55, 0.0)[0] == pytest.approx(mean - law.predict(0.0)[0])


def test_a_placement_out_of_use_follows_the_load_by_others() -> None:
    model = ProfileModel(make_table())
    slowdown = PlacementSlowdown(model, 1)
    slowdown.see_load(0.0, 0.0, 0.1, in_use=False)
    free = slowdown.filter.mean[0]
    slowdown.see_load(0.5, 0.1, 0.2, in_use=False)
    assert slowdown.filter.mean[0] - free == pytest.approx(math.log(2.0), abs=1e-6)
    slowdown.see_load(math.nan, 0.2, 0.3, in_use=False)
    assert slowdown.filter.mean[0] - free == pytest.approx(math.log(2.0), abs=1e-6)


def test_what_is_not_seen_is_forgotten_and_slower_after_it_was_forgotten_too_early() -> None:
    model = ProfileModel(make_table())
    slowdown = PlacementSlowdown(model, 1)
    row = int(slowdown.rows[0])

    def forgotten_after(elapsed_s: float) -> float:
        for _ in range(20):
            slowdown.measure(row, 1.0, 0.0, 1.0)
        slowdown.forget(100.0, elapsed_s)
        return float(slowdown.filter.predict(slowdown.states(row))[0])

    first = forgotten_after(10.0)
    assert first < 0.5
    slowdown.measure(row, 1.0, 111.0, 1.0)  # still slow
    assert forgotten_after(10.0) > first + 0.1
