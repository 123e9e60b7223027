# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.processors.names import clock_knob
from dyn_perception.simulation.board_files import load_board_description
from dyn_perception.simulation.board_model import BoardModel
from dyn_perception.simulation.errors import SimulationError
from dyn_perception.simulation.heat_description import OverCurrent
from dyn_perception.simulation.variation import Variation, draw_variation
from dyn_perception.simulation.workload import published_workload

BOARDS = ('jetson_nano', 'jetson_xavier_nx', 'jetson_orin_nano', 'odroid_xu3')
LOADED = {name: load_board_description(name) for name in BOARDS}
NANO, XU3 = LOADED['jetson_nano'], LOADED['odroid_xu3']


def run(model: BoardModel, seconds: float, busy: dict[str, float]) -> None:
    for _ in range(round(seconds / 0.02)):
        model.step(0.02, busy)


def idle_after(model: BoardModel, seconds: float = 1.0) -> BoardModel:
    run(model, seconds, {})
    return model


@pytest.mark.parametrize(
    ('processor', 'clock_mhz', 'time_ms', 'energy_mj'),
    [
        ('cpu:a15', 1000, 204, 173),
        ('cpu:a15', 1800, 117, 248),
        ('cpu:a7', 200, 1780, 129),
        ('cpu:a7', 700, 504, 71.4),
        ('cpu:a7', 1300, 280, 92.1),
    ],
)
def test_the_odroid_has_the_published_points(
    processor: str, clock_mhz: float, time_ms: float, energy_mj: float
) -> None:
    time_s = published_workload(XU3, 'alexnet').latency_s(processor, clock_mhz, 4)
    model = BoardModel(XU3)
    model.set_limit(clock_knob(processor), clock_mhz)
    idle_after(model).settle({processor: 1.0})
    energy_j = time_s * model.rail_power_w[processor.removeprefix('cpu:')]
    assert time_s * 1e3 == pytest.approx(time_ms, rel=0.05)
    assert energy_j * 1e3 == pytest.approx(energy_mj, rel=0.05)


@pytest.mark.parametrize(
    ('clock_mhz', 'power_w', 'latency_ms'),
    [(76.8, 3.01, 234.7), (384.0, 4.42, 50.3), (614.4, 5.50, 33.3), (921.6, 7.80, 24.7)],
)
def test_the_nano_has_the_measured_points(
    clock_mhz: float, power_w: float, latency_ms: float
) -> None:
    workload = published_workload(NANO, 'mobilenet_triton')
    model = BoardModel(NANO)
    model.set_limit('gpu', clock_mhz)
    run(model, 1.0, workload.busy('gpu'))
    assert model.total_power_w == pytest.approx(power_w, rel=0.05)
    latency_s = workload.latency_s('gpu', model.clock_mhz('gpu'), 1)
    assert latency_s * 1e3 == pytest.approx(latency_ms, rel=0.03)


def test_idle_nano_draws_what_was_measured() -> None:
    assert 1.7 <= BoardModel(NANO).total_power_w <= 1.9


@pytest.mark.parametrize('name', BOARDS)
@pytest.mark.parametrize('processor_number', [0, -1])
def test_power_rises_with_clock_and_load(name: str, processor_number: int) -> None:
    description = LOADED[name]
    processor = list(description.processors)[processor_number]
    powers = []
    for clock_mhz in description.processors[processor].steps_mhz:
        model = BoardModel(description)
        model.set_limit(clock_knob(processor), clock_mhz)
        run(model, 0.1, {processor: 1.0})
        powers.append(model.total_power_w)
        assert sum(model.rail_power_w[rail] for rail in model.rail_power_w) >= 0
        half = BoardModel(description)
        half.set_limit(clock_knob(processor), clock_mhz)
        run(half, 0.1, {processor: 0.5})
        assert half.total_power_w < model.total_power_w
    assert powers == sorted(powers) and powers[-1] > powers[0]


