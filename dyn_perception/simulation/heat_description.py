# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What a board description says of heat, and of what the board does against it."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from dyn_perception.simulation.description_block import (
    Block,
    Celsius,
    Finite,
    Name,
    NotNegative,
    Positive,
    ProcessorName,
    Share,
)


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
