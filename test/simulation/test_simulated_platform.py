# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What a simulated board offers to a network."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dyn_perception.inference.errors import PlacementError
from dyn_perception.network.bundle import load_bundle
from dyn_perception.simulation.simulated_platform import SimulatedPlatform
from dyn_perception.simulation.simulated_processors import SimulatedProcessors
from support.bundles import write_test_bundle
from support.live_boards import SteppedBoard

NAMES = ('gpu', 'cpu:a57')
BOTH = '+'.join(NAMES)

MakePlatform = Callable[[int], SimulatedPlatform]


@pytest.fixture
def make_platform(tmp_path: Path) -> Iterator[MakePlatform]:
    with SteppedBoard('jetson_nano', tmp_path / 'board') as stepped:
        processors = SimulatedProcessors(stepped.root, clock=stepped.clock)

        def make(groups: int) -> SimulatedPlatform:
            bundle = load_bundle(write_test_bundle(tmp_path / 'bundle', groups=groups))
            return SimulatedPlatform(bundle, 'onnx', processors, threads=2)

        yield make


def test_every_offered_placement_can_be_asked_for(make_platform: MakePlatform) -> None:
    platform = make_platform(2)
    assert set(platform.placements()) == set(NAMES)
    for name in (*NAMES, BOTH):
        with platform.create(platform.place(name)) as engine:
            assert (engine.placement.name, engine.threads, engine.groups) == (name, 2, 2)


def test_what_the_board_or_the_network_does_not_have_is_refused(
    make_platform: MakePlatform,
) -> None:
    platform = make_platform(1)
    with pytest.raises(PlacementError, match=r'simulated .* it offers'):
        platform.place('cpu:a72')
    with pytest.raises(PlacementError, match='name at most 1'):
        platform.place(BOTH)
