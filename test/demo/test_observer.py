# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the demo makes of the messages of resource monitor and manager."""

import math
from collections.abc import Iterator

import pytest
from rclpy.publisher import Publisher

from dyn_perception.demo.observations import Result
from dyn_perception.demo.observer import LoopWatch
from dyn_perception.demo.statistics import RunStatistics
from dyn_perception.msg import BoardState, ClusterState, GpuState, KnobState, ManagerState
from support.ros_client import RosClient

NANOSECONDS = 10**9


@pytest.fixture
def statistics() -> RunStatistics:
    return RunStatistics()


@pytest.fixture
def watch(client: RosClient, statistics: RunStatistics) -> LoopWatch:
    return LoopWatch(client.node, statistics)


@pytest.fixture
def board(client: RosClient, watch: LoopWatch) -> Publisher:
    return client.publisher(BoardState, 'board_state')


@pytest.fixture
def manager(client: RosClient, watch: LoopWatch) -> Iterator[Publisher]:
    yield client.publisher(ManagerState, 'manager/state')


def nano(second: int, limit_mhz: float = 921.6, load: float = 0.9) -> BoardState:
    message = BoardState(board='Nano', total_power_w=6.0, hottest_c=50.0)
    message.header.stamp.sec = second
    message.clusters = [
        ClusterState(
            name='a57', cores=[0, 1, 2, 3], online=[0, 1, 2, 3], load=0.5, clock_mhz=1428.0,
            limit_mhz=1479.0, maximum_mhz=1479.0,
        )
    ]  # fmt: skip
    message.gpus = [
        GpuState(
            name='gpu', load=load, clock_mhz=limit_mhz, limit_mhz=limit_mhz, maximum_mhz=921.6,
            limit_settable=True,
        )
    ]  # fmt: skip
    return message


def managed(changes: int, width: str, held: bool = False, **values: object) -> ManagerState:
    knobs = [
        KnobState(parameter='width', wanted=width),
        KnobState(parameter='gpu.max_mhz', wanted='', held=held),
    ]
    values = {'status': ManagerState.STATUS_MET, 'change_reason': 'it is slower', **values}
    return ManagerState(changes=changes, knobs=knobs, **values)


def texts(watch: LoopWatch, kind: str) -> list[str]:
    return [event.text for event in watch.events if event.kind == kind]


def test_the_load_of_others_is_what_the_network_does_not_do(
    client: RosClient, watch: LoopWatch, board: Publisher, statistics: RunStatistics
) -> None:
    for frame in range(20):  # 0.4 s on the GPU in a second, 0.8 s of four cores
        result = Result(
            10 * NANOSECONDS + frame * NANOSECONDS // 20 + 1, 'cat', 1.0, (1.0,), 4, 0, 0, 1, 1,
            ('cat',), busy_s={'gpu': 0.02, 'cpu': 0.04},
        )  # fmt: skip
        statistics.add_result(result, 0.0)
    board.publish(nano(11))
    client.spin_until(lambda: watch.board is not None, 'the board')
    assert watch.board is not None
    cpu, gpu = watch.board.processors
    assert (cpu.name, gpu.name, gpu.parameter) == ('cpu:a57', 'gpu', 'gpu.max_mhz')
    assert (cpu.load, gpu.load) == pytest.approx((0.5, 0.9))
    assert (cpu.others, gpu.others) == pytest.approx((0.3, 0.5))
    assert (watch.board.name, watch.board.power_w, watch.board.temperature_c) == ('Nano', 6, 50)


def test_a_limit_from_outside_is_told(
    client: RosClient, watch: LoopWatch, board: Publisher
) -> None:
    for second, limit_mhz in enumerate((921.6, 921.6, 460.8, math.nan, 460.8)):
        board.publish(nano(second, limit_mhz))
    board.publish(nano(9, 460.8, load=0.125))
    client.spin_until(
        lambda: watch.board is not None and watch.board.processors[1].load < 0.5, 'the board'
    )
    assert texts(watch, 'clock') == ['gpu may run at up to 461 MHz']


