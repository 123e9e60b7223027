# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Trees of four generations of Jetsons."""

from pathlib import Path

from dyn_perception.board.state import (
    NOT_KNOWN,
    ClusterState,
    EventCounter,
    GpuState,
    RailPower,
    ZoneTemperature,
)
from support.tree_writer import (
    WrittenBoard,
    write_cooling,
    write_cores,
    write_devfreq,
    write_hwmon,
    write_ina3221,
    write_memory,
    write_nvpmodel,
    write_policy,
    write_pressure,
    write_zones,
)


def _megahertz(steps_khz: tuple[int, ...]) -> tuple[float, ...]:
    return tuple(step / 1000 for step in steps_khz)


def write_jetson_nano(root: Path) -> WrittenBoard:
    """JetPack 4, kernel 4.9: INA3221 as iio in mW, no PSI, a PMIC that always says 100 °C."""
    board = WrittenBoard(root)
    board.file('proc/device-tree/model', 'NVIDIA Jetson Nano Developer Kit\0')
    write_cores(board, ['0xd07'] * 4, {0: 0.5, 1: 0.25, 2: 0.25, 3: 0.0})
    steps = (102000, 204000, 307200, 403200, 518400, 614400, 710400, 825600, 921600, 1036800,
             1132800, 1224000, 1326000, 1428000, 1479000)  # fmt: skip
    write_policy(board, range(4), (102000, 1479000), 1224000, 1428000, 'schedutil', steps)
    gpu_steps = tuple(76.8 * number for number in range(1, 13))
    gpu_steps = tuple(round(step, 1) for step in gpu_steps)
    gpu = 'sys/devices/57000000.gpu'
    write_devfreq(board, gpu, '57000000.gpu', gpu_steps, 460.8, 614.4, 'nvhost_podgov')
    board.file(f'{gpu}/load', 345)
    board.link('sys/devices/gpu.0', gpu)
    _write_iio(board, '6-0040', [('POM_5V_IN', 4815), ('POM_5V_GPU', 1210), ('POM_5V_CPU', 987)])
    zones = (
        ('AO-therm', 41500), ('CPU-therm', 33500), ('GPU-therm', 32000), ('PLL-therm', 31500),
        ('PMIC-Die', 100000), ('thermal-fan-est', 32750),
    )  # fmt: skip
    write_zones(board, zones)
    write_cooling(board, {'pwm-fan': 1, 'thermal-cpufreq-0': 0, 'cpu-balanced': 0, 'gpu_heavy': 0})
    write_memory(board, 4059712, 2936012)
    write_nvpmodel(board, {0: 'MAXN', 1: '5W'}, chosen=0)
    board.actuators = {
        'cpu.a57.max_mhz': (102.0, 1479.0, _megahertz(steps)),
        'gpu.max_mhz': (76.8, 921.6, gpu_steps),
    }
    board.expect(
        board='NVIDIA Jetson Nano Developer Kit',
        clusters=(
            ClusterState('a57', (0, 1, 2, 3), (0, 1, 2, 3), 0.25, 1224.0, 1428.0, 102.0, 1479.0,
                         _megahertz(steps), True, 'schedutil'),
        ),
        gpus=(
            GpuState('gpu', 0.345, 460.8, 614.4, 76.8, 921.6, gpu_steps, True, 'nvhost_podgov'),
        ),
        rails=(
            RailPower('POM_5V_IN', 4.815), RailPower('POM_5V_GPU', 1.21),
            RailPower('POM_5V_CPU', 0.987),
        ),
        total_power_w=4.815,
        zones=tuple(
            ZoneTemperature(name, temperature / 1000)
            for name, temperature in zones
            if name != 'PMIC-Die'
        ),
        hottest_c=41.5,
    )  # fmt: skip
    return board


def _write_iio(board: WrittenBoard, device: str, rails: list[tuple[str, int]]) -> None:
    place = f'sys/devices/7000c400.i2c/i2c-6/{device}'
    content: dict[str, str | float] = {'name': 'ina3221x'}
    for channel, (name, milliwatts) in enumerate(rails):
        content |= {
            f'rail_name_{channel}': name,
            f'in_power{channel}_input': milliwatts,
            f'in_voltage{channel}_input': 5080,
            f'in_current{channel}_input': round(milliwatts / 5.08),
            f'warn_current_limit_{channel}': 32760,
            f'crit_current_limit_{channel}': 32760,
        }
    board.files(f'{place}/iio:device0', content)
    board.link(f'sys/bus/i2c/drivers/ina3221x/{device}', place)
    board.link('sys/bus/iio/devices/iio:device0', f'{place}/iio:device0')


