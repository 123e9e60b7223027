# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the node adds to inference for cameras of several sizes and rates."""

from dataclasses import dataclass

from benchmark.figure import Value
from benchmark.perception.ros_overhead import compare
from benchmark.perception.settings import Settings
from benchmark.ros.environment import set_environment

_SECONDS = 1.6  # of a block


@dataclass(frozen=True)
class CameraKind:
    """Images of one camera: pixels, rate (Hz), and whether they are JPEG."""

    width: int
    height: int
    rate_hz: float
    compressed: bool = False

    @property
    def name(self) -> str:
        """The kind in words."""
        kind = '_jpeg' if self.compressed else ''
        return f'{self.width}x{self.height}_{self.rate_hz:.0f}hz{kind}'


KINDS = (
    CameraKind(640, 480, 30.0),
    CameraKind(640, 480, 60.0),
    CameraKind(1920, 1080, 30.0),
    CameraKind(32, 32, 240.0),
    CameraKind(640, 480, 30.0, compressed=True),
)


def measure(settings: Settings) -> dict[str, Value]:
    """Compare the node with the relay for each kind of camera."""
    set_environment()
    ratios, quick, milliseconds = {}, {}, {}
    for kind in KINDS:
        found = compare(
            settings,
            size=(kind.width, kind.height),
            compressed=kind.compressed,
            rate_hz=kind.rate_hz,
            block_frames=max(48, round(_SECONDS * kind.rate_hz)),
            nodes=('perception', 'relay', 'quick_relay'),
        )
        ratios[kind.name] = found.ratio('relay')
        quick[kind.name] = found.ratio('quick_relay')
        milliseconds[kind.name] = found.milliseconds
    return {
        'node_overhead_ratio': ratios,
        'node_overhead_ratio_quick_relay': quick,
        'node_overhead_ms': milliseconds,
    }
