# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What a simulated board tells the programs on it: its description and its clocks now."""

import json
import os
from pathlib import Path

from dyn_perception.simulation.board_description import BoardDescription
from dyn_perception.simulation.board_files import parse_board_description
from dyn_perception.simulation.board_model import BoardModel
from dyn_perception.simulation.errors import SimulationError

DESCRIPTION_FILE = 'run/dyn_perception/board.yaml'
STATE_FILE = 'run/dyn_perception/state'
STALE_S = 2.0
"""A state that is older is of a board that does not run any more."""
_START = 'start one with: ros2 run dyn_perception simulated_board --ros-args -p root:=DIR'


def description_text(description: BoardDescription) -> str:
    """Return a description as text that `parse_board_description` reads; JSON is YAML, too."""
    return json.dumps(description.model_dump(mode='json'))


def state_text(model: BoardModel, time_s: float) -> str:
    """Return the state file: the board's time (s), then the clock of each processor (MHz)."""
    clocks = (f'{name} {model.clock_mhz(name):.6f}' for name in model.processors)
    interference = model.description.interference + model.variation.interference
    head = f'time {time_s:.6f}\nlatency {model.variation.latency:.6f}\n'
    return f'{head}interference {interference:.6f}\n' + '\n'.join(clocks)


class BoardStateReader:
    """Reads the clocks of a simulated board, again and again.

    Attributes:
        description: the board.
    """

    def __init__(self, root: Path) -> None:
        """Read the description.

        Raises:
            SimulationError: if there is no simulated board.
        """
        self.root = root
        self._path = str(root / STATE_FILE)
        path = root / DESCRIPTION_FILE
        try:
            content = path.read_bytes()
        except OSError as error:
            raise SimulationError(
                f'{str(root)!r} is no simulated board ({error.strerror}): {_START}'
            ) from error
        self.description = parse_board_description(content, str(path))

    def read(self) -> dict[str, float]:
        """Return the clock of each processor (MHz), and `time`, `latency` and `interference`.

        Raises:
            SimulationError: if the file is gone or damaged.
        """
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                lines = os.read(descriptor, 4096).decode().splitlines()
            finally:
                os.close(descriptor)
            state = {
                name: float(value) for name, value in map(str.split, filter(str.strip, lines))
            }
            if not {'time', *self.description.processors} <= state.keys():
                raise ValueError('a clock is missing')
        except (OSError, ValueError) as error:
            reason = getattr(error, 'strerror', None) or error
            raise SimulationError(
                f'the simulated board at {str(self.root)!r} is gone ({reason}): {_START}'
            ) from error
        return state
