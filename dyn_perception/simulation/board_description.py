# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What a simulated board is, as data: `config/boards/*.yaml`, checked.

Where the figures come from is told by `source`, see `description_block`.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from dyn_perception.simulation.description_block import Block, Name, Positive, ProcessorName, Share
from dyn_perception.simulation.heat_description import Autoregression, Heat, OverCurrent
from dyn_perception.simulation.power_description import OtherPart, Processor, Rail
from dyn_perception.simulation.work_description import ComputingRate, PublishedWorkload


class PowerMode(Block):
    """A named set of clock limits."""

    number: Annotated[int, Field(ge=0, le=99)]
    name: Annotated[str, Field(pattern=r'^[A-Za-z0-9_]{1,32}$')]
    limits_mhz: dict[ProcessorName, Positive] = Field(default_factory=dict, max_length=16)


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