@pytest.mark.parametrize('name', BOARDS)
def test_total_rails_are_the_whole_board(name: str) -> None:
    description = LOADED[name]
    model = BoardModel(description)
    model.step(0.1, dict.fromkeys(description.processors, 0.7))
    totals = [rail for rail, data in description.rails.items() if data.total]
    if totals:
        assert model.rail_power_w[totals[0]] == pytest.approx(model.total_power_w)
    else:  # the Odroid measures its four rails
        assert sum(model.rail_power_w.values()) == pytest.approx(model.total_power_w)


def test_limits_snap_down_and_wait_for_the_clock() -> None:
    model = BoardModel(NANO)
    assert model.set_limit('gpu', 640) == 614.4
    assert model.set_limit('cpu.a57', 1479) == 1479
    assert model.limits == {'cpu.a57': 1479, 'gpu': 614.4}
    assert model.clock_mhz('gpu') == 921.6
    model.step(NANO.clock_delay_s, {})
    assert model.clock_mhz('gpu') == 614.4


def test_a_single_precision_clock_is_the_step_it_stands_for() -> None:
    assert BoardModel(NANO).set_limit('gpu', 921.5999755859375) == 921.6


@pytest.mark.parametrize('mhz', [0.0, 76.0, 1000.0, math.nan, math.inf, -5.0])
def test_clocks_out_of_range_are_refused(mhz: float) -> None:
    model = BoardModel(NANO)
    with pytest.raises(SimulationError, match=r'out of range 76\.8\.\.\.921\.6 MHz'):
        model.set_limit('gpu', mhz)
    with pytest.raises(SimulationError, match=r'the board has cpu\.a57, gpu'):
        model.set_limit('cpu.a72', 500)


def test_unknown_processors_are_no_load() -> None:
    with pytest.raises(KeyError):
        BoardModel(NANO).step(0.1, {'cpu:a72': 1.0})


def test_heat_follows_the_first_order_solution() -> None:
    model = BoardModel(NANO, ambient_c=20.0)
    start = model.hottest_c
    busy = {'cpu:a57': 1.0}  # whose power does not depend on the temperature
    figures = NANO.heat.model
    model.step(1e-6, busy)
    end = start + figures.resistance_k_per_w * 1.34  # W more than idle
    run(model, 60.0, busy)
    assert model.hottest_c == pytest.approx(end + (start - end) * math.exp(-1.0), abs=0.3)


def test_heat_does_not_depend_on_the_step() -> None:
    coarse, fine = BoardModel(NANO), BoardModel(NANO)
    for _ in range(60):
        coarse.step(0.5, {'cpu:a57': 1.0})
    for _ in range(3000):
        fine.step(0.01, {'cpu:a57': 1.0})
    assert coarse.hottest_c == pytest.approx(fine.hottest_c, abs=0.02)
    assert coarse.energy_j == pytest.approx(fine.energy_j, rel=1e-3)
    assert fine.time_s == pytest.approx(30.0)


def test_the_odroid_settles_where_its_published_predictor_does() -> None:
    model = BoardModel(XU3)
    run(model, 60.0, {'cpu:a15': 0.5})
    expected = 42.8 + 7.66 * model.rail_power_w['a15'] + 10.84 * model.rail_power_w['memory']
    assert model.hottest_c == pytest.approx(expected, abs=0.3)


def test_the_odroid_warms_in_steps_of_a_second() -> None:
    model = BoardModel(XU3)
    start = model.hottest_c
    run(model, 0.98, {'cpu:a15': 1.0})
    assert model.hottest_c == start
    power_w, memory_w = model.rail_power_w['a15'], model.rail_power_w['memory']
    model.step(0.02, {'cpu:a15': 1.0})
    rest = 24.776 + (0.2862 + 0.1354) * start
    assert model.hottest_c == pytest.approx(rest + 4.4316 * power_w + 6.2712 * memory_w, abs=0.02)


def test_heat_holds_the_clocks_back_and_lets_them_go() -> None:
    model = BoardModel(NANO, ambient_c=75.0)
    busy = {'gpu': 1.0, 'cpu:a57': 1.0}
    run(model, 120.0, busy)
    assert model.throttled and model.clock_mhz('gpu') < 921.6
    assert model.held_back('gpu') > 0
    assert model.hottest_c < 106  # around its trip, not where full clocks would lead
    assert model.limits['gpu'] == 921.6  # what was asked for stays
    run(model, 300.0, {})
    assert not model.throttled and model.clock_mhz('gpu') == 921.6


