# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The order in which knobs are set, and what is taken back when a step fails."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip('rclpy', reason='node tests need ROS 2: run `make test` or source it')

from dyn_perception.nodes.knobs.change import Change, Step, plan_steps
from dyn_perception.nodes.knobs.knob import Knob, knob_name
from dyn_perception.nodes.knobs.own_changes import OwnChanges
from dyn_perception.nodes.knobs.remote_parameters import Answer

LOW = {'width': 2, 'placement': 'cpu', 'gpu': 307.2, 'cpu.a57': 1000.0}
HIGH = {'width': 4, 'placement': 'cpu', 'gpu': 921.6, 'cpu.a57': 1500.0}
REFUSED = Answer(False, 'not today', refused=True)


class Nodes:
    """Takes steps and refuses the one of a number."""

    def __init__(self, values: dict, refused: int = 0) -> None:
        self.values = dict(values)
        self.steps: list[dict] = []
        self.ends: list[str] = []
        self._refused = refused

    def send(self, step: Step, then: Callable[[Answer], None]) -> None:
        self.steps.append(dict(step.values))
        if len(self.steps) == self._refused:
            then(REFUSED)
            return
        self.values.update(step.values)
        then(Answer(True))

    def change(self, after: dict) -> 'Nodes':
        Change(plan_steps(self.values, after), self.send, self.ends.append).start()
        return self


def test_clocks_rise_before_the_width() -> None:
    assert Nodes(LOW).change(HIGH).steps == [{'gpu': 921.6, 'cpu.a57': 1500.0}, {'width': 4}]


def test_the_width_falls_before_the_clocks() -> None:
    assert Nodes(HIGH).change(LOW).steps == [{'width': 2}, {'gpu': 307.2, 'cpu.a57': 1000.0}]


def test_clocks_that_fall_wait_for_another_placement() -> None:
    after = {**HIGH, 'placement': 'gpu', 'gpu': 921.6, 'cpu.a57': 1000.0}
    before = {**HIGH, 'gpu': 307.2}
    steps = Nodes(before).change(after).steps
    assert steps == [{'gpu': 921.6}, {'placement': 'gpu'}, {'cpu.a57': 1000.0}]


def test_nothing_is_set_where_nothing_differs() -> None:
    nodes = Nodes(HIGH).change(HIGH)
    assert (nodes.steps, nodes.ends) == ([], [''])


def test_clocks_are_lowered_again_when_the_width_is_refused() -> None:
    nodes = Nodes(LOW, refused=2).change(HIGH)
    assert nodes.values == LOW
    assert nodes.steps[-1] == {'gpu': 307.2, 'cpu.a57': 1000.0}
    assert nodes.ends == ['not today']


def test_a_narrower_network_stays_when_clocks_are_refused() -> None:
    nodes = Nodes(HIGH, refused=2).change(LOW)
    assert nodes.values == {**HIGH, 'width': 2}
    assert nodes.ends == ['not today']


def test_a_value_that_is_not_known_counts_as_lower() -> None:
    assert Nodes({'width': 2}).change({'width': 4, 'gpu': 307.2}).steps[0] == {'gpu': 307.2}


values = st.fixed_dictionaries(
    {
        'width': st.integers(1, 4),
        'placement': st.sampled_from(['cpu', 'gpu']),
        'gpu': st.sampled_from([307.2, 614.4, 921.6]),
        'cpu.a57': st.sampled_from([1000.0, 1500.0]),
    }
)


@given(values, values, st.integers(0, 4))
def test_every_change_ends_with_all_or_with_no_useless_half(
    before: dict, after: dict, refused: int
) -> None:
    nodes = Nodes(before, refused).change(after)
    assert len(nodes.ends) == 1
    if not nodes.ends[0]:
        assert nodes.values == after
    elif after['width'] >= before['width']:
        assert nodes.values == before
    else:  # the lower width stays, the clocks are those of before
        assert nodes.values in (
            before,
            {**before, **{k: after[k] for k in ('width', 'placement')}},
        )


def test_own_changes_are_recognised_once() -> None:
    own = OwnChanges()
    own.expect({'width': 3, 'placement': 'gpu'})
    assert own.take('width', 3)
    assert not own.take('width', 3)
    assert not own.take('placement', 'cpu')
    own.withdraw({'placement': 'gpu'})
    assert not own.take('placement', 'gpu')


@pytest.mark.parametrize(
    ('parameter', 'name'),
    [
        ('width', 'width'),
        ('deadline_ms', 'deadline_ms'),
        ('gpu.max_mhz', 'gpu'),
        ('cpu.a57.max_mhz', 'cpu.a57'),
        ('rate_hz', ''),
        ('fan.max_mhz', ''),
        ('gpu', ''),
    ],
)
def test_knobs_are_told_from_other_parameters(parameter: str, name: str) -> None:
    assert knob_name(parameter) == name
    if name:
        assert Knob(name).parameter == parameter
