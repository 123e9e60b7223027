# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""All knobs of the manager: what is in force, what is held, and how a change is made."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from rcl_interfaces.msg import ParameterEvent
from rclpy.node import Node
from rclpy.parameter import parameter_value_to_python

from dyn_perception.control.policy import KnobValue
from dyn_perception.nodes.common.remote_parameters import Answer
from dyn_perception.nodes.manager.changes import Change, OwnChanges, Step, plan_steps
from dyn_perception.nodes.manager.managed_node import NETWORK, Knob, ManagedNode, knob_name

LEASE_S = 2.0
_RENEW_EVERY_S = 0.5
_PUT_BACK_LIMIT_S = 1.5
_SETTLE_S = 0.5  # results of frames that were begun before a set may still come
LEASE_PARAMETER = 'limit_lease_s'
FAILURE_PARAMETER = 'placement_failure'
_PERCEPTION_FACTS = ('model', 'regions')


class KnobListener(Protocol):
    """Who is told what happens to the knobs."""

    def perception_met(self) -> None:
        """The perception node was found, or started again; its facts and knobs are known."""

    def knobs_changed(self) -> None:
        """Values in force, held knobs or refusals changed."""

    def knob_refused(self, knob: str, value: KnobValue, reason: str) -> None:
        """A node refused a value."""

    def refusals_forgotten(self) -> None:
        """What was refused may be tried again."""