def test_the_odroid_is_capped_at_its_first_trip() -> None:
    model = BoardModel(XU3, ambient_c=40.0)
    run(model, 20.0, {'cpu:a15': 1.0})
    clocks = set()
    for _ in range(1000):
        model.step(0.02, {'cpu:a15': 1.0})
        clocks.add((model.clock_mhz('cpu:a15'), model.clock_mhz('cpu:a7')))
    assert (1600, 1100) in clocks
    assert clocks <= {(1600, 1100), (2000, 1400)}


def test_a_limit_below_the_cap_is_not_throttling() -> None:
    model = BoardModel(XU3, ambient_c=48.0)
    model.set_limit('cpu.a15', 1500)
    model.set_limit('cpu.a7', 1000)
    run(model, 30.0, {'cpu:a15': 1.0})
    assert model.hottest_c > 70 and not model.throttled
    assert model.clock_mhz('cpu:a15') == 1500


def test_over_current_is_counted_once_each_time() -> None:
    limit = OverCurrent(
        rail='POM_5V_IN',
        limit_a=1.2,  # 6 W
        counter='oc1',
        clocks_mhz={'gpu': 307.2},
        source=('assumption: of this test',),
    )
    model = BoardModel(NANO.model_copy(update={'over_current': (limit,)}))
    assert model.events == {'oc1': 0}
    model.step(0.02, {'gpu': 1.0})
    assert model.events == {'oc1': 1} and model.throttled
    assert model.clock_mhz('gpu') == 307.2
    model.step(0.02, {'gpu': 1.0})
    assert model.events == {'oc1': 1} and not model.throttled
    model.step(0.02, {'gpu': 0.1})
    model.step(0.02, {'gpu': 1.0})
    assert model.events == {'oc1': 2}


def test_boards_start_in_their_first_power_mode() -> None:
    orin = BoardModel(LOADED['jetson_orin_nano'])
    assert orin.limits == {'cpu.a78ae': 1497.6, 'gpu': 612}
    assert orin.clock_mhz('gpu') == 612
    assert orin.set_limit('gpu', 1020) == 1020


def test_variations_are_those_of_their_seed() -> None:
    assert draw_variation(1) == draw_variation(1) != draw_variation(2)
    assert BoardModel(NANO, variation=Variation()).total_power_w == BoardModel(NANO).total_power_w
    cool, hot = (BoardModel(NANO, variation=Variation(resistance=factor)) for factor in (0.8, 1.2))
    for model in (cool, hot):
        model.settle({'gpu': 1.0})
    assert hot.hottest_c > cool.hottest_c + 10
    hungry = idle_after(BoardModel(NANO, variation=Variation(dynamic_power=1.1)))
    plain = idle_after(BoardModel(NANO))
    for model in (hungry, plain):
        model.step(0.02, {'gpu': 1.0})
    assert hungry.rail_power_w['POM_5V_GPU'] > 1.05 * plain.rail_power_w['POM_5V_GPU']


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(BOARDS),
    st.integers(0, 1000),
    st.lists(
        st.tuples(st.floats(1e-3, 5.0), st.floats(-1, 2), st.floats(0, 1), st.booleans()),
        max_size=30,
    ),
)
def test_no_run_leaves_the_bounds_of_physics(
    name: str, seed: int, steps: list[tuple[float, float, float, bool]]
) -> None:
    description = LOADED[name]
    model = BoardModel(description, variation=draw_variation(seed))
    room = 25.0 + model.variation.ambient_k
    for duration, busy, clock, lower in steps:
        for processor, data in description.processors.items():
            if lower:
                low, high = data.steps_mhz[0], data.steps_mhz[-1]
                model.set_limit(clock_knob(processor), low + (high - low) * clock)
        model.step(duration, dict.fromkeys(description.processors, busy))
        assert room - 5 < model.hottest_c < 130
        assert 0 < model.total_power_w < 60
        for processor, data in description.processors.items():
            assert model.clock_mhz(processor) in data.steps_mhz
