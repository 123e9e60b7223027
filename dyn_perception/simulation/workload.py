# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How long a network takes on the processors of a simulated board."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dyn_perception.simulation.board_description import BoardDescription
from dyn_perception.simulation.errors import SimulationError


def slowdown(other_share: float, programs: int = 1, interference: float = 0.0) -> float:
    """Return how much longer work takes beside competing programs.

    What the others take is missing: 1 / (1 - share). A program that always has work gets at
    least its fair part, so `programs` others can take n / (n + 1) at most. That agrees with the
    CPU measurement in the motivation of Dynamic-OFA (Lou et al. 2021): 1.95 times as long beside
    one application (here 2). Caches and memory may add `interference`·share.

    Args:
        other_share: share of the processor's time that the others want, 0...programs.
        programs: how many others there are.
        interference: additional time, as a share, beside others that want all of the processor.
    """
    share = min(max(other_share, 0.0), float(programs))
    taken = min(share, programs / (programs + 1.0))
    return (1.0 + interference * min(share, 1.0)) / (1.0 - taken)


@dataclass(frozen=True)
class ProcessorLaw:
    """Time on one processor: group g takes group_s[g] + group_ms_mhz[g] / f (f in MHz).

    Attributes:
        group_s: part of each group's time that the clock does not change (s).
        group_s_mhz: part that it does (s·MHz).
        frame_s: part of the first group's that every frame costs, whatever groups it runs (s).
        frame_s_mhz: likewise of what the clock changes (s·MHz).
        deviation: standard deviation of the time of one frame, as a share of it.
        intensity: dynamic power while it runs, as a share of the processor's full one.
        also: share of other processors that it keeps busy meanwhile.
    """

    group_s: tuple[float, ...]
    group_s_mhz: tuple[float, ...]
    frame_s: float = 0.0
    frame_s_mhz: float = 0.0
    deviation: float = 0.0
    intensity: float = 1.0
    also: Mapping[str, float] = field(default_factory=dict)


class Workload:
    """A network with widths on a board's processors, without other programs.

    Attributes:
        name: for people.
        groups: highest width.
        processors: names of the processors that can run it, as in placements.
    """

    def __init__(self, name: str, laws: Mapping[str, ProcessorLaw]) -> None:
        """Take the law of each processor; all have as many groups."""
        self.name = name
        self.processors = tuple(laws)
        self.groups = len(next(iter(laws.values())).group_s)
        self._laws = dict(laws)
        # Sums up to each width, so that a width costs one look-up.
        self._totals = {
            processor: (_sums(law.group_s), _sums(law.group_s_mhz))
            for processor, law in laws.items()
        }

    def latency_s(self, processor: str, clock_mhz: float, width: int) -> float:
        """Return the time of groups 1...width (s) at a clock, with the processor for itself."""
        fixed, scaled = self._totals[processor]
        return fixed[width - 1] + scaled[width - 1] / clock_mhz

    def group_latency_s(
        self, processor: str, clock_mhz: float, group: int, *, is_first: bool | None = None
    ) -> float:
        """Return the time of one group, 1...groups (s); see `group_work`."""
        fixed_s, scaled_s_mhz = self.group_work(processor, group, is_first=is_first)
        return fixed_s + scaled_s_mhz / clock_mhz

    def group_work(
        self, processor: str, group: int, *, is_first: bool | None = None
    ) -> tuple[float, float]:
        """Return what a group takes at every clock (s), and what the clock divides (s·MHz).

        Args:
            processor: where.
            group: 1...groups.
            is_first: whether the processor runs none before it of the frame, so that it has what
                every frame costs; None: if it is group 1.
        """
        law = self.law(processor)
        fixed_s, scaled_s_mhz = law.group_s[group - 1], law.group_s_mhz[group - 1]
        if is_first is None or is_first == (group == 1):
            return fixed_s, scaled_s_mhz
        sign = 1.0 if is_first else -1.0
        return fixed_s + sign * law.frame_s, scaled_s_mhz + sign * law.frame_s_mhz

    def law(self, processor: str) -> ProcessorLaw:
        """Return all that is known of one processor.

        Raises:
            SimulationError: if it cannot run the workload.
        """
        if processor not in self._laws:
            raise SimulationError(
                f'{self.name} does not run on {processor!r}: '
                f'choose of {", ".join(self.processors)}'
            )
        return self._laws[processor]

    def busy(self, processor: str, share: float = 1.0) -> dict[str, float]:
        """Return the share of every processor that is busy while it runs for `share` of a time."""
        also = self._laws[processor].also
        return {processor: share, **{name: share * part for name, part in also.items()}}


def published_workload(description: BoardDescription, name: str) -> Workload:
    """Return a network that was measured on the board.

    Raises:
        SimulationError: if there is none of that name.
    """
    if name not in description.workloads:
        known = ', '.join(sorted(description.workloads)) or 'none: give the MACs of a network'
        raise SimulationError(f'workload {name!r} is unknown on {description.name}: {known}')
    data = description.workloads[name]
    group_share = (1.0 - data.fixed_share) / data.groups
    shares = [group_share + (data.fixed_share if group == 0 else 0.0) for group in
              range(data.groups)]  # fmt: skip
    laws = {}
    for processor, work in data.processors.items():
        laws[processor] = ProcessorLaw(
            group_s=(work.fixed_ms * 1e-3, *[0.0] * (data.groups - 1)),
            group_s_mhz=tuple(share * work.work_ms_mhz * 1e-3 for share in shares),
            frame_s=work.fixed_ms * 1e-3,
            frame_s_mhz=data.fixed_share * work.work_ms_mhz * 1e-3,
            deviation=work.deviation,
            intensity=work.intensity,
            also=work.also,
        )
    return Workload(name, laws)


def workload_by_macs(
    description: BoardDescription, macs: Sequence[float], *, batch: int = 1, name: str = 'network'
) -> Workload:
    """Return a network of which only the multiply-accumulate operations are known.

    Args:
        description: the board.
        macs: of each group, for one image.
        batch: images (regions) that are classified at once.
        name: for people.

    Raises:
        SimulationError: if the board states no computing rates, or a number is out of range.
    """
    if not description.rates:
        raise SimulationError(
            f'{description.name} states no computing rates: add the block rates to its file'
        )
    if not macs or min(macs) < 0 or batch < 1:
        raise SimulationError(
            f'MACs {list(macs)} in batches of {batch}: give at least one group, none negative, '
            'and a batch of at least 1'
        )
    laws = {}
    for processor, rate in description.rates.items():
        fixed = [rate.group_ms * 1e-3] * len(macs)
        fixed[0] += rate.frame_ms * 1e-3
        scaled = tuple(count * batch / (rate.macs_per_cycle * 1e6) for count in macs)
        laws[processor] = ProcessorLaw(
            tuple(fixed),
            scaled,
            frame_s=rate.frame_ms * 1e-3,
            deviation=rate.deviation,
            intensity=rate.intensity,
            also=rate.also,
        )
    return Workload(name, laws)


def _sums(values: Sequence[float]) -> tuple[float, ...]:
    total, sums = 0.0, []
    for value in values:
        total += value
        sums.append(total)
    return tuple(sums)
