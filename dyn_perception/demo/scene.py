# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the view of the demo shows at one time."""

from dataclasses import dataclass, field

from dyn_perception.demo.loop_observations import LoopScene
from dyn_perception.demo.observations import Network, ShownFrame, Snapshot


@dataclass(frozen=True)
class Scene:
    """All that is seen, whichever way it is drawn."""

    namespace: str
    seconds: float | None  # of the run; None: no end
    elapsed_s: float = 0.0  # since the first result
    network: Network | None = None
    snapshot: Snapshot = field(default_factory=Snapshot)
    frame: ShownFrame | None = None
    loop: LoopScene | None = None  # None where the demo itself sets the width
