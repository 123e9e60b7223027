# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the name of a placement says."""

import pytest

from dyn_perception.control.placements import join_processors, knob_of, processors_of


@pytest.mark.parametrize('parts', [('gpu',), ('cpu:a57', 'gpu'), ('cpu:0', 'cpu:1', 'cpu:2-3')])
def test_parts_of_a_placement(parts: tuple[str, ...]) -> None:
    assert processors_of(join_processors(parts)) == parts


def test_knobs_are_named_as_the_parameters_of_the_resource_monitor() -> None:
    assert [knob_of(name) for name in ('gpu', 'cpu:a57')] == ['gpu', 'cpu.a57']
