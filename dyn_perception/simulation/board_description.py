# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What a simulated board is, as data: `config/boards/*.yaml`, checked.

Every block of figures has a `source`: lines that begin with 'source:' (published), 'derived:'
(computed of published figures), 'unverified:' (remembered by somebody, not found again) or
'assumption:' (nobody published it).
"""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Finite = Annotated[float, Field(allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0.0, le=1e6, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0.0, le=1e9, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Celsius = Annotated[float, Field(ge=-60.0, le=200.0)]
Name = Annotated[str, Field(pattern=r'^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$')]
ProcessorName = Annotated[str, Field(pattern=r'^(gpu|cpu:[a-z][a-z0-9_]{0,31})$')]
Line = Annotated[
    str, Field(pattern=r'^(source|derived|unverified|assumption): \S.*$', max_length=600)
]
Source = Annotated[tuple[Line, ...], Field(min_length=1, max_length=20)]


class Block(BaseModel):
    """Figures, with where they come from."""

    model_config = ConfigDict(frozen=True, extra='forbid')
    source: Source


class CubicPower(Block):
    """Dynamic power of a fully used processor: linear·f + cubic·f³ (W, f in GHz)."""

    form: Literal['cubic']
    linear_w_per_ghz: NotNegative
    cubic_w_per_ghz3: NotNegative


class VoltagePower(Block):
    """Dynamic power of a fully used processor: capacitance·f·V² (W, f in GHz).

    Attributes:
        capacitance_w_per_ghz_v2: switched capacitance times activity.
        voltages_v: supply at each clock step.
    """

    form: Literal['voltage']
    capacitance_w_per_ghz_v2: NotNegative
    voltages_v: tuple[Annotated[float, Field(gt=0.0, le=3.0)], ...] = Field(max_length=256)


class LinearLeakage(Block):
    """Power that grows with the temperature: w_per_k·(T - reference_c); may lower `idle_w`."""

    form: Literal['linear']
    w_per_k: NotNegative
    reference_c: Celsius


class ExponentialLeakage(Block):
    """Leakage power: share·V·c1·T²·exp(c2 / T) (W, T in degree Celsius as published)."""

    form: Literal['exponential']
    share: NotNegative
    c1: NotNegative
    c2: Annotated[float, Field(ge=-1000.0, le=1000.0)]


class Processor(Block):
    """A cluster of CPU cores or the GPU.

    Attributes:
        cores: numbers of the cores; a GPU has none.
        cpu_part: part number in /proc/cpuinfo, with the implementer before the slash.
        policies: cores that change their clock together; one policy if left out.
        steps_mhz: clocks, ascending.
        idle_w: power while nothing runs on it.
        power: dynamic power.
        leakage: power that depends on the temperature.
    """

    cores: tuple[Annotated[int, Field(ge=0, lt=256)], ...] = Field(default=(), max_length=64)
    cpu_part: Annotated[str, Field(pattern=r'^0x[0-9a-f]{2}/0x[0-9a-f]{3}$')] | None = None
    policies: tuple[tuple[int, ...], ...] = Field(default=(), max_length=64)
    steps_mhz: tuple[Positive, ...] = Field(min_length=1, max_length=256)
    idle_w: NotNegative
    power: Annotated[CubicPower | VoltagePower, Field(discriminator='form')]
    leakage: Annotated[LinearLeakage | ExponentialLeakage, Field(discriminator='form')] | None = (
        None
    )

    @model_validator(mode='after')
    def _check(self) -> 'Processor':
        if any(low >= high for low, high in pairwise(self.steps_mhz)):
            raise ValueError('steps_mhz must ascend')
        has_voltages = isinstance(self.power, VoltagePower)
        if has_voltages and len(self.power.voltages_v) != len(self.steps_mhz):  # type: ignore[union-attr]
            raise ValueError('voltages_v must have one voltage for each of steps_mhz')
        if isinstance(self.leakage, ExponentialLeakage) and not has_voltages:
            raise ValueError('exponential leakage needs the voltages of the form "voltage"')
        if self.policies and sorted(sum(self.policies, ())) != sorted(self.cores):
            raise ValueError('policies must hold each of cores once')
        return self


class OtherPart(Block):
    """The rest of the board: memory, regulators, carrier board.

    Attributes:
        idle_w: power at all times.
        busy_w: what is added while a processor is fully used.
    """

    idle_w: NotNegative
    busy_w: dict[ProcessorName, NotNegative] = Field(default_factory=dict, max_length=16)


class Rail(Block):
    """A supply with a sensor.

    Attributes:
        parts: processors and other parts that it feeds.
        total: whether it feeds the whole board.
        voltage_v: of the rail, for sensors that report voltage and current.
    """

    parts: tuple[str, ...] = Field(min_length=1, max_length=16)
    total: bool = False
    voltage_v: Annotated[float, Field(gt=0.1, le=60.0)] = 5.0


class ResistanceCapacitance(Block):
    """First-order heat: T follows ambient + resistance·(power of the board)."""

    form: Literal['rc']
    resistance_k_per_w: Positive
    time_constant_s: Positive
    ambient_c: Celsius


class Autoregression(Block):
    """Heat as an autoregression: T(k+1) = constant + sum a_i·T(k-i) + sum b_p·P_p, each step.

    Attributes:
        ambient_c: temperature of the room that the figures are taken to stand for; another one
            moves the constant by (1 - sum a)·difference.
    """

    form: Literal['arx']
    step_s: Positive
    constant_c: Finite
    history: tuple[Share, ...] = Field(min_length=1, max_length=8)
    power_k_per_w: dict[str, NotNegative] = Field(min_length=1, max_length=16)
    ambient_c: Celsius

    @model_validator(mode='after')
    def _check(self) -> 'Autoregression':
        if sum(self.history) >= 1.0:
            raise ValueError('the sum of history must be below 1, else the heat never settles')
        return self


class Trip(Block):
    """A temperature at which the board holds clocks back.

    Attributes:
        temperature_c: at and above it.
        hysteresis_c: it ends so much below.
        action: 'cap' sets the clocks to `clocks_mhz` at once; 'step' lowers them by one step each
            `period_s`, down to `clocks_mhz`, and raises them again as slowly.
        period_s: how often the board looks.
    """

    temperature_c: Celsius
    hysteresis_c: Annotated[float, Field(ge=0.0, le=50.0)]
    action: Literal['cap', 'step']
    period_s: Annotated[float, Field(ge=0.001, le=60.0)]
    clocks_mhz: dict[ProcessorName, Positive] = Field(min_length=1, max_length=16)


class OverCurrent(Block):
    """A rail's limit: above it the board counts an event and holds clocks back."""

    rail: str
    limit_a: Positive
    counter: Name
    clocks_mhz: dict[ProcessorName, Positive] = Field(min_length=1, max_length=16)


