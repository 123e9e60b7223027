# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
import pytest

from dyn_perception.simulation.board_files import load_board_description
from dyn_perception.simulation.errors import SimulationError
from dyn_perception.simulation.workload import published_workload, slowdown, workload_by_macs

NANO = load_board_description('jetson_nano')
XU3 = load_board_description('odroid_xu3')


def test_groups_add_up_to_the_width() -> None:
    for workload in (
        published_workload(XU3, 'alexnet'),
        workload_by_macs(NANO, [2e7, 3e7, 1e7], batch=8),
    ):
        for processor in workload.processors:
            total = 0.0
            for group in range(1, workload.groups + 1):
                total += workload.group_latency_s(processor, 500.0, group)
                assert workload.latency_s(processor, 500.0, group) == pytest.approx(total)


def test_width_alone_changes_the_time_as_published() -> None:
    alexnet = published_workload(XU3, 'alexnet')
    times = [alexnet.latency_s('cpu:a15', 1800, width) for width in (1, 2, 3, 4)]
    assert times[3] / times[0] == pytest.approx(2.73, abs=0.03)
    assert times == sorted(times)


def test_time_by_macs_grows_with_work_and_falls_with_the_clock() -> None:
    one = workload_by_macs(NANO, [2e7] * 4, batch=1)
    many = workload_by_macs(NANO, [2e7] * 4, batch=48)
    rate = NANO.rates['gpu']
    added = many.latency_s('gpu', 921.6, 4) - one.latency_s('gpu', 921.6, 4)
    assert added == pytest.approx(47 * 8e7 / (rate.macs_per_cycle * 921.6e6))
    assert many.latency_s('gpu', 460.8, 4) > 1.9 * many.latency_s('gpu', 921.6, 4)


def test_a_gpu_keeps_its_cpu_busy() -> None:
    busy = published_workload(NANO, 'mobilenet_triton').busy('gpu', 0.5)
    assert busy == {'gpu': 0.5, 'cpu:a57': pytest.approx(0.3)}


@pytest.mark.parametrize(
    ('share', 'programs', 'factor'),
    [(0.0, 1, 1.0), (0.2, 1, 1.25), (0.5, 1, 2.0), (0.9, 1, 2.0), (1.5, 2, 3.0), (-1.0, 1, 1.0)],
)
def test_others_take_their_time_up_to_a_fair_share(
    share: float, programs: int, factor: float
) -> None:
    assert slowdown(share, programs) == pytest.approx(factor)


def test_interference_costs_more_than_the_time_taken() -> None:
    assert slowdown(0.5, 1, interference=0.2) == pytest.approx(2.0 * 1.1)


def test_what_cannot_run_is_refused() -> None:
    with pytest.raises(SimulationError, match='alexnet'):
        published_workload(XU3, 'mobilenet_triton')
    with pytest.raises(SimulationError, match=r'choose of cpu:a7, cpu:a15'):
        published_workload(XU3, 'alexnet').law('gpu')
    for macs, batch in (([], 1), ([-1.0], 1), ([1.0], 0)):
        with pytest.raises(SimulationError, match='give at least one group'):
            workload_by_macs(NANO, macs, batch=batch)
    with pytest.raises(SimulationError, match='no computing rates'):
        workload_by_macs(NANO.model_copy(update={'rates': {}}), [1.0])
