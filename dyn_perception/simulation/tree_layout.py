# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which files a board has: some never change, some follow the model, some limit a clock."""

from collections.abc import Callable
from dataclasses import dataclass, field

from dyn_perception.processors.names import clock_knob
from dyn_perception.simulation.board_description import BoardDescription
from dyn_perception.simulation.board_model import BoardModel
from dyn_perception.simulation.cpu_times import CpuTimes

CPU = 'sys/devices/system/cpu'
THERMAL = 'sys/devices/virtual/thermal'
_MEMORY_IN_USE = 0.35  # share of the memory; an assumption, nothing in the model depends on it


@dataclass(frozen=True)
class LimitFile:
    """A file that holds a highest clock and that somebody may write.

    Attributes:
        path: below the root.
        knob: clock that it limits.
        per_mhz: what the file counts 1 MHz as.
    """

    path: str
    knob: str
    per_mhz: int


@dataclass
class Layout:
    """The files of a tree.

    Attributes:
        files: content by path; a path that ends in '/' is a folder.
        links: target of each symbolic link.
        gauges: what each file that follows the model holds now.
        limits: files that limit a clock.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    gauges: dict[str, Callable[[], str]] = field(default_factory=dict)
    limits: list[LimitFile] = field(default_factory=list)

    def text(self, path: str, content: str) -> None:
        """Add a file of one line."""
        self.files[path] = f'{content}\n'.encode()


@dataclass(frozen=True)
class BoardView:
    """What the files show.

    Attributes:
        model: clocks, power and heat.
        times: how long the cores were busy.
        gpu_load: busy share of the GPU, 0...1.
        pressure: share of the last 10 s in which some task waited for a CPU, 0...1.
    """

    model: BoardModel
    times: CpuTimes
    gpu_load: Callable[[], float]
    pressure: Callable[[], float]

    @property
    def description(self) -> BoardDescription:
        """The board."""
        return self.model.description


def add_machine(layout: Layout, view: BoardView) -> None:
    """Add what every Linux board has: device tree, CPU times and memory."""
    description = view.description
    compatible = ''.join(f'{name}\0' for name in description.compatible)
    for folder in ('sys/firmware/devicetree/base',):
        layout.files[f'{folder}/model'] = f'{description.model}\0'.encode()
        layout.files[f'{folder}/compatible'] = compatible.encode()
    layout.links['proc/device-tree'] = '../sys/firmware/devicetree/base'
    layout.files['proc/cpuinfo'] = _cpuinfo(description).encode()
    kilobytes = description.memory_bytes // 1024
    available = round(kilobytes * (1.0 - _MEMORY_IN_USE))
    layout.text(
        'proc/meminfo',
        f'MemTotal:       {kilobytes:8d} kB\nMemFree:        {available // 2:8d} kB\n'
        f'MemAvailable:   {available:8d} kB\nBuffers:        {0:8d} kB\n'
        f'Cached:         {available // 2:8d} kB',
    )
    layout.gauges['proc/stat'] = view.times.stat


def add_cpus(layout: Layout, view: BoardView, *, governor: str, in_core_folders: bool) -> None:
    """Add cores and cpufreq policies.

    Args:
        layout: to add to.
        view: what is shown.
        governor: name of the governor.
        in_core_folders: as old kernels do, instead of `cpufreq/policy<N>`.
    """
    cores = sorted(core for item in view.description.processors.values() for core in item.cores)
    for name in ('present', 'possible', 'online'):
        layout.text(f'{CPU}/{name}', f'0-{cores[-1]}' if len(cores) > 1 else '0')
    for processor, figures in view.description.processors.items():
        for policy in figures.policies or ((figures.cores,) if figures.cores else ()):
            first = min(policy)
            shared = f'{CPU}/cpufreq/policy{first}'
            folder = f'{CPU}/cpu{first}/cpufreq' if in_core_folders else shared
            for core in policy:
                layout.text(f'{CPU}/cpu{core}/online', '1')
                if in_core_folders and core != first:
                    layout.links[f'{CPU}/cpu{core}/cpufreq'] = f'../cpu{first}/cpufreq'
                elif not in_core_folders:
                    layout.links[f'{CPU}/cpu{core}/cpufreq'] = f'../cpufreq/policy{first}'
            _add_policy(layout, view, processor, folder, policy, governor)


def _add_policy(
    layout: Layout,
    view: BoardView,
    processor: str,
    folder: str,
    cores: tuple[int, ...],
    governor: str,
) -> None:
    steps = [round(step * 1000) for step in view.description.processors[processor].steps_mhz]
    model, knob = view.model, clock_knob(processor)
    for name in ('related_cpus', 'affected_cpus'):
        layout.text(f'{folder}/{name}', ' '.join(map(str, sorted(cores))))
    layout.text(f'{folder}/cpuinfo_min_freq', str(steps[0]))
    layout.text(f'{folder}/cpuinfo_max_freq', str(steps[-1]))
    layout.text(f'{folder}/scaling_min_freq', str(steps[0]))
    layout.text(f'{folder}/scaling_available_frequencies', ' '.join(map(str, steps)))
    layout.text(f'{folder}/scaling_governor', governor)
    layout.text(f'{folder}/scaling_available_governors', governor)
    layout.text(f'{folder}/scaling_max_freq', f'{model.limits[knob] * 1000:<12.0f}')
    layout.limits.append(LimitFile(f'{folder}/scaling_max_freq', knob, 1000))
    for name in ('scaling_cur_freq', 'cpuinfo_cur_freq'):
        layout.gauges[f'{folder}/{name}'] = lambda: f'{model.clock_mhz(processor) * 1000:.0f}'


def add_cooling(layout: Layout, view: BoardView, names: dict[str, str]) -> None:
    """Add the cooling devices that say whether a clock is held back.

    Args:
        layout: to add to.
        view: what is shown.
        names: type of the device of each processor.
    """
    for number, (processor, name) in enumerate(names.items()):
        folder = f'{THERMAL}/cooling_device{number}'
        steps = view.description.processors[processor].steps_mhz
        layout.text(f'{folder}/type', name)
        layout.text(f'{folder}/max_state', str(len(steps) - 1))
        layout.gauges[f'{folder}/cur_state'] = _cooling_state(view.model, processor)
        layout.links[f'sys/class/thermal/cooling_device{number}'] = f'../../../{folder}'


def _cooling_state(model: BoardModel, processor: str) -> Callable[[], str]:
    return lambda: str(model.held_back(processor))


def add_zones(layout: Layout, view: BoardView) -> None:
    """Add the thermal zones."""
    for number, zone in enumerate(view.model.temperature_c):
        folder = f'{THERMAL}/thermal_zone{number}'
        layout.text(f'{folder}/type', zone)
        layout.gauges[f'{folder}/temp'] = _temperature(view.model, zone)
        layout.links[f'sys/class/thermal/thermal_zone{number}'] = f'../../../{folder}'


def _temperature(model: BoardModel, zone: str) -> Callable[[], str]:
    return lambda: f'{model.temperature_c[zone] * 1000:.0f}'


def _cpuinfo(description: BoardDescription) -> str:
    parts = {
        core: (item.cpu_part or '0x00/0x000').split('/')
        for item in description.processors.values()
        for core in item.cores
    }
    return '\n'.join(
        f'processor\t: {core}\nCPU implementer\t: {implementer}\nCPU part\t: {part}\n'
        for core, (implementer, part) in sorted(parts.items())
    )