class Heat(Block):
    """Temperatures.

    Attributes:
        zones: name of each zone, and how much warmer than the model's temperature it is.
        constant_zones: zones that always report the same.
    """

    model: Annotated[ResistanceCapacitance | Autoregression, Field(discriminator='form')]
    zones: dict[Name, Annotated[float, Field(ge=-60.0, le=60.0)]] = Field(
        min_length=1, max_length=32
    )
    constant_zones: dict[Name, Celsius] = Field(default_factory=dict, max_length=8)
    trips: tuple[Trip, ...] = Field(default=(), max_length=8)


class PowerMode(Block):
    """A named set of clock limits."""

    number: Annotated[int, Field(ge=0, le=99)]
    name: Annotated[str, Field(pattern=r'^[A-Za-z0-9_]{1,32}$')]
    limits_mhz: dict[ProcessorName, Positive] = Field(default_factory=dict, max_length=16)


class ProcessorWork(Block):
    """How long a processor takes: t = fixed_ms + share·work_ms_mhz / f (ms, f in MHz).

    Attributes:
        deviation: standard deviation of the time of one run, as a share of it.
        intensity: dynamic power while it runs, as a share of the processor's full one.
        also: share of other processors that it keeps busy meanwhile.
    """

    fixed_ms: NotNegative
    work_ms_mhz: Positive
    deviation: Share = 0.0
    intensity: Annotated[float, Field(ge=0.0, le=2.0)] = 1.0
    also: dict[ProcessorName, Share] = Field(default_factory=dict, max_length=8)


class PublishedWorkload(Block):
    """A network that somebody measured on the board.

    Attributes:
        groups: highest width.
        fixed_share: share of the work that every width has; width k has
            fixed_share + k / groups·(1 - fixed_share) of it.
    """

    groups: Annotated[int, Field(ge=1, le=64)] = 1
    fixed_share: Share = 0.0
    processors: dict[ProcessorName, ProcessorWork] = Field(min_length=1, max_length=16)