def write_jetson_xavier_nx(root: Path) -> WrittenBoard:
    """JetPack 5, kernel 5.10: INA3221 as hwmon, three policies for one cluster, its GPU off."""
    board = WrittenBoard(root)
    board.file('proc/device-tree/model', 'NVIDIA Jetson Xavier NX Developer Kit\0')
    write_cores(
        board, ['0x004'] * 6, {0: 0.9, 1: 0.6, 2: 0.3, 3: 0.3, 4: 0.0, 5: 0.0}, implementer='0x4e'
    )
    steps = (*range(115200, 1900000, 76800), 1907200)
    for core, now_khz in ((0, 1420800), (2, 1190400), (4, 1190400)):
        write_policy(
            board, (core, core + 1), (115200, 1907200), now_khz, 1420800, 'schedutil', steps
        )
    gpu_steps = (114.75, 204.0, 306.0, 408.0, 510.0, 599.25, 701.25, 803.25, 854.25, 905.25,
                 956.25, 1007.25, 1058.25, 1109.25)  # fmt: skip
    gpu = 'sys/devices/platform/17000000.gv11b'
    write_devfreq(board, gpu, '17000000.gv11b', gpu_steps, 114.75, 1109.25, 'nvhost_podgov')
    board.file(f'{gpu}/load', 0)
    board.link('sys/devices/platform/gpu.0', gpu)
    write_ina3221(
        board, 4, 'sys/devices/platform/c240000.i2c/i2c-7/7-0040',
        [('VDD_IN', 4960, 1016), ('VDD_CPU_GPU_CV', 4960, 200), ('VDD_SOC', 4952, 304)],
    )  # fmt: skip
    write_hwmon(board, 5, 'sys/devices/platform/pwm-fan', {'name': 'pwmfan', 'pwm1': 120})
    zones = (
        ('CPU-therm', 44500), ('GPU-therm', -256000), ('AUX-therm', 43000), ('AO-therm', 43500),
        ('PMIC-Die', 50000),
    )  # fmt: skip
    write_zones(board, zones)
    write_cooling(board, {'pwm-fan': 3, 'thermal-cpufreq-0': 0, 'thermal-devfreq-0': 0})
    write_memory(board, 6975332, 5012340)
    write_pressure(board, 1.25)
    write_nvpmodel(board, {0: 'MODE_15W_2CORE', 1: 'MODE_15W_4CORE', 2: 'MODE_15W_6CORE'}, 2)
    board.actuators = {
        'cpu.carmel.max_mhz': (115.2, 1907.2, _megahertz(steps)),
        'gpu.max_mhz': (114.75, 1109.25, gpu_steps),
    }
    board.expect(
        board='NVIDIA Jetson Xavier NX Developer Kit',
        clusters=(
            ClusterState('carmel', tuple(range(6)), tuple(range(6)), 0.35, 1420.8, 1420.8, 115.2,
                         1907.2, _megahertz(steps), True, 'schedutil'),
        ),
        gpus=(
            GpuState('gpu', 0.0, 114.75, 1109.25, 114.75, 1109.25, gpu_steps, True,
                     'nvhost_podgov'),
        ),
        rails=(
            RailPower('VDD_IN', 4.96 * 1.016), RailPower('VDD_CPU_GPU_CV', 4.96 * 0.2),
            RailPower('VDD_SOC', 4.952 * 0.304),
        ),
        total_power_w=4.96 * 1.016,
        zones=(
            ZoneTemperature('CPU-therm', 44.5), ZoneTemperature('GPU-therm', NOT_KNOWN),
            ZoneTemperature('AUX-therm', 43.0), ZoneTemperature('AO-therm', 43.5),
        ),
        hottest_c=44.5,
    )  # fmt: skip
    return board


