# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Set-up steps: done once, redone when their inputs change, made good when cut off."""

from pathlib import Path
from typing import Any

import packages
import pytest
import set_up as tool
from environment import Environment, SetUpError

REQUIREMENTS = {'runtime': ['numpy==2.4.6', 'opencv-python-headless==4.11.0.86', 'rich==15.0.0']}


class Machine:
    """A checkout in which commands are recorded instead of run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.commands: list[str] = []
        self.failing = ''

    def do_all(self) -> list[str]:
        """Do all steps as a new process would; return those that were due."""
        self.commands = []
        variables = {'AMENT_PREFIX_PATH': str(self.root / '.venv')}
        steps = tool.SetUp(Environment('jazzy', False, variables))
        steps.make_environment()
        steps.install('runtime', 'everything', 'runtime')
        steps.build()
        return self.commands

    def run(self, steps: tool.SetUp, step: str, message: str, command: list[str]) -> None:
        """Stand for SetUp._run."""
        self.commands.append(step)
        (self.root / '.venv/set_up' / step).unlink(missing_ok=True)
        if step == self.failing:
            raise KeyboardInterrupt
        if step == 'environment':
            (self.root / '.venv/bin').mkdir()
            (self.root / '.venv/bin/python').touch()
        if step == 'build':
            (self.root / '.venv/local_setup.bash').touch()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    for name in ('cmake', 'msg', 'dyn_perception', 'requirements'):
        (tmp_path / name).mkdir()
    for name in ('CMakeLists.txt', 'package.xml', 'msg/Truth.msg', 'dyn_perception/share.py'):
        (tmp_path / name).touch()
    (tmp_path / 'requirements/runtime.txt').write_text('\n'.join(REQUIREMENTS['runtime']))
    machine = Machine(tmp_path)
    for module in ('environment', 'packages', 'set_up'):
        monkeypatch.setattr(f'{module}.ROOT', tmp_path)
    monkeypatch.setattr(tool, 'check_prerequisites', lambda environment: None)
    monkeypatch.setattr(tool, 'correct_wheels', lambda environment: None)
    monkeypatch.setattr(tool.SetUp, '_run', lambda *arguments: machine.run(*arguments))
    return machine


ALL = ['environment', 'runtime', 'build']


def test_steps_are_done_once(machine: Machine) -> None:
    assert machine.do_all() == ALL
    assert machine.do_all() == []


@pytest.mark.parametrize(
    'path, due',
    [
        ('requirements/runtime.txt', ['runtime', 'build']),
        ('CMakeLists.txt', ['build']),
        ('msg/Truth.msg', ['build']),
        ('msg/New.msg', ['build']),
        ('dyn_perception/new.py', ['build']),
        ('dyn_perception/share.py', []),  # linked to: a change needs no build
        ('dyn_perception/__pycache__', []),
    ],
)
def test_a_change_makes_its_step_due(machine: Machine, path: str, due: list[str]) -> None:
    machine.do_all()
    with (machine.root / path).open('a') as file:
        file.write('\npsutil==7.2.2\n')
    assert machine.do_all() == due
    assert machine.do_all() == []


def test_a_file_that_left_makes_the_build_due(machine: Machine) -> None:
    machine.do_all()
    link = machine.root / '.venv/lib/python3.11/site-packages/dyn_perception/share.py'
    link.parent.mkdir(parents=True)
    link.symlink_to(machine.root / 'dyn_perception/share.py')
    (machine.root / 'dyn_perception/share.py').unlink()
    assert machine.do_all() == ['build']
    assert not link.is_symlink()


@pytest.mark.parametrize(
    'step, again', [('environment', ALL), ('runtime', ALL), ('build', ['build'])]
)
def test_a_step_that_was_cut_off_is_made_good(
    machine: Machine, step: str, again: list[str]
) -> None:
    machine.failing = step
    with pytest.raises(KeyboardInterrupt):
        machine.do_all()
    (machine.root / '.venv/half_a_package').touch()
    machine.failing = ''
    assert machine.do_all() == again
    assert (machine.root / '.venv/half_a_package').exists() == (step == 'build')


def test_another_python_or_place_makes_everything_due(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.do_all()
    monkeypatch.setattr('sys.version', '3.99')
    assert machine.do_all() == ALL
    assert machine.do_all() == []


def test_a_folder_of_somebody_else_is_left_alone(machine: Machine) -> None:
    (machine.root / '.venv').mkdir()
    (machine.root / '.venv/precious').touch()
    with pytest.raises(SetUpError, match='was not made by this Makefile'):
        machine.do_all()
    assert (machine.root / '.venv/precious').exists()


@pytest.mark.parametrize(
    'numpy, opencv, expected',
    [
        ('1.26.4', '4.6.0', ['rich==15.0.0', 'numpy>=1.26.4,<2']),
        ('2.3.0', '', ['opencv-python-headless==4.11.0.86', 'rich==15.0.0', 'numpy>=2.3.0,<3']),
        ('', '', REQUIREMENTS['runtime']),
    ],
)
@pytest.mark.usefixtures('machine')
def test_numpy_and_opencv_of_an_installed_ros_stay(
    monkeypatch: pytest.MonkeyPatch, numpy: str, opencv: str, expected: list[str]
) -> None:
    def ask(environment: Any, code: str) -> str:
        return numpy if 'numpy' in code else opencv

    monkeypatch.setattr(packages, '_ask_python', ask)
    assert packages.required_packages(Environment('jazzy', True, {}), ['runtime']) == expected
