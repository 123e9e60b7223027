# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A competing program on a simulated board: it occupies processors without using this machine."""

import math
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from dyn_perception.simulation.board_state_file import STALE_S, BoardStateReader
from dyn_perception.simulation.errors import SimulationError
from dyn_perception.simulation.program import Program

_FORM = re.compile(r'([^=\s]+)=([^=\s]+)')
_CHECK_S = 0.5


def parse_loads(texts: Sequence[str]) -> dict[str, float]:
    """Read loads as on the command line: 'gpu=0.5', 'cpu:a57=0.25'.

    Raises:
        SimulationError: if one breaks this form, or a share is out of range 0...1.
    """
    loads: dict[str, float] = {}
    for text in texts:
        match = _FORM.fullmatch(text)
        try:
            share = float(match[2]) if match else math.nan
        except ValueError:
            share = math.nan
        if match is None or math.isnan(share):
            raise SimulationError(
                f'load {text!r} is not PROCESSOR=SHARE: give for example gpu=0.5'
            )
        if not 0.0 <= share <= 1.0:
            raise SimulationError(
                f"load {text!r} is out of range 0...1: give the share of the processor's time"
            )
        if match[1] in loads:
            raise SimulationError(f'load of {match[1]!r} is given twice: give it once')
        loads[match[1]] = share
    return loads


def run_load(
    root: Path,
    loads: Mapping[str, float],
    *,
    seconds: float | None = None,
    started: Callable[[], None] | None = None,
    ended: Callable[[float], bool] | None = None,
) -> None:
    """Occupy processors of the board at a root until Ctrl-C, or for some time.

    Args:
        root: of the board's tree.
        loads: share of each processor, 0...1.
        seconds: how long; None: until KeyboardInterrupt, which passes on when all is tidied up.
        started: called when the processors are occupied.
        ended: waits so long (s) and returns whether to end; None: nothing but `seconds` ends it.

    Raises:
        SimulationError: if there is no such board or processor, or the board ends meanwhile.
    """
    reader = BoardStateReader(root)
    processors = tuple(reader.description.processors)
    for name, share in loads.items():
        if name not in processors:
            raise SimulationError(
                f'{name!r} is no processor of {reader.description.model}: '
                f'choose of {", ".join(processors)}'
            )
        if not 0.0 <= share <= 1.0:
            raise SimulationError(f'load {share} of {name} is out of range 0...1')
    wait = ended or threading.Event().wait
    end_s = math.inf if seconds is None else time.monotonic() + seconds
    with Program(root, processors) as program:
        program.occupy(loads)
        if started is not None:
            started()
        while (left_s := end_s - time.monotonic()) > 0.0:
            if wait(min(left_s, _CHECK_S)):
                return
            if time.monotonic() - reader.read()['time'] > STALE_S:
                raise SimulationError(
                    f'the simulated board at {str(root)!r} stands still: start its node again'
                )