class ComputingRate(Block):
    """How long a processor takes for a network of which only the MACs are known.

    Attributes:
        frame_ms: once for each frame.
        group_ms: once for each group.
        macs_per_cycle: multiply-accumulate operations in a clock cycle, the whole processor.
        deviation: as in `ProcessorWork`.
        intensity: as in `ProcessorWork`.
        also: as in `ProcessorWork`.
    """

    frame_ms: NotNegative
    group_ms: NotNegative
    macs_per_cycle: Positive
    deviation: Share
    intensity: Annotated[float, Field(ge=0.0, le=2.0)] = 1.0
    also: dict[ProcessorName, Share] = Field(default_factory=dict, max_length=8)


class BoardDescription(Block):
    """A whole board.

    Attributes:
        name: file name without '.yaml', for example 'jetson_nano'.
        model: what the device tree calls the board.
        layout: which files its tree has.
        compatible: entries of the device tree.
        gpu_device: what the tree calls the GPU, for example '57000000.gpu'.
        memory_bytes: of the board.
        clock_delay_s: from the setting of a limit to the new clock.
        interference: how much more a competing program costs than the time it takes (see
            `dyn_perception.simulation.workload.slowdown`).
        processors: by the name that placements use.
        others: other parts by name.
        rails: by the name of the sensor; the first with `total` is the whole board's.
        power_modes: of nvpmodel; the first is the one that the board starts in.
        workloads: networks that were measured on it.
        rates: computing rate of the processors, for any other network.
    """

    name: Name
    model: Annotated[str, Field(min_length=1, max_length=128)]
    layout: Literal['jetson_iio', 'jetson_hwmon', 'odroid']
    compatible: tuple[Annotated[str, Field(min_length=1, max_length=128)], ...] = Field(
        default=(), max_length=8
    )
    gpu_device: Annotated[str, Field(pattern=r'^[0-9a-f]{8}\.[a-z0-9]{1,16}$')] = '17000000.gpu'
    memory_bytes: Annotated[int, Field(ge=1_000_000, le=10**13)]
    clock_delay_s: Annotated[float, Field(ge=0.0, le=10.0)]
    interference: Share
    processors: dict[ProcessorName, Processor] = Field(min_length=1, max_length=16)
    others: dict[Name, OtherPart] = Field(default_factory=dict, max_length=16)
    rails: dict[Name, Rail] = Field(default_factory=dict, max_length=16)
    heat: Heat
    over_current: tuple[OverCurrent, ...] = Field(default=(), max_length=8)
    power_modes: tuple[PowerMode, ...] = Field(default=(), max_length=16)
    workloads: dict[Name, PublishedWorkload] = Field(default_factory=dict, max_length=32)
    rates: dict[ProcessorName, ComputingRate] = Field(default_factory=dict, max_length=16)

    @model_validator(mode='after')
    def _check_names(self) -> 'BoardDescription':
        processors, parts = set(self.processors), {*self.processors, *self.others}
        uses: list[tuple[str, set[str], set[str]]] = [
            ('rates', set(self.rates), processors),
            *((f'others.{name}', set(part.busy_w), processors) for name, part in
              self.others.items()),
            *((f'rails.{name}', set(rail.parts), parts) for name, rail in self.rails.items()),
            *((f'power mode {mode.name}', set(mode.limits_mhz), processors) for mode in
              self.power_modes),
            *(('trip', set(trip.clocks_mhz), processors) for trip in self.heat.trips),
            *(('over_current', set(item.clocks_mhz), processors) for item in self.over_current),
            *(('over_current', {item.rail}, set(self.rails)) for item in self.over_current),
        ]  # fmt: skip
        for name, workload in self.workloads.items():
            uses.append((f'workloads.{name}', set(workload.processors), processors))
            for work in workload.processors.values():
                uses.append((f'workloads.{name}', set(work.also), processors))
        for rate in self.rates.values():
            uses.append(('rates', set(rate.also), processors))
        if isinstance(self.heat.model, Autoregression):
            uses.append(('heat', set(self.heat.model.power_k_per_w), parts))
        for where, names, known in uses:
            if names - known:
                raise ValueError(
                    f'{where} names {", ".join(sorted(names - known))}: '
                    f'the board has {", ".join(sorted(known))}'
                )
        cores = [core for item in self.processors.values() for core in item.cores]
        if len(cores) != len(set(cores)):
            raise ValueError('a core belongs to one processor only')
        for name, item in self.processors.items():
            if name.startswith('cpu:') != bool(item.cores):
                raise ValueError(f'{name}: a cpu has cores, a gpu has none')
        return self
