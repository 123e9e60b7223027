# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The resource_monitor node over real DDS: what it publishes, and its limits as parameters."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray

from dyn_perception.msg import BoardState
from support.limit_tree import (
    CPU,
    CPU_PATHS,
    GPU,
    GPU_PATH,
    GPU_STEPS,
    ORIGINAL,
    read_limits,
    write_limit,
)
from support.node_process import NodeProcess
from support.parameter_events import ParameterEvents
from support.ros_client import RosClient

StartMonitor = Callable[..., NodeProcess]
LEASE = 'limit_lease_s'


def limit_events(client: RosClient) -> ParameterEvents:
    """Return the changes of limits and leases from now on."""
    return ParameterEvents(client, 'resource_monitor', rate_hz=10.0)


def test_board_state_comes_at_the_rate(
    start_monitor: StartMonitor, limit_root: Path, client: RosClient
) -> None:
    start_monitor(limit_root, rate_hz=50, frame_id='base')
    states = client.listen(BoardState, 'board_state')
    client.spin_until(lambda: len(states) > 20, 'states')
    state = states[-1]
    assert (state.board, state.header.frame_id) == ('Test board', 'base')
    (cluster,), (gpu,) = state.clusters, state.gpus
    assert (cluster.name, list(cluster.cores)) == ('cpu', [0, 1, 2, 3])
    assert cluster.limit_settable and gpu.limit_settable
    assert (cluster.limit_mhz, gpu.limit_mhz) == (1600, np.float32(921.6))
    assert list(gpu.steps_mhz) == [np.float32(step) for step in GPU_STEPS]
    assert math.isnan(gpu.load) and math.isnan(state.total_power_w) and not state.rails
    assert np.median([state.window_s for state in states[-10:]]) > 0.005
    client.spin_until(lambda: states[-1].window_s < 0.05, 'a window of about 20 ms')
    assert client.set_parameters('resource_monitor', rate_hz=5).successful
    assert client.get_parameters('resource_monitor', 'rate_hz') == [5.0]
    # A single one may be that long on a busy machine.
    client.wait_for(states, lambda state: state.window_s > 0.15, 'a longer window')
    client.spin_until(
        lambda: len(states) > 5 and all(state.window_s > 0.15 for state in states[-5:]),
        'no more short ones',
    )


def test_limit_is_snapped_and_reads_back(
    start_monitor: StartMonitor, limit_root: Path, client: RosClient
) -> None:
    start_monitor(limit_root)
    events = limit_events(client)
    states = client.listen(BoardState, 'board_state')
    assert client.set_parameters('resource_monitor', **{GPU: 640, CPU: 800.0}).successful
    assert client.get_parameters('resource_monitor', GPU, CPU) == [614.4, 800.0]
    assert read_limits(limit_root) == {**dict.fromkeys(CPU_PATHS, 800.0), GPU_PATH: 614.4}
    client.spin_until(lambda: events.seen() == [{GPU: 614.4, CPU: 800.0}], 'the event')
    client.spin_until(lambda: states and states[-1].clusters[0].limit_mhz == 800, 'the new limit')
    single = float(np.float32(921.6))  # as a subscriber of board_state knows the highest step
    assert single < 921.6
    assert client.set_parameters('resource_monitor', **{GPU: single}).successful
    assert client.get_parameters('resource_monitor', GPU) == [921.6]


REFUSALS: list[tuple[dict[str, Any], str]] = [
    ({GPU: 1000.0}, 'gpu.max_mhz 1000.0 is out of range 76.8...921.6 MHz: the steps are 76.8'),
    ({GPU: math.nan}, 'gpu.max_mhz nan is out of range'),
    ({GPU: 'fast'}, "gpu.max_mhz 'fast' is no real number"),
    ({'cpu.a57.max_mhz': 800.0}, 'cpu.a57.max_mhz is no parameter of this node: use one of'),
    ({GPU: 614.4, CPU: 100.0}, 'cpu.cpu.max_mhz 100.0 is out of range 200...1600 MHz'),
    ({LEASE: 2.0}, 'limit_lease_s 2 is for no clock limit'),
    ({GPU: 614.4, LEASE: -1.0}, 'limit_lease_s -1.0 is out of range'),
    ({'sysfs_root': '/'}, 'cannot be set while the node runs'),
]


def test_refusal_names_the_rule_and_changes_nothing(
    start_monitor: StartMonitor, limit_root: Path, client: RosClient
) -> None:
    start_monitor(limit_root)
    for values, reason in REFUSALS:
        result = client.set_parameters('resource_monitor', **values)
        assert not result.successful
        assert reason in result.reason
        assert read_limits(limit_root) == ORIGINAL
        assert client.get_parameters('resource_monitor', GPU, CPU, LEASE) == [921.6, 1600.0, 0.0]


def test_parameters_of_rclpy_in_the_same_call_are_set_or_refused_with_the_limit(
    start_monitor: StartMonitor, limit_root: Path, client: RosClient
) -> None:
    start_monitor(limit_root)
    mixed = {GPU: 310, 'use_sim_time': 'yes'}
    assert not client.set_parameters('resource_monitor', **mixed).successful
    assert read_limits(limit_root) == ORIGINAL
    (limit_root / GPU_PATH).unlink()
    mixed = {GPU: 310, 'use_sim_time': True}
    assert not client.set_parameters('resource_monitor', **mixed).successful
    assert client.get_parameters('resource_monitor', GPU, 'use_sim_time') == [921.6, False]
    write_limit(limit_root, GPU_PATH, 921.6)
    assert client.set_parameters('resource_monitor', **mixed).successful
    assert client.get_parameters('resource_monitor', GPU, 'use_sim_time') == [307.2, True]


