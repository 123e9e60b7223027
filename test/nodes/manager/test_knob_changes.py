# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The order in which knobs are set, what is taken back when a step fails, and who set a knob."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip('rclpy', reason='node tests need ROS 2: run `make test` or source it')

from rcl_interfaces.msg import ParameterEvent
from rclpy.parameter import Parameter

from dyn_perception.nodes.common.remote_parameters import Answer
from dyn_perception.nodes.manager.changes import Change, OwnChanges, Step, plan_steps
from dyn_perception.nodes.manager.knobs import Knobs
from dyn_perception.nodes.manager.managed_node import Knob, knob_name

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


class Perception:
    """A perception node as the knobs of a manager see it; what is set waits in `sets`."""

    def __init__(self) -> None:
        self.sets: list[tuple[dict, Callable[[Answer], None]]] = []
        self.refusals: list[tuple] = []
        listener: Any = SimpleNamespace(
            knobs_changed=lambda: None,
            refusals_forgotten=self.refusals.clear,
            knob_refused=lambda *refusal: self.refusals.append(refusal),
        )
        self.knobs = Knobs(self, '/perception', '/monitor', listener)  # type: ignore[arg-type]
        self.knobs.acting = True
        managed = self.knobs.perception
        managed.met = True
        managed.set = lambda values, then: self.sets.append((dict(values), then))  # type: ignore
        self.knob = managed.knobs['placement'] = Knob('placement')
        self.knob.meet('cpu')

    def create_client(self, *_: Any) -> None:
        """Make none: `sets` takes what it would send."""

    def create_timer(self, *_: Any, **options: Any) -> Any:
        """Return one that never fires: no call is under way."""
        return SimpleNamespace(cancel=lambda: None)

    def create_subscription(
        self, kind: type, topic: str, take: Callable[[ParameterEvent], None], depth: int
    ) -> None:
        self._take = take

    def tell(self, **values: str) -> None:
        """Let /parameter_events have values that were set in one step."""
        changed = [
            Parameter(name, value=value).to_parameter_msg() for name, value in values.items()
        ]
        self._take(ParameterEvent(node='/perception', changed_parameters=changed))

    def place(self, placement: str) -> None:
        """Let the manager want a placement, and perception take it."""
        self.knobs.want({'placement': placement})
        values, then = self.sets.pop()
        assert values == {'placement': placement}
        self.tell(**values)
        then(Answer(True))
        assert self.state() == (placement, None, {})

    def fail(self, placement: str, now: str) -> None:
        self.tell(placement=now, placement_failure=f'{placement}: no memory: none at all')

    def state(self) -> tuple:
        return self.knob.applied, self.knob.held, self.knob.refused


WENT_BACK = {'gpu': '/perception went back to cpu: no memory: none at all'}


def test_a_placement_that_failed_is_refused_not_held() -> None:
    perception = Perception()
    perception.place('gpu')
    perception.fail('gpu', 'cpu')
    assert perception.state() == ('cpu', None, WENT_BACK)
    assert perception.refusals == [('placement', 'gpu', WENT_BACK['gpu'])]
    perception.knobs.want({'placement': 'gpu'})
    assert not perception.sets
    perception.knobs.want({'placement': 'cpu:a57'})
    perception.sets.pop()[1](Answer(True))
    perception.fail('cpu:a57', 'cpu')
    assert [*perception.knob.refused] == ['gpu', 'cpu:a57']
    perception.knobs.release('placement')
    perception.place('gpu')


def test_the_same_value_set_by_a_person_is_held() -> None:
    perception = Perception()
    perception.place('gpu')
    perception.tell(placement='cpu')
    assert perception.state() == ('cpu', 'cpu', {})
    perception = Perception()
    perception.place('gpu')
    perception.tell(placement='cpu', placement_failure='')
    assert perception.state() == ('cpu', 'cpu', {})


def test_what_is_left_of_a_persons_placement_is_held() -> None:
    perception = Perception()
    perception.tell(placement='gpu')
    perception.fail('gpu', 'cpu')
    assert perception.state() == ('cpu', 'cpu', {})
    assert not perception.refusals


def test_a_placement_found_at_the_start_may_fail() -> None:
    perception = Perception()
    perception.knob.meet('gpu')
    perception.fail('gpu', 'cpu')
    assert perception.state() == ('cpu', None, WENT_BACK)


def test_a_failure_is_no_matter_of_a_manager_that_does_not_act() -> None:
    perception = Perception()
    perception.knobs.acting = False
    perception.fail('gpu', 'cpu')
    assert perception.state() == ('cpu', None, {})


def test_a_late_answer_does_not_undo_a_failure() -> None:
    perception = Perception()
    perception.knobs.want({'placement': 'gpu'})
    values, then = perception.sets.pop()
    perception.tell(**values)
    perception.fail('gpu', 'cpu')
    then(Answer(True))
    assert perception.state() == ('cpu', None, WENT_BACK)


def test_a_failure_is_not_taken_for_the_own_set_to_the_same_value() -> None:
    perception = Perception()
    perception.place('gpu')
    perception.knobs.want({'placement': 'cpu'})
    perception.fail('gpu', 'cpu')
    values, then = perception.sets.pop()
    perception.tell(**values)
    then(Answer(True))
    assert perception.state() == ('cpu', None, WENT_BACK)
