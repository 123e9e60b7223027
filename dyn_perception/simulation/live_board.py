# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A simulated board that lives: a tree of files that follows the model and the programs on it."""

import math
import os
from pathlib import Path
from types import TracebackType

from dyn_perception.simulation.board_description import BoardDescription
from dyn_perception.simulation.board_model import BoardModel
from dyn_perception.simulation.board_state_file import (
    DESCRIPTION_FILE,
    STATE_FILE,
    description_text,
    state_text,
)
from dyn_perception.simulation.cpu_times import CpuTimes
from dyn_perception.simulation.errors import SimulationError
from dyn_perception.simulation.jetson_layout import jetson_hwmon_layout, jetson_iio_layout
from dyn_perception.simulation.odroid_layout import odroid_layout
from dyn_perception.simulation.programs import FOLDER, Occupation, ProgramFolder
from dyn_perception.simulation.tree_layout import BoardView, LimitFile
from dyn_perception.simulation.tree_owner import TreeOwner
from dyn_perception.simulation.variation import Variation

_LAYOUTS = {
    'jetson_iio': jetson_iio_layout,
    'jetson_hwmon': jetson_hwmon_layout,
    'odroid': odroid_layout,
}
_LONGEST_STEP_S = 0.05  # of the model; a longer pause of the process is made up for in pieces
_CLEAN_UP_S = 1.0
_LOAD_WINDOW_S = 0.1  # of the GPU's load file
_PRESSURE_WINDOW_S = 10.0


