# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The physics of a board: clocks, power, heat and throttling. Pure: no files, no clock."""

import math
from collections.abc import Mapping

from dyn_perception.processors.names import clock_knob
from dyn_perception.simulation.board_description import BoardDescription
from dyn_perception.simulation.errors import SimulationError
from dyn_perception.simulation.heat import create_heat
from dyn_perception.simulation.processor_model import ProcessorModel
from dyn_perception.simulation.throttle import Throttle, step_at_most
from dyn_perception.simulation.variation import Variation
from dyn_perception.simulation.workload import slowdown

_NOTHING: Mapping[str, float] = {}


class BoardModel:
    """A board in virtual time. Processors are named as placements ('cpu:a57', 'gpu').

    Attributes:
        description: what it is made of.
        time_s: virtual time since the start.
        rail_power_w: power of each rail with a sensor, mean of the last step (W).
        total_power_w: power of the whole board, mean of the last step (W).
        energy_j: energy of the whole board since the start (J).
        temperature_c: temperature of each zone.
        hottest_c: the highest of them, without those that never change.
        throttled: whether the board holds a clock below its limit.
        events: counters of over-current.
        processors: names of all processors.
    """

    def __init__(
        self,
        description: BoardDescription,
        *,
        ambient_c: float | None = None,
        variation: Variation | None = None,
    ) -> None:
        """Start idle, in the first power mode, as warm as the idle board gets.

        Args:
            description: the board.
            ambient_c: temperature of the room; None: the description's.
            variation: how this copy differs; None: not at all.
        """
        self.description = description
        self.variation = variation or Variation()
        self._models = [
            ProcessorModel(name, figures, self.variation)
            for name, figures in description.processors.items()
        ]
        self.processors = tuple(description.processors)
        self._numbers = {name: index for index, name in enumerate(self.processors)}
        self._knobs = {clock_knob(model.name): model for model in self._models}
        self._others = [
            (
                part.idle_w * self.variation.idle_power,
                [
                    part.busy_w.get(name, 0.0) * self.variation.dynamic_power
                    for name in self.processors
                ],
            )
            for part in description.others.values()
        ]
        parts = (*self.processors, *description.others)
        numbers = {name: index for index, name in enumerate(parts)}
        self._rails = [
            (name, [numbers[part] for part in rail.parts])
            for name, rail in description.rails.items()
        ]
        self._heat = create_heat(description, parts, ambient_c, self.variation)
        self._zones = [(name, offset) for name, offset in description.heat.zones.items()]
        self._throttle = Throttle(description, [model.steps_mhz for model in self._models])
        self._pending: list[tuple[float, ProcessorModel]] = []
        self.time_s = 0.0
        self.energy_j = 0.0
        self.throttled = False
        self.rail_power_w: dict[str, float] = {}
        self.total_power_w = 0.0
        self.hottest_c = math.nan
        self._part_w: list[float] = []
        self.temperature_c: dict[str, float] = dict(description.heat.constant_zones)
        if description.power_modes:
            for name, clock_mhz in description.power_modes[0].limits_mhz.items():
                model = self._models[self._numbers[name]]
                model.limit = model.clock = step_at_most(model.steps_mhz, clock_mhz)
        self.settle({})

    @property
    def limits(self) -> dict[str, float]:
        """Highest clock that is asked for, of each knob (MHz)."""
        return {knob: model.steps_mhz[model.limit] for knob, model in self._knobs.items()}

    @property
    def events(self) -> dict[str, int]:
        """Counters of over-current."""
        return self._throttle.counts

    def steps_mhz(self, knob: str) -> tuple[float, ...]:
        """Return the clocks that a knob offers, ascending.

        Raises:
            SimulationError: if there is no such knob.
        """
        return self._model(knob).steps_mhz

    def set_limit(self, knob: str, mhz: float) -> float:
        """Limit a clock ('cpu.a57', 'gpu') and return the step that is applied.

        The clock follows `clock_delay_s` later.

        Raises:
            SimulationError: if there is no such knob, or the clock is out of range.
        """
        model = self._model(knob)
        low, high = model.steps_mhz[0], model.steps_mhz[-1]
        if not low * (1 - 1e-6) <= mhz <= high * (1 + 1e-6):
            raise SimulationError(
                f'{knob} of {mhz} MHz is out of range {low:g}...{high:g} MHz: give one in it'
            )
        step = step_at_most(model.steps_mhz, mhz)
        if step != model.limit:
            model.limit = step
            if self.description.clock_delay_s > 0.0:
                self._pending.append((self.time_s + self.description.clock_delay_s, model))
            else:
                self._choose_clocks()
        return model.steps_mhz[step]

    def clock_mhz(self, processor: str) -> float:
        """Return the clock that a processor runs at now (MHz)."""
        model = self._models[self._numbers[processor]]
        return model.steps_mhz[model.clock]

    def held_back(self, processor: str) -> int:
        """Return how many steps below its limit a processor is held to protect the board."""
        model = self._models[self._numbers[processor]]
        allowed = self._throttle.allowed[self._numbers[processor]]
        return max(model.limit - allowed, 0)

    def slowdown(self, other_share: float, programs: int = 1) -> float:
        """Return how much longer work takes while others want so much of the processor."""
        interference = self.description.interference + self.variation.interference
        return slowdown(other_share, programs, interference)

    def step(
        self,
        duration_s: float,
        busy: Mapping[str, float],
        intensity: Mapping[str, float] = _NOTHING,
    ) -> None:
        """Let virtual time pass.

        Args:
            duration_s: how long.
            busy: share of the time that each processor works for everybody, 0...1; those that are
                left out are idle.
            intensity: dynamic power of that work as a share of the processor's full one, where it
                is not 1.

        Raises:
            KeyError: if a processor is unknown.
        """
        total = self._powers(busy, intensity)
        self._heat.step(duration_s, self._part_w, total)
        self.time_s += duration_s
        self.energy_j += total * duration_s
        self._show_temperature()
        changed = self._throttle.step(duration_s, self._heat.temperature_c, self.rail_power_w)
        if changed or (self._pending and self._pending[0][0] <= self.time_s + 1e-9):
            self._choose_clocks()

    def settle(self, busy: Mapping[str, float], intensity: Mapping[str, float] = _NOTHING) -> None:
        """Go to the temperature that this load ends in at the present clocks, in no time."""
        for _ in range(100):  # leakage and temperature drive each other
            before = self._heat.temperature_c
            total = self._powers(busy, intensity)
            self._heat.settle(self._part_w, total)
            if abs(self._heat.temperature_c - before) < 1e-6:
                break
        self._show_temperature()

    def _model(self, knob: str) -> ProcessorModel:
        if knob not in self._knobs:
            raise SimulationError(
                f'clock {knob!r} is unknown: the board has {", ".join(self._knobs)}'
            )
        return self._knobs[knob]

    def _powers(self, busy: Mapping[str, float], intensity: Mapping[str, float]) -> float:
        """Set the power of parts and rails; return that of the whole board (W)."""
        temperature = self._heat.temperature_c
        numbers = self._numbers
        shares = [0.0] * len(self._models)
        for name, share in busy.items():
            shares[numbers[name]] = min(max(share, 0.0), 1.0)
        work = shares
        if intensity:
            work = shares.copy()
            for name, factor in intensity.items():
                work[numbers[name]] *= factor
        powers = []
        for model, share in zip(self._models, work, strict=True):
            watts = model.idle_w + share * model.dynamic_w[model.clock]
            watts += model.leakage_w(temperature)
            powers.append(max(watts, 0.0))
        for idle_w, factors in self._others:
            watts = idle_w
            for share, factor in zip(shares, factors, strict=True):
                watts += share * factor
            powers.append(watts)
        self._part_w = powers
        for name, indices in self._rails:
            watts = 0.0
            for index in indices:
                watts += powers[index]
            self.rail_power_w[name] = watts
        self.total_power_w = total = sum(powers)
        return total

    def _show_temperature(self) -> None:
        temperature = self._heat.temperature_c
        hottest = -math.inf
        for name, offset in self._zones:
            value = temperature + offset
            self.temperature_c[name] = value
            hottest = max(hottest, value)
        self.hottest_c = hottest

    def _choose_clocks(self) -> None:
        now = self.time_s + 1e-9
        waiting = {id(model) for due, model in self._pending if due > now}
        self._pending = [item for item in self._pending if item[0] > now]
        self.throttled = False
        for model, allowed in zip(self._models, self._throttle.allowed, strict=True):
            if allowed < model.limit:
                self.throttled = True
                model.clock = allowed
            elif id(model) not in waiting:
                model.clock = model.limit
