# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import benchmark.board
from benchmark.board import odroid_xu3
from benchmark.board.__main__ import MEASUREMENTS
from benchmark.board.figures import FIGURES
from benchmark.board.settings import Settings


def test_each_figure_and_measurement_is_listed_once() -> None:
    keys = [figure.key for figure in FIGURES]
    assert len(set(keys)) == len(keys)
    assert len(set(MEASUREMENTS)) == len(MEASUREMENTS)
    folder = Path(benchmark.board.__file__).parent
    assert all((folder / f'{name}.py').is_file() for name in MEASUREMENTS)


def test_the_odroid_meets_its_figures(tmp_path: Path) -> None:
    values = odroid_xu3.measure(Settings(tmp_path))
    figures = {figure.key: figure for figure in FIGURES if figure.key in values}
    assert len(figures) == 4
    for key, figure in figures.items():
        assert figure.is_met(values[key]), (key, values[key])
