# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the network runs: names of placements and what they stand for on this machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dyn_perception.inference.errors import PlacementError
from dyn_perception.inference.processors import (
    format_core_list,
    online_cores,
    parse_core_list,
    present_cores,
    usable_cores,
)

ANY_CPU = 'cpu'
GPU = 'gpu'
SPLIT = '+'
_CORES_OF = 'cpu:'


@dataclass(frozen=True)
class Processor:
    """One processor of a placement: a set of cores or a GPU.

    Attributes:
        name: as in parameters and results, for example `cpu:a57`.
        cores: cores whose threads compute, or that feed the GPU; None: any that is allowed.
        is_gpu: whether the network runs on the GPU.
    """

    name: str
    cores: tuple[int, ...] | None = None
    is_gpu: bool = False


@dataclass(frozen=True)
class Placement:
    """Where the groups of the network run.

    Attributes:
        name: as the user gave it, for example `cpu:a57`.
        processors: those that share the groups of a frame.
    """

    name: str
    processors: tuple[Processor, ...]

    @property
    def runs_in_any_thread(self) -> bool:
        """Whether the thread that asks for a frame need not be on certain cores."""
        return all(part.cores is None and not part.is_gpu for part in self.processors)


ANYWHERE = Placement(ANY_CPU, (Processor(ANY_CPU),))
"""The CPU, on any core that the process may use."""


@dataclass(frozen=True)
class Machine:
    """What a machine offers to placements.

    Attributes:
        clusters: cores of each CPU cluster by its name.
        usable: cores that this process may run on.
        present: cores that the machine has.
        online: cores that are switched on.
        no_gpu: why no GPU can be used, empty if one may be.
    """

    clusters: Mapping[str, tuple[int, ...]]
    usable: frozenset[int] = field(default_factory=usable_cores)
    present: frozenset[int] = field(default_factory=present_cores)
    online: frozenset[int] = field(default_factory=online_cores)
    no_gpu: str = 'no GPU was looked for'

    @property
    def offer(self) -> str:
        """The placements of this machine in words."""
        clusters = [
            f'{_CORES_OF}{name} (cores {format_core_list(cores)})'
            for name, cores in self.clusters.items()
            if self.usable.intersection(cores)
        ]
        cores = f'{_CORES_OF}<cores> of {format_core_list(self.usable)}'
        gpu = f'no gpu: {self.no_gpu}' if self.no_gpu else GPU
        return '; '.join([', '.join([ANY_CPU, *clusters, cores]), gpu, 'parts joined by +'])

    def place(self, name: str) -> Placement:
        """Return what a placement stands for on this machine.

        Args:
            name: `cpu` (any core), `cpu:<cluster>`, `cpu:<cores>` such as `cpu:0`, `cpu:0,2` or
                `cpu:0-3`, `gpu`, or several of these joined by `+` that share the groups.

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
        """Refuse processors that would compute on the same core, or twice on the GPU."""
        taken: dict[object, str] = {}
        for processor in processors:
            cores = self.usable if processor.cores is None else processor.cores
            for place in (GPU,) if processor.is_gpu else cores:
                if place in taken:
                    what = place if place == GPU else f'core {place}'
                    raise ValueError(
                        f'{taken[place]} and {processor.name} would share {what}, which is no '
                        'gain: name cores for each part'
                    )
                taken[place] = processor.name

    def _processor(self, name: str) -> Processor:
        if name == ANY_CPU:
            return Processor(name)
        if name == GPU:
            if self.no_gpu:
                raise ValueError(self.no_gpu)
            return Processor(name, is_gpu=True)
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
