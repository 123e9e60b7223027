# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The parts of a sysfs that several boards have, written as their kernels write them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dyn_perception.board.state import BoardState

CPU = 'sys/devices/system/cpu'


@dataclass
class WrittenBoard:
    """A board's tree, and what is to be read of it.

    Attributes:
        root: of the tree.
        state: what the second reading gives, a `step` after the first, but for `window_s`.
        actuators: name: (lowest, highest, steps) in MHz.
        busy: busy share of each core that is online, in the steps.
        rapl_w: power of each RAPL zone.
        clocks_mhz: clocks of each core that are true now, where a test asks for them.
    """

    root: Path
    state: BoardState = field(default_factory=BoardState)
    actuators: dict[str, tuple[float, float, tuple[float, ...]]] = field(default_factory=dict)
    busy: dict[int, float] = field(default_factory=dict)
    rapl_w: dict[str, float] = field(default_factory=dict)
    clocks_mhz: dict[int, tuple[float, ...]] = field(default_factory=dict)
    _ticks: dict[int, list[int]] = field(default_factory=dict)
    _energy_uj: dict[str, int] = field(default_factory=dict)

    def file(self, path: str, text: str | float) -> Path:
        """Write a file, with the line end that sysfs puts."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f'{text}\n')
        return place

    def files(self, folder: str, content: Mapping[str, str | float]) -> None:
        """Write the files of a folder."""
        for name, text in content.items():
            self.file(f'{folder}/{name}', text)

    def link(self, path: str, target: str) -> None:
        """Put a relative link, as sysfs has them, to another place below the root."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(os.path.relpath(self.root / target, place.parent))

    def expect(self, **fields: object) -> None:
        """Set what is to be read."""
        self.state = replace(self.state, **fields)  # type: ignore[arg-type]

    def step(
        self,
        duration_s: float = 1.0,
        leave_out: Callable[[str], bool] = lambda path: False,
    ) -> None:
        """Let time pass: each core is busy for its share of it, RAPL counts energy.

        Args:
            duration_s: how much (s).
            leave_out: says of a path whether its file stays as it is.
        """
        for core, share in self.busy.items():
            user, idle = self._ticks.setdefault(core, [5_000 + core, 90_000])
            busy_ticks = round(share * duration_s * 100)
            self._ticks[core] = [user + busy_ticks, idle + round(duration_s * 100) - busy_ticks]
        cores = [
            f'cpu{core} {user} 10 300 {idle} 200 0 7 0 0 0'
            for core, (user, idle) in self._ticks.items()
        ]
        changed = {
            'proc/stat': '\n'.join(['cpu  1 2 3 4 5 6 7 0 0 0', *cores, 'intr 8 0 9', 'ctxt 4'])
        }
        for zone, power_w in self.rapl_w.items():
            energy_uj = self._energy_uj.get(zone, 1_000_000) + round(power_w * duration_s * 1e6)
            self._energy_uj[zone] = energy_uj
            changed[f'sys/class/powercap/{zone}/energy_uj'] = str(energy_uj)
        for path, text in changed.items():
            if not leave_out(path):
                self.file(path, text)


def write_cores(
    board: WrittenBoard, parts: Sequence[str], busy: Mapping[int, float], implementer: str = '0x41'
) -> None:
    """Write the cores: their part numbers in /proc/cpuinfo ('' on x86), busy share if online."""
    board.busy = dict(busy)
    lines = []
    for core, part in enumerate(parts):
        board.file(f'{CPU}/cpu{core}/online', int(core in busy))
        if core in busy:
            lines.append(
                f'processor\t: {core}\nBogoMIPS\t: 38.40\nFeatures\t: fp asimd evtstrm aes'
            )
            lines.append(
                f'CPU implementer\t: {implementer}\nCPU architecture: 8\nCPU variant\t: 0x1\n'
                f'CPU part\t: {part}\nCPU revision\t: 1\n'
                if part
                else 'vendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Core(TM)\n'
            )
    board.file('proc/cpuinfo', '\n'.join(lines))
    board.file(f'{CPU}/present', f'0-{len(parts) - 1}')
    board.file(f'{CPU}/possible', f'0-{len(parts) - 1}')
    board.file(f'{CPU}/online', ','.join(str(core) for core in busy))
    board.step()


def write_policy(
    board: WrittenBoard,
    cores: Sequence[int],
    range_khz: tuple[int, int],
    now_khz: int,
    limit_khz: int,
    governor: str,
    steps_khz: Sequence[int] = (),
    folder: str = '',
) -> None:
    """Write one cpufreq policy."""
    folder = folder or f'{CPU}/cpufreq/policy{cores[0]}'
    board.files(
        folder,
        {
            'affected_cpus': ' '.join(map(str, cores)),
            'related_cpus': ' '.join(map(str, cores)),
            'cpuinfo_min_freq': range_khz[0],
            'cpuinfo_max_freq': range_khz[1],
            'scaling_min_freq': range_khz[0],
            'scaling_max_freq': limit_khz,
            'scaling_cur_freq': now_khz,
            'scaling_governor': governor,
            'scaling_driver': 'cpufreq',
        },
    )
    if steps_khz:
        board.file(f'{folder}/scaling_available_frequencies', ' '.join(map(str, steps_khz)) + ' ')
    for core in cores:
        if not (board.root / f'{CPU}/cpu{core}/cpufreq').exists():
            board.link(f'{CPU}/cpu{core}/cpufreq', folder)