def test_the_managers_own_limits_are_told_by_the_manager(
    client: RosClient, watch: LoopWatch, board: Publisher, manager: Publisher
) -> None:
    manager.publish(managed(0, '4'))
    client.spin_until(lambda: watch.goal is not None, 'the manager')
    manager.publish(managed(0, '4', held=True))
    client.spin_until(lambda: bool(texts(watch, 'clock')), 'the event')
    board.publish(nano(1))
    board.publish(nano(2, 460.8))
    client.spin_until(lambda: len(texts(watch, 'clock')) > 1, 'the event')
    manager.publish(managed(0, '3'))
    client.spin_until(lambda: watch.goal is not None and not watch.goal.held, 'the manager')
    board.publish(nano(3, 230.4, load=0.5))
    client.spin_until(
        lambda: watch.board is not None and watch.board.processors[1].limit_mhz < 300, 'the board'
    )
    assert texts(watch, 'clock') == [
        'gpu.max_mhz is held: it was set from outside',
        'gpu may run at up to 461 MHz',
    ]


def test_each_change_is_told_once_with_its_reason(
    client: RosClient, watch: LoopWatch, manager: Publisher
) -> None:
    disabled = managed(5, '1', status=ManagerState.STATUS_DISABLED)
    for message in (disabled, managed(5, '4'), managed(5, '4'), managed(6, '2'), managed(6, '2')):
        manager.publish(message)
    manager.publish(managed(7, '1', status=ManagerState.STATUS_INFEASIBLE))
    client.spin_until(
        lambda: watch.goal is not None and watch.goal.status == 'infeasible', 'the manager'
    )
    assert texts(watch, 'manager') == ['width 4 → 2: it is slower', 'width 2 → 1: it is slower']
    watch.restart()
    assert not watch.events


def test_what_a_person_sets_is_told(watch: LoopWatch, statistics: RunStatistics) -> None:
    watch.note_operating_point()
    for stamp, (width, placement) in enumerate(((4, 'gpu'), (4, 'gpu'), (2, 'gpu'), (2, 'cpu'))):
        statistics.add_result(
            Result(stamp, 'cat', 1.0, (1.0,), width, 0, 0, 1, 1, ('cat',), placement=placement), 0
        )
        watch.note_operating_point()
    assert texts(watch, 'clock') == ['width 4 → 2', 'placement gpu → cpu']


@pytest.mark.parametrize(
    ('busy', 'loads'),
    [
        ({'cpu:4-7': 0.8}, (0.0, 0.4, 0.0)),  # on one of two clusters, of which two cores are on
        ({'cpu:0-3': 0.8}, (0.2, 0.0, 0.0)),
        ({'cpu:0': 0.4, 'cpu:1': 0.4}, (0.2, 0.0, 0.0)),
        ({'cpu': 0.6}, (0.1, 0.1, 0.0)),  # on any of the six that are on
        ({'cuda:0': 0.3}, (0.0, 0.0, 0.3)),
        ({'tpu': 0.3, 'cpu:9': 0.3}, (0.0, 0.0, 0.0)),
    ],
)
def test_where_the_work_of_a_placement_shows(
    client: RosClient, watch: LoopWatch, board: Publisher, statistics: RunStatistics,
    busy: dict[str, float], loads: tuple[float, float, float],
) -> None:  # fmt: skip
    stamp = 10 * NANOSECONDS
    statistics.add_result(
        Result(stamp, 'cat', 1.0, (1.0,), 4, 0, 0, 1, 1, ('cat',), busy_s=busy), 0.0
    )
    message = nano(10)
    message.clusters = [
        *message.clusters, ClusterState(name='b', cores=[4, 5, 6, 7], online=[4, 5], load=0.5)
    ]  # fmt: skip
    board.publish(message)
    client.spin_until(lambda: watch.board is not None, 'the board')
    assert watch.board is not None
    own = tuple(item.load - item.others for item in watch.board.processors)
    assert own == pytest.approx(loads)
