# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A board that has nothing but clock limits, for tests of setting them."""

from pathlib import Path

CPU_STEPS = (200.0, 400.0, 800.0, 1600.0)
GPU_STEPS = (76.8, 307.2, 614.4, 921.6)
CPU, GPU = 'cpu.cpu.max_mhz', 'gpu.max_mhz'
CPU_PATHS = tuple(
    f'sys/devices/system/cpu/cpufreq/policy{core}/scaling_max_freq' for core in (0, 2)
)
GPU_PATH = 'sys/class/devfreq/57000000.gpu/max_freq'
PER_MHZ = {**dict.fromkeys(CPU_PATHS, 1000), GPU_PATH: 1_000_000}
ORIGINAL = {**dict.fromkeys(CPU_PATHS, 1600.0), GPU_PATH: 921.6}


def floor_of(path: str) -> str:
    return path.replace('max_freq', 'min_freq')


def make_tree(root: Path, model: str = 'Test board') -> None:
    """Write the files of the board."""
    for path, mhz in ORIGINAL.items():
        folder = (root / path).parent
        folder.mkdir(parents=True)
        write_limit(root, path, mhz)
        write_limit(root, floor_of(path), 76.8 if path == GPU_PATH else 200.0)
    for core in range(4):
        (root / f'sys/devices/system/cpu/cpu{core}').mkdir(parents=True)
    for core, path in zip((0, 2), CPU_PATHS, strict=True):
        folder = (root / path).parent
        (folder / 'related_cpus').write_text(f'{core} {core + 1}\n')
        (folder / 'cpuinfo_min_freq').write_text(f'{CPU_STEPS[0] * 1000:.0f}\n')
        (folder / 'cpuinfo_max_freq').write_text(f'{CPU_STEPS[-1] * 1000:.0f}\n')
        steps = ' '.join(f'{step * 1000:.0f}' for step in CPU_STEPS)
        (folder / 'scaling_available_frequencies').write_text(f'{steps}\n')
    steps = ' '.join(f'{step * 1e6:.0f}' for step in GPU_STEPS)
    (root / GPU_PATH).with_name('available_frequencies').write_text(f'{steps}\n')
    (root / 'proc/device-tree').mkdir(parents=True)
    (root / 'proc/device-tree/model').write_text(f'{model}\0')
    set_boot(root, 'first')


def set_boot(root: Path, boot_id: str) -> None:
    """Write what differs from boot to boot."""
    path = root / 'proc/sys/kernel/random/boot_id'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'{boot_id}\n')


def write_limit(root: Path, path: str, mhz: float) -> None:
    """Write a file as some other program would."""
    per_mhz = PER_MHZ.get(path, PER_MHZ.get(path.replace('min_freq', 'max_freq'), 1000))
    (root / path).write_text(f'{round(mhz * per_mhz)}\n')


def read_limits(root: Path) -> dict[str, float]:
    """Return what all limit files hold."""
    return {path: int(_content(root / path)) / PER_MHZ[path] for path in ORIGINAL}


def _content(path: Path) -> str:
    """Return what a file holds; unlike one of sysfs it is empty while it is written."""
    while not (text := path.read_text().strip()):
        pass
    return text