def write_jetson_orin_nano(root: Path) -> WrittenBoard:
    """JetPack 6, kernel 5.15: nine zones, over-current counters, a clock held back by heat."""
    board = WrittenBoard(root)
    board.file('proc/device-tree/model', 'NVIDIA Jetson Orin Nano Developer Kit\0')
    write_cores(board, ['0xd42'] * 6, {0: 0.8, 1: 0.7, 2: 0.6, 3: 0.5, 4: 0.4, 5: 0.3})
    steps = (*range(115200, 1500000, 76800), 1510400)
    for cores, now_khz in (((0, 1, 2, 3), 1344000), ((4, 5), 729600)):
        write_policy(board, cores, (115200, 1510400), now_khz, 1510400, 'schedutil', steps)
    gpu_steps = (306.0, 408.0, 510.0, 612.0, 624.75)
    gpu = 'sys/devices/platform/bus@0/17000000.gpu'
    write_devfreq(board, gpu, '17000000.gpu', gpu_steps, 510.0, 624.75, 'nvhost_podgov')
    board.file(f'{gpu}/load', 987)
    board.link('sys/devices/platform/gpu.0', gpu)
    for name in ('15340000.vic', '15480000.nvdec'):  # no GPUs
        write_devfreq(
            board, f'sys/devices/platform/bus@0/{name}', name, (115.2, 435.2), 115.2, 435.2, 'x'
        )
    write_hwmon(
        board, 0, 'sys/devices/platform/soctherm-oc-event',
        {
            'name': 'soctherm_oc', 'oc1_event_cnt': 0, 'oc2_event_cnt': 15, 'oc3_event_cnt': 37,
            'oc1_throt_en': 1, 'oc2_throt_en': 1, 'oc3_throt_en': 1,
        },
    )  # fmt: skip
    write_ina3221(
        board, 1, 'sys/devices/platform/bus@0/c240000.i2c/i2c-1/1-0040',
        [('VDD_IN', 4968, 1456), ('VDD_CPU_GPU_CV', 4968, 448), ('VDD_SOC', 4960, 344)],
    )  # fmt: skip
    write_hwmon(board, 2, 'sys/devices/platform/pwm-fan', {'name': 'pwmfan', 'pwm1': 66})
    zones = (
        ('cpu-thermal', 61812), ('gpu-thermal', 63125), ('cv0-thermal', ''), ('cv1-thermal', ''),
        ('cv2-thermal', ''), ('soc0-thermal', 60500), ('soc1-thermal', 62031),
        ('soc2-thermal', 60968), ('tj-thermal', 63125),
    )  # fmt: skip
    write_zones(board, zones)
    write_cooling(
        board,
        {'pwm-fan': 2, 'thermal-cpufreq-0': 0, 'cpu-throttle-alert': 1, 'hot-surface-alert': 0},
    )
    write_memory(board, 7802884, 5501236)
    write_pressure(board, 12.5)
    write_nvpmodel(board, {0: '15W', 1: '7W'}, chosen=0)
    board.actuators = {
        'cpu.a78ae.max_mhz': (115.2, 1510.4, _megahertz(steps)),
        'gpu.max_mhz': (306.0, 624.75, gpu_steps),
    }
    board.expect(
        board='NVIDIA Jetson Orin Nano Developer Kit',
        clusters=(
            ClusterState('a78ae', tuple(range(6)), tuple(range(6)), 0.55, 1344.0, 1510.4, 115.2,
                         1510.4, _megahertz(steps), True, 'schedutil'),
        ),
        gpus=(
            GpuState('gpu', 0.987, 510.0, 624.75, 306.0, 624.75, gpu_steps, True,
                     'nvhost_podgov'),
        ),
        rails=(
            RailPower('VDD_IN', 4.968 * 1.456), RailPower('VDD_CPU_GPU_CV', 4.968 * 0.448),
            RailPower('VDD_SOC', 4.96 * 0.344),
        ),
        total_power_w=4.968 * 1.456,
        zones=tuple(
            ZoneTemperature(name, value / 1000 if isinstance(value, int) else NOT_KNOWN)
            for name, value in zones
        ),
        hottest_c=63.125,
        throttled=True,
        events=(EventCounter('oc1', 0), EventCounter('oc2', 15), EventCounter('oc3', 37)),
    )  # fmt: skip
    return board


