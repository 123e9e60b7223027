# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What a board description says of its processors, the rest of the board and their power."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from dyn_perception.simulation.description_block import (
    Block,
    Celsius,
    NotNegative,
    Positive,
    ProcessorName,
)


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