class LiveBoard:
    """Keeps the tree below a root; `advance` moves it to a time.

    Attributes:
        model: the physics.
        root: the tree.
        programs: what runs on the board.
    """

    def __init__(
        self,
        description: BoardDescription,
        root: Path,
        *,
        time_s: float,
        ambient_c: float | None = None,
        variation: Variation | None = None,
    ) -> None:
        """Make the tree.

        Args:
            description: the board.
            root: a folder that does not exist, is empty, or was left behind by such a board.
            time_s: now, on the clock that programs on the board use too: the machine's monotonic
                clock, or any other when it is stepped.
            ambient_c: temperature of the room; None: the description's.
            variation: how this copy differs; None: not at all.

        Raises:
            SimulationError: if the root is something else, in use, or cannot be made.
        """
        self.model = BoardModel(description, ambient_c=ambient_c, variation=variation)
        self._times = CpuTimes(description)
        self._gpu_load = self._pressure = 0.0
        view = BoardView(self.model, self._times, lambda: self._gpu_load, lambda: self._pressure)
        layout = _LAYOUTS[description.layout](view)
        layout.files[f'{FOLDER}/'] = b''
        layout.files[DESCRIPTION_FILE] = description_text(description).encode()
        self._time_s = time_s
        layout.gauges[STATE_FILE] = lambda: state_text(self.model, self._time_s)
        for path, gauge in layout.gauges.items():
            layout.files[path] = _padded(gauge(), 0)
        self._owner = TreeOwner(root, layout.files, layout.links)
        self.root = self._owner.root
        self.programs = ProgramFolder(self.root)
        self._gauges = [
            _GaugeFile(self.root / path, gauge) for path, gauge in layout.gauges.items()
        ]
        self._limits = [_LimitReader(self.root, item) for item in layout.limits]
        self._busy_s: dict[tuple[str, str], float] = {}
        self._clean_up_s = time_s

    def advance(self, time_s: float) -> None:
        """Move to a time: take limits and programs' work since the last call, then show all.

        Raises:
            SimulationError: if the tree was removed or damaged by somebody else.
        """
        duration_s = time_s - self._time_s
        if duration_s <= 0.0:
            return
        self._take_limits()
        if time_s - self._clean_up_s >= _CLEAN_UP_S:
            self._clean_up_s = time_s
            self.programs.remove_dead()
        busy, intensity, demand = self._take_work(time_s, duration_s)
        pieces = max(math.ceil(duration_s / _LONGEST_STEP_S - 1e-9), 1)
        for _ in range(pieces):
            self.model.step(duration_s / pieces, busy, intensity)
        self._times.add(duration_s, busy)
        approach = -math.expm1(-duration_s / _LOAD_WINDOW_S)
        self._gpu_load += (busy.get('gpu', 0.0) - self._gpu_load) * approach
        waits = any(share > 1.0 for name, share in demand.items() if name != 'gpu')
        approach = -math.expm1(-duration_s / _PRESSURE_WINDOW_S)
        self._pressure += (waits - self._pressure) * approach
        self._time_s = time_s
        try:
            for gauge in self._gauges:
                gauge.show()
        except OSError as error:
            raise SimulationError(
                f'the tree in {str(self.root)!r} cannot be kept ({error.strerror}): start the '
                'simulated board again'
            ) from error

    def close(self) -> None:
        """Remove the tree."""
        for gauge in self._gauges:
            gauge.close()
        self._gauges = []
        self._owner.close()

    def __enter__(self) -> 'LiveBoard':
        """Return the board, whose tree is removed at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove the tree."""
        self.close()

    def _take_limits(self) -> None:
        wanted: dict[str, float] = {}
        for limit in self._limits:
            mhz = limit.read()
            if mhz is not None:  # clusters with several policies have the highest of theirs
                wanted[limit.file.knob] = max(mhz, wanted.get(limit.file.knob, 0.0))
        for knob, mhz in wanted.items():
            steps = self.model.steps_mhz(knob)
            self.model.set_limit(knob, min(max(mhz, steps[0]), steps[-1]))

    def _take_work(
        self, time_s: float, duration_s: float
    ) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
        """Return busy share and intensity of the past step, and the demand now."""
        busy = dict.fromkeys(self.model.processors, 0.0)
        work, demand = busy.copy(), busy.copy()
        seen: dict[tuple[str, str], float] = {}
        for program, occupations in self.programs.read().items():
            for processor, item in occupations.items():
                if processor not in busy:
                    continue
                done_s = item.busy_until(time_s)
                key = (program, processor)
                # What a program did before it was first seen belongs to the past step at most.
                before_s = self._busy_s.get(key, _start(item, time_s - duration_s))
                share = min(max(done_s - before_s, 0.0) / duration_s, 1.0)
                seen[key] = max(done_s, before_s)
                busy[processor] += share
                work[processor] += share * item.intensity
                demand[processor] += item.demand
        self._busy_s = seen
        intensity = {
            name: work[name] / share for name, share in busy.items() if work[name] != share
        }
        return {name: min(share, 1.0) for name, share in busy.items()}, intensity, demand


def _start(item: Occupation, time_s: float) -> float:
    return item.busy_s + item.rate * max(time_s - item.since_s, 0.0)


def _padded(text: str, size: int) -> bytes:
    """Return a file's content; never shorter than it was, so that no old end shows."""
    return f'{text}\n'.encode().ljust(size)


class _GaugeFile:
    """A file that follows the model; written in place, in one call."""

    def __init__(self, path: Path, gauge: object) -> None:
        assert callable(gauge)
        self._gauge = gauge
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        self._content = path.read_bytes()

    def show(self) -> None:
        """Write what it should hold, if that changed."""
        content = _padded(self._gauge(), len(self._content))
        if content != self._content:
            os.pwrite(self._descriptor, content, 0)
            self._content = content

    def close(self) -> None:
        """Leave the file."""
        os.close(self._descriptor)


class _LimitReader:
    """A file that others write: a number, or nothing sensible, which changes nothing."""

    def __init__(self, root: Path, file: LimitFile) -> None:
        self.file = file
        self._path = str(root / file.path)

    def read(self) -> float | None:
        """Return the limit (MHz), None if the file holds no number or is gone."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return None
        try:
            number = float(os.read(descriptor, 64))
        except (OSError, ValueError):
            return None
        finally:
            os.close(descriptor)
        return number / self.file.per_mhz if math.isfinite(number) else None