def test_description_names_range_and_steps(
    start_monitor: StartMonitor, limit_root: Path, client: RosClient
) -> None:
    start_monitor(limit_root)
    (descriptor,) = client.describe_parameters('resource_monitor', GPU)
    (limits,) = descriptor.floating_point_range
    assert (limits.from_value, limits.to_value, limits.step) == (76.8, 921.6, 0.0)
    assert '76.8 307.2 614.4 921.6' in descriptor.additional_constraints
    assert 'MHz' in descriptor.description


def test_lease_lapses_unless_it_is_renewed(
    start_monitor: StartMonitor, limit_root: Path, client: RosClient
) -> None:
    start_monitor(limit_root)
    events = limit_events(client)
    assert client.set_parameters('resource_monitor', **{GPU: 800.0}).successful
    leased = {GPU: 307.2, CPU: 400.0, LEASE: 60}
    assert client.set_parameters('resource_monitor', **leased).successful
    assert client.get_parameters('resource_monitor', *leased) == [307.2, 400.0, 60.0]
    assert client.set_parameters('resource_monitor', **{**leased, LEASE: 0.2}).successful
    ended = {GPU: 614.4, CPU: 1600.0, LEASE: 0.0}
    client.spin_until(lambda: ended in events.seen(), 'the end of the lease')
    assert client.get_parameters('resource_monitor', *ended) == [614.4, 1600.0, 0.0]
    assert read_limits(limit_root) == {**ORIGINAL, GPU_PATH: 614.4}
    assert client.set_parameters('resource_monitor', **leased).successful
    assert client.set_parameters('resource_monitor', **{GPU: 307.2}).successful  # for good
    assert client.set_parameters('resource_monitor', **{LEASE: 0}).successful
    assert client.get_parameters('resource_monitor', *ended) == [307.2, 1600.0, 0.0]


def test_parameter_follows_another_program(
    start_monitor: StartMonitor, limit_root: Path, client: RosClient
) -> None:
    process = start_monitor(limit_root)
    events = limit_events(client)
    leased = {GPU: 614.4, CPU: 800.0, LEASE: 60.0}
    assert client.set_parameters('resource_monitor', **leased).successful
    write_limit(limit_root, GPU_PATH, 307.2)
    client.spin_until(lambda: {GPU: 307.2} in events.seen(), 'the event')
    process.wait_for_line('gpu.max_mhz is 307.2 now')
    assert client.get_parameters('resource_monitor', GPU, CPU, LEASE) == [307.2, 800.0, 60.0]
    assert client.set_parameters('resource_monitor', **{LEASE: 0.0}).successful
    assert read_limits(limit_root) == {**ORIGINAL, GPU_PATH: 307.2}
    write_limit(limit_root, GPU_PATH, 2000.0)  # more than the hardware has
    client.spin_until(lambda: {GPU: 921.6} in events.seen(), 'the highest clock')


def test_second_monitor_reads_and_takes_over(
    start_monitor: StartMonitor, limit_root: Path, client: RosClient
) -> None:
    first = start_monitor(limit_root)
    first.wait_for_line('clock limits:')
    assert client.set_parameters('resource_monitor', **{GPU: 614.4}).successful
    second = start_monitor(limit_root)
    second.wait_for_line('another resource monitor sets the limits')
    second.wait_for_line('clock limits:')
    first.send_signal(9)
    first.wait()
    states = client.listen(BoardState, 'board_state')
    client.wait_for(
        states,
        lambda state: state.gpus[0].limit_mhz > 900 and state.gpus[0].limit_settable,
        'the second one to put back what the first one left',
    )
    second.wait_for_line('the other resource monitor has ended')
    assert client.set_parameters('resource_monitor', **{GPU: 307.2}).successful


def test_diagnostics_warn_of_heat(
    start_monitor: StartMonitor, limit_root: Path, client: RosClient
) -> None:
    zone = limit_root / 'sys/class/thermal/thermal_zone0'
    zone.mkdir(parents=True)
    (zone / 'type').write_text('CPU-therm\n')
    (zone / 'temp').write_text('91500\n')
    (limit_root / 'proc/meminfo').write_text('MemTotal: 1000 kB\nMemAvailable: 250 kB\n')
    start_monitor(limit_root)
    arrays = client.listen(DiagnosticArray, '/diagnostics')
    client.spin_until(lambda: len(arrays) > 1, 'diagnostics')
    status = {entry.name: entry for entry in arrays[-1].status}
    heat = status['resource_monitor: temperature']
    assert heat.level == b'\x01' and heat.message.startswith('91.5 °C')
    assert {entry.key: entry.value for entry in heat.values} == {'CPU-therm (°C)': '91.5'}
    assert status['resource_monitor: power'].message == 'not measured'
    assert status['resource_monitor: throttling'].level == b'\x00'
    assert status['resource_monitor: memory'].message == '75% used'
    assert heat.hardware_id