def write_zones(board: WrittenBoard, zones: Sequence[tuple[str, str | int]]) -> None:
    """Write thermal zones: (type, content of temp in 0.001 degree Celsius)."""
    for number, (name, temperature) in enumerate(zones):
        folder = f'sys/devices/virtual/thermal/thermal_zone{number}'
        board.files(folder, {'type': name, 'temp': temperature, 'mode': 'enabled'})
        board.link(f'sys/class/thermal/thermal_zone{number}', folder)


def write_cooling(board: WrittenBoard, devices: Mapping[str, int]) -> None:
    """Write cooling devices: type: state."""
    for number, (name, state) in enumerate(devices.items()):
        folder = f'sys/devices/virtual/thermal/cooling_device{number}'
        board.files(folder, {'type': name, 'cur_state': state, 'max_state': 10})
        board.link(f'sys/class/thermal/cooling_device{number}', folder)


def write_hwmon(
    board: WrittenBoard, number: int, device: str, content: Mapping[str, str | float]
) -> None:
    """Write a hwmon device below its parent device, linked from /sys/class/hwmon."""
    folder = f'{device}/hwmon/hwmon{number}'
    board.files(folder, content)
    board.link(f'{folder}/device', device)
    board.link(f'sys/class/hwmon/hwmon{number}', folder)


def write_ina3221(
    board: WrittenBoard,
    number: int,
    device: str,
    rails: Sequence[tuple[str, int, int]],
) -> None:
    """Write an INA3221 with the kernel's driver: (label, mV, mA) of its three channels."""
    content: dict[str, str | float] = {'name': 'ina3221', 'in7_label': 'sum of shunt voltages'}
    for channel, (label, millivolts, milliamperes) in enumerate(rails, start=1):
        content |= {
            f'in{channel}_label': label,
            f'in{channel}_input': millivolts,
            f'in{channel}_enable': 1,
            f'in{channel + 3}_input': 24,  # shunt voltage, uV
            f'curr{channel}_input': milliamperes,
            f'curr{channel}_max': 32760,
            f'curr{channel}_crit': 32760,
        }
    write_hwmon(board, number, device, content | {'in7_input': 72, 'curr4_input': 1234})
    board.link(f'sys/bus/i2c/drivers/ina3221/{device.rpartition("/")[2]}', device)


def write_devfreq(
    board: WrittenBoard,
    device: str,
    name: str,
    steps_mhz: Sequence[float],
    now_mhz: float,
    limit_mhz: float,
    governor: str,
) -> None:
    """Write a GPU's devfreq below its device, linked from /sys/class/devfreq."""
    folder = f'{device}/devfreq/{name}'
    steps = [round(step * 1e6) for step in steps_mhz]
    board.files(
        folder,
        {
            'available_frequencies': ' '.join(map(str, steps)) + ' ',
            'cur_freq': round(now_mhz * 1e6),
            'min_freq': steps[0],
            'max_freq': round(limit_mhz * 1e6),
            'governor': governor,
            'available_governors': f'{governor} performance powersave',
        },
    )
    board.link(f'{folder}/device', device)
    board.link(f'sys/class/devfreq/{name}', folder)


def write_memory(board: WrittenBoard, total_kb: int, available_kb: int) -> None:
    """Write /proc/meminfo, and what is to be read of it."""
    lines = [
        f'MemTotal:       {total_kb:8} kB',
        f'MemFree:        {available_kb // 2:8} kB',
        f'MemAvailable:   {available_kb:8} kB',
        'Buffers:           40960 kB',
        'Cached:           512000 kB',
        'SwapCached:            0 kB',
    ]
    board.file('proc/meminfo', '\n'.join(lines))
    board.expect(
        memory_used_bytes=(total_kb - available_kb) * 1024.0, memory_total_bytes=total_kb * 1024.0
    )


def write_pressure(board: WrittenBoard, percent: float) -> None:
    """Write /proc/pressure/cpu, and what is to be read of it."""
    tail = 'avg60=0.40 avg300=0.09 total=12345678'
    board.file('proc/pressure/cpu', f'some avg10={percent:.2f} {tail}\nfull avg10=0.00 {tail}')
    board.expect(cpu_pressure=percent / 100)


def write_nvpmodel(board: WrittenBoard, names: Mapping[int, str], chosen: int) -> None:
    """Write what nvpmodel keeps of its modes, and the name that is to be read."""
    lines = [
        '< PARAM TYPE=FILE NAME=CPU_ONLINE >',
        f'CORE_0 /{CPU}/cpu0/online',
        *(
            f'< POWER_MODEL ID={number} NAME={name} >\nCPU_ONLINE CORE_0 1'
            for number, name in names.items()
        ),
        f'< PM_CONFIG DEFAULT={chosen} >',
    ]
    board.file('etc/nvpmodel.conf', '\n'.join(lines))
    board.file('var/lib/nvpmodel/status', f'pmode:{chosen:04} fmode:fanNull')
    board.expect(power_mode=names[chosen])