def write_jetson_thor(root: Path) -> WrittenBoard:
    """JetPack 7, kernel 6.8: INA238 at the input, no file with the GPU's load."""
    board = WrittenBoard(root)
    board.file('sys/firmware/devicetree/base/model', 'NVIDIA Jetson AGX Thor Developer Kit\0')
    write_cores(board, ['0xd83'] * 14, dict.fromkeys(range(14), 0.1))
    for core in range(0, 14, 2):
        write_policy(board, (core, core + 1), (54000, 2601000), 972000, 2601000, 'schedutil')
    gpu_steps = (315.0, 495.0, 705.0, 900.0, 1095.0, 1305.0, 1575.0)
    pci = 'sys/devices/platform/bus@0/d0b0000000.pcie/pci0000:00/0000:00:00.0/0000:01:00.0'
    write_devfreq(board, pci, 'gpu-gpc-0', gpu_steps, 315.0, 1575.0, 'nvhost_podgov')
    write_devfreq(board, pci, 'gpu-nvd-0', (315.0, 1692.0), 315.0, 1692.0, 'nvhost_podgov')
    write_hwmon(
        board, 3, 'sys/devices/platform/bus@0/810c600000.i2c/i2c-2/2-0044',
        {'name': 'ina238', 'in0_input': 3, 'in1_input': 19120, 'curr1_input': 1230,
         'power1_input': 23517600, 'power1_max': 160000000, 'temp1_input': 38000},
    )  # fmt: skip
    write_ina3221(
        board, 4, 'sys/devices/platform/bus@0/810c600000.i2c/i2c-2/2-0040',
        [('VDD_GPU', 19120, 0), ('VDD_CPU_SOC_MSS', 19112, 344), ('VIN_SYS_5V0', 5016, 1300)],
    )  # fmt: skip
    write_ina3221(
        board, 12, 'sys/devices/platform/bus@0/810c600000.i2c/i2c-2/2-0041',
        [('NC', 0, 0), ('NC', 0, 0), ('NC', 0, 0)],
    )  # fmt: skip
    write_hwmon(
        board, 5, 'sys/devices/platform/soctherm-oc-event',
        {'name': 'soctherm_oc', 'oc1_event_cnt': 0, 'oc2_event_cnt': 0, 'oc3_event_cnt': 179},
    )  # fmt: skip
    zones = (
        ('cpu-thermal', 53700), ('gpu-thermal', ''), ('soc012-thermal', 55100),
        ('soc345-thermal', 53700), ('tj-thermal', 55100),
    )  # fmt: skip
    write_zones(board, zones)
    write_cooling(board, {'pwm-fan': 1, 'thermal-cpufreq-0': 0})
    write_memory(board, 128828752, 120123456)
    write_pressure(board, 0.0)
    write_nvpmodel(board, {0: 'MAXN', 1: '120W'}, chosen=1)
    board.actuators = {
        'cpu.v3ae.max_mhz': (54.0, 2601.0, ()),
        'gpu.max_mhz': (315.0, 1575.0, gpu_steps),
    }
    board.expect(
        board='NVIDIA Jetson AGX Thor Developer Kit',
        clusters=(
            ClusterState('v3ae', tuple(range(14)), tuple(range(14)), 0.1, 972.0, 2601.0, 54.0,
                         2601.0, (), True, 'schedutil'),
        ),
        gpus=(
            GpuState('gpu', NOT_KNOWN, 315.0, 1575.0, 315.0, 1575.0, gpu_steps, True,
                     'nvhost_podgov'),
        ),
        rails=(
            RailPower('VDD_GPU', 0.0), RailPower('VDD_CPU_SOC_MSS', 19.112 * 0.344),
            RailPower('VIN_SYS_5V0', 5.016 * 1.3), RailPower('VIN', 23.5176),
        ),
        total_power_w=23.5176,
        zones=tuple(
            ZoneTemperature(name, value / 1000 if isinstance(value, int) else NOT_KNOWN)
            for name, value in zones
        ),
        hottest_c=55.1,
        events=(EventCounter('oc1', 0), EventCounter('oc2', 0), EventCounter('oc3', 179)),
    )  # fmt: skip
    return board
