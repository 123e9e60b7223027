# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Probabilities from logits."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dyn_perception.inference.scores import softmax

LOGITS = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 5), st.integers(1, 12)),
    elements=st.floats(-1e4, 1e4, width=32),
)


@settings(deadline=None)  # the machine may be busy
@given(LOGITS, st.floats(0.1, 10))
def test_scores_are_probabilities_that_keep_the_most_probable_class(logits, temperature):
    scores = softmax(logits, temperature)
    assert scores.dtype == np.float32
    assert np.all(scores >= 0)
    np.testing.assert_allclose(scores.sum(axis=1), 1, rtol=1e-5)
    chosen = scores[np.arange(len(scores)), logits.argmax(axis=1)]
    np.testing.assert_array_equal(chosen, scores.max(axis=1))


def test_known_values():
    logits = np.log(np.array([[1, 2, 5]], np.float32))
    np.testing.assert_allclose(softmax(logits), [[0.125, 0.25, 0.625]], rtol=1e-6)
    halved = np.sqrt([1, 2, 5]) / np.sqrt([1, 2, 5]).sum()
    np.testing.assert_allclose(softmax(logits, 2.0), [halved], rtol=1e-6)
