# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the network runs: names of placements and what they stand for on this machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from dyn_perception.inference.errors import PlacementError
from dyn_perception.processors.cores import (
    format_core_list,
    online_cores,
    parse_core_list,
    present_cores,
    usable_cores,
)
from dyn_perception.processors.names import ANY_CPU, CUDA, GPU, SPLIT

__all__ = [
    'ANYWHERE',
    'ANY_CPU',
    'GPU',
    'SPLIT',
    'Gpus',
    'Machine',
    'Placement',
    'Processor',
]

_CORES_OF = 'cpu:'


@dataclass(frozen=True)
class Processor:
    """One processor of a placement: a set of cores or a GPU.

    Attributes:
        name: as in parameters and results, for example `cpu:a57`.
        cores: cores whose threads compute, or that feed the GPU; None: any that is allowed.
        is_gpu: whether the network runs on a GPU.
        device: CUDA's index of the GPU.
    """

    name: str
    cores: tuple[int, ...] | None = None
    is_gpu: bool = False
    device: int = 0


@dataclass(frozen=True)
class Placement:
    """Where the groups of the network run.

    Attributes:
        name: as the user gave it, for example `cpu:a57`.
        processors: those that share the groups of a frame.
    """

    name: str
    processors: tuple[Processor, ...]

    @cached_property  # each frame asks
    def runs_in_any_thread(self) -> bool:
        """Whether the thread that asks for a frame need not be on certain cores."""
        return all(part.cores is None and not part.is_gpu for part in self.processors)


ANYWHERE = Placement(ANY_CPU, (Processor(ANY_CPU),))
"""The CPU, on any core that the process may use."""


@dataclass(frozen=True)
class Gpus:
    """The GPUs that an engine may be able to use.

    Attributes:
        count: CUDA devices.
        why_none: why there is none, empty if there is one.
    """

    count: int = 0
    why_none: str = 'no GPU was looked for'

    @property
    def offer(self) -> str:
        """The placements on them in words."""
        if not self.count:
            return f'no gpu: {self.why_none}'
        others = [f'{CUDA}{device}' for device in range(1, self.count)]
        return ', '.join([f'{GPU} (that is {CUDA}0)', *others])

    def find(self, name: str) -> Processor:
        """Return the GPU of a placement `gpu` or `cuda:<index>`.

        Raises:
            ValueError: if there is no such GPU.
        """
        index = '0' if name == GPU else name.removeprefix(CUDA)
        if not (index.isascii() and index.isdigit() and index == str(int(index))):
            raise ValueError(f'{index!r} is no CUDA device such as 0')
        if not self.count:
            raise ValueError(self.why_none)
        if int(index) >= self.count:
            raise ValueError(f'there is no CUDA device {index}')
        return Processor(name, is_gpu=True, device=int(index))


@dataclass(frozen=True)
class Machine:
    """What a machine offers to placements.

    Attributes:
        clusters: cores of each CPU cluster by its name.
        usable: cores that this process may run on.
        present: cores that the machine has.
        online: cores that are switched on.
        gpus: that may be used.
    """

    clusters: Mapping[str, tuple[int, ...]]
    usable: frozenset[int] = field(default_factory=usable_cores)
    present: frozenset[int] = field(default_factory=present_cores)
    online: frozenset[int] = field(default_factory=online_cores)
    gpus: Gpus = field(default_factory=Gpus)

    @property
    def placements(self) -> tuple[str, ...]:
        """The clusters that may be used, `cpu` if there is one only, and the first GPU."""
        clusters = [name for name, cores in self.clusters.items() if self.usable & set(cores)]
        cpu = [ANY_CPU] if len(clusters) == 1 else [f'{_CORES_OF}{name}' for name in clusters]
        return (*cpu, *([GPU] if self.gpus.count else []))

    @property
    def offer(self) -> str:
        """The placements of this machine in words."""
        clusters = [
            f'{_CORES_OF}{name} (cores {format_core_list(cores)})'
            for name, cores in self.clusters.items()
            if self.usable.intersection(cores)
        ]
        cores = f'{_CORES_OF}<cores> of {format_core_list(self.usable)}'
        cpu = ', '.join([ANY_CPU, *clusters, cores])
        return '; '.join([cpu, self.gpus.offer, 'parts joined by +'])

    def place(self, name: str) -> Placement:
        """Return what a placement stands for on this machine.

        Args:
            name: `cpu` (any core), `cpu:<cluster>`, `cpu:<cores>` such as `cpu:0`, `cpu:0,2` or
                `cpu:0-3`, `gpu` (the first CUDA device), `cuda:<index>`, or several of these
                joined by `+` that share the groups.

        Raises:
            PlacementError: if this machine does not offer it; the text lists what it does.
        """
        try:
            processors = tuple(self._processor(part) for part in name.split(SPLIT))
            self._check_apart(processors)
            return Placement(name, processors)
        except ValueError as error:
            raise PlacementError(
                f'placement {name!r} is not possible: {error}; this machine offers {self.offer}'
            ) from error

    def _check_apart(self, processors: tuple[Processor, ...]) -> None:
        """Refuse processors that would compute on the same core, or twice on a GPU."""
        taken: dict[str, str] = {}
        for processor in processors:
            cores = self.usable if processor.cores is None else processor.cores
            gpu = (f'CUDA device {processor.device}',)
            for place in gpu if processor.is_gpu else (f'core {core}' for core in cores):
                if place in taken:
                    remedy = 'name one of them' if processor.is_gpu else 'name cores for each part'
                    raise ValueError(
                        f'{taken[place]} and {processor.name} would share {place}, which is no '
                        f'gain: {remedy}'
                    )
                taken[place] = processor.name

    def _processor(self, name: str) -> Processor:
        if name == ANY_CPU:
            return Processor(name)
        if name == GPU or name.startswith(CUDA):
            return self.gpus.find(name)
        kind, _, where = name.partition(':')
        if kind != ANY_CPU or not where:
            raise ValueError('there is no such processor')
        if where in self.clusters:
            cores = tuple(core for core in self.clusters[where] if core in self.usable)
            if not cores:
                raise ValueError(
                    f'of its cores {format_core_list(self.clusters[where])} this process may '
                    f'use none ({self._why_not(self.clusters[where][0])})'
                )
            return Processor(name, cores)
        if not where[0].isdigit():
            raise ValueError(f'there is no cluster {where}')
        cores = parse_core_list(where)
        for core in cores:
            if core not in self.usable:
                raise ValueError(self._why_not(core))
        return Processor(name, cores)

    def _why_not(self, core: int) -> str:
        if core not in self.present:
            return f'there is no core {core}'
        if core not in self.online:
            return f'core {core} is offline'
        return f'core {core} is outside of what taskset or a cgroup allows this process'