class Knobs:
    """Sets knobs of the perception node and of the resource monitor in a safe order.

    Attributes:
        acting: whether this manager may set anything; only then do others' sets hold a knob.
        perception: the perception node.
        monitor: the resource monitor.
    """

    def __init__(self, node: Node, perception: str, monitor: str, listener: KnobListener) -> None:
        """Look for the two nodes, whose names are fully qualified."""
        self.acting = False
        self.perception = ManagedNode(node, perception, _PERCEPTION_FACTS, self._meet_perception)
        self.monitor = ManagedNode(node, monitor, (), self._meet)
        self._listener = listener
        self._own = OwnChanges()
        self._target: dict[str, KnobValue] = {}
        self._change: Change | None = None
        self._renewed_s = self._set_s = 0.0
        node.create_subscription(ParameterEvent, '/parameter_events', self._take_event, 1000)

    def __iter__(self) -> Iterator[Knob]:
        """Go through the knobs that were met."""
        yield from self.perception.knobs.values()
        yield from self.monitor.knobs.values()

    def is_met(self, knob: Knob) -> bool:
        """Whether what is known of a knob is up to date."""
        return self._owner(knob.name).met

    def in_force(self) -> dict[str, KnobValue]:
        """Return the values in force, as far as they are known."""
        return {knob.name: knob.in_force for knob in self if knob.in_force is not None}

    def wanted(self) -> dict[str, KnobValue]:
        """Return the values that the knobs are to have."""
        return dict(self._target)

    def owner_name(self, knob: Knob) -> str:
        """Return the name of the node that has a knob."""
        return self._owner(knob.name).name

    def want(self, values: Mapping[str, KnobValue]) -> None:
        """Bring the knobs to values; one that is not named goes back to what was found."""
        self._target = dict(values)
        for knob in self:
            if knob.name not in values and knob.touched and knob.found is not None:
                self._target[knob.name] = knob.found
        self._begin()

    def tick(self) -> None:
        """Do what is due; to be called many times a second."""
        self.perception.tick()
        self.monitor.tick()
        if self.acting:
            self._begin()
            if time.monotonic() - self._renewed_s >= _RENEW_EVERY_S:
                self._renew()

    def refuse_release(self, name: str) -> str:
        """Return why a name cannot be released; '' if it can."""
        names = [knob.name for knob in self]
        if name in ('all', *names):
            return ''
        return f'release {name!r} is no knob: use one of all{"".join(f", {n}" for n in names)}'

    def see_width(self, width: int) -> None:
        """Take the width of a result; another one than that in force shows a restart."""
        knob = self.perception.knobs.get('width')
        settled = self._change is None and time.monotonic() - self._set_s > _SETTLE_S
        if knob is not None and knob.applied != width and settled and self.perception.met:
            self.perception.look_again()

    def release(self, name: str) -> None:
        """Take a knob, or 'all', back from the person that holds it; try refused values again."""
        for knob in self:
            if name in (knob.name, 'all'):
                knob.held = None
                knob.refused.clear()
        self._listener.refusals_forgotten()
        self._listener.knobs_changed()

    def stop_acting(self) -> None:
        """Leave the knobs as they are: without a lease the limits stay."""
        self.acting, self._target = False, {}
        self._set_for_good({knob.name: knob.asked for knob in self if knob.asked is not None})
        self._listener.knobs_changed()

    def step_aside(self) -> None:
        """Let another manager act: limits fall back when their leases lapse."""
        self.acting, self._target = False, {}
        for knob in self:
            knob.asked = None
        self._listener.knobs_changed()

    def put_back(self, spin: Callable[[], None]) -> None:
        """Put back what was found, except what a person holds; wait for the answers."""
        self.acting, self._target = False, {}
        deadline = time.monotonic() + _PUT_BACK_LIMIT_S
        back = {
            knob.name: knob.found
            for knob in self
            if knob.touched
            and knob.held is None
            and knob.found is not None
            and knob.found not in knob.refused
        }
        self._set_for_good({name: value for name, value in back.items() if name in NETWORK})
        self._set_for_good({name: value for name, value in back.items() if name not in NETWORK})
        while time.monotonic() < deadline and (
            self.perception.is_setting or self.monitor.is_setting
        ):
            spin()

    def _owner(self, name: str) -> ManagedNode:
        return self.perception if name in NETWORK else self.monitor

    def _begin(self) -> None:
        """Start a change where something differs from the target and can be set now."""
        if self._change is not None or not self.acting:
            return
        settable = {knob.name: knob for knob in self if self._owner(knob.name).met}
        after = {
            name: value
            for name, value in self._target.items()
            if (knob := settable.get(name)) and knob.held is None and value not in knob.refused
        }
        steps = plan_steps({name: knob.in_force for name, knob in settable.items()}, after)
        if steps:
            self._change = Change(steps, self._send, self._finish)
            self._change.start()

    def _finish(self, reason: str) -> None:
        self._change = None
        self._listener.knobs_changed()
        if not reason:
            self._begin()  # the target may have moved on meanwhile

    def _send(self, step: Step, then: Callable[[Answer], None]) -> None:
        """Make a step, except for knobs that somebody took meanwhile."""
        owner = self.perception if step.is_network else self.monitor
        values = {
            name: value
            for name, value in step.values.items()
            if name in owner.knobs and owner.knobs[name].held is None
        }
        if not self.acting:
            then(Answer(False, 'this manager does not act any more'))
            return
        if not values:
            then(Answer(True))
            return
        for name in values:  # already now: the answer may come too late for a clean exit
            owner.knobs[name].touched = True

        def finish(answer: Answer) -> None:
            if answer.successful:
                for knob in [owner.knobs[name] for name in values if name in owner.knobs]:
                    if step.is_network:
                        if values[knob.name] not in knob.refused:  # nor failed meanwhile
                            knob.applied = values[knob.name]
                    elif knob.held is None:  # what is applied, /parameter_events tells
                        knob.asked = values[knob.name]
                self._listener.knobs_changed()
            elif answer.refused:
                self._refuse(owner, values, answer.reason)
            then(answer)

        lease = {} if step.is_network else {LEASE_PARAMETER: LEASE_S}
        self._set(owner, values, lease, finish)

    def _set(
        self,
        owner: ManagedNode,
        values: Mapping[str, KnobValue],
        lease: Mapping[str, float],
        then: Callable[[Answer], None],
    ) -> None:
        named = {owner.knobs[name].parameter: value for name, value in values.items()}
        if not lease:  # an event with a lease shows by itself whose it is
            self._own.expect(named)

        def finish(answer: Answer) -> None:
            if answer.refused:
                self._own.withdraw(named)
            then(answer)

        if lease:
            self._renewed_s = time.monotonic()
        if owner is self.perception:
            self._set_s = time.monotonic()
        owner.set({**named, **lease}, finish)

    def _refuse(self, owner: ManagedNode, values: Mapping[str, KnobValue], reason: str) -> None:
        known = [owner.knobs[name] for name in values if name in owner.knobs]
        named = [knob for knob in known if reason.startswith(f'{knob.parameter} ')]
        for knob in named or known:
            self._note_refusal(knob, values[knob.name], reason)

    def _note_refusal(self, knob: Knob, value: KnobValue, reason: str) -> None:
        knob.refused[value] = reason
        knob.asked = None
        self._listener.knob_refused(knob.name, value, reason)

    def _renew(self) -> None:
        leased = {knob.name: knob.asked for knob in self if knob.asked is not None}
        if leased and self.monitor.met and not self.monitor.is_setting:
            self._send(Step(leased, {}), lambda _: None)

    def _set_for_good(self, values: Mapping[str, KnobValue]) -> None:
        """Set knobs of one node, clock limits without a lease."""
        if not values:
            return
        owner = self._owner(next(iter(values)))
        for name, value in values.items():
            owner.knobs[name].applied, owner.knobs[name].asked = value, None
        self._set(owner, values, {}, lambda _: None)

    def _meet(self, is_new: bool) -> None:
        if is_new:
            self._listener.refusals_forgotten()
        self._listener.knobs_changed()

    def _meet_perception(self, is_new: bool) -> None:
        self._meet(is_new)
        if is_new:
            self._target = {}  # it was chosen for what ran before
            self._listener.perception_met()

    def _take_event(self, event: ParameterEvent) -> None:
        owner = {node.name: node for node in (self.perception, self.monitor)}.get(event.node)
        if owner is None:
            return
        changed = {
            parameter.name: parameter_value_to_python(parameter.value)
            for parameter in event.changed_parameters
        }
        lease = changed.get(LEASE_PARAMETER)
        failure = changed.get(FAILURE_PARAMETER)
        for name, value in changed.items():
            knob = owner.knobs.get(knob_name(name))
            if knob is None:
                continue
            knob.applied = value
            if failure:  # only the perception node itself can tell of one
                self._take_failure(knob, failure)
            elif lease == 0.0:  # the monitor put back what had a lease
                knob.asked = None
            elif lease is not None or self._own.take(name, value):
                self._give_back(owner, knob)
            else:
                knob.asked = None
                if self.acting:
                    knob.held = value
        self._listener.knobs_changed()

    def _take_failure(self, knob: Knob, failure: str) -> None:
        """Take that the node went back from a placement; one of a person stays in their hands."""
        placement, _, reason = failure.partition(': ')
        if knob.held == placement:
            knob.held = knob.applied
        elif self.acting:
            went_back = f'{self.perception.name} went back to {knob.applied}: {reason}'
            self._note_refusal(knob, placement, went_back)

    def _give_back(self, owner: ManagedNode, knob: Knob) -> None:
        """Restore the value of a person that an own set, already under way, overran."""
        if knob.held is not None and knob.applied != knob.held:
            self._set(owner, {knob.name: knob.held}, {}, lambda _: None)
