# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Make the environment that the package runs in, step by step; skip the steps that are done.

A step is done when its stamp holds the digest of its inputs. An interrupted installation may leave
half a package behind, so after one the environment is made afresh.
"""

import argparse
import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from environment import ROOT, Environment, SetUpError, add_arguments, find_environment
from packages import correct_wheels, required_packages
from prerequisites import check_prerequisites

BUILD_FILES = ('CMakeLists.txt', 'package.xml', 'cmake', 'msg')  # a change means a new build
LINKED_FOLDERS = ('dyn_perception', 'launch', 'config', 'resource')  # only a new name does


class SetUp:
    """The steps of one environment."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._name = environment.directory.name
        self._state = environment.directory / 'set_up'  # stamps, logs, what colcon builds
        self._unfinished = self._state / 'unfinished'

    def make_environment(self) -> None:
        """Make the virtual environment, afresh if it is unusable or of another Python or place."""
        python = Path(sys.executable).resolve()  # not the one of an active virtual environment
        digest = _digest([str(python), sys.version, str(ROOT)])
        folder = self._environment.directory
        if folder.exists():
            if not self._state.is_dir():
                raise SetUpError(f'{folder} was not made by this Makefile: move it elsewhere')
            if self._unfinished.exists():
                _say(f'The last installation into {self._name} was cut off')
            elif self._stamp('environment') != digest:
                _say(f'{self._name} is of another Python, or the checkout was moved')
            else:
                return
        check_prerequisites(self._environment)
        self._state.mkdir(parents=True, exist_ok=True)
        self._unfinished.touch()
        _empty(folder, keep=self._state)
        _empty(self._state, keep=self._unfinished)
        (folder / 'COLCON_IGNORE').touch()
        options = ['--system-site-packages'] if self._environment.installed else []
        message = f'Making {self._name} with Python {sys.version.split()[0]}'
        self._run('environment', message, [str(python), '-m', 'venv', *options, str(folder)])
        self._unfinished.unlink()
        self._finish('environment', digest)

    def install(self, step: str, what: str, *files: str) -> None:
        """Install the packages of requirements files."""
        packages = required_packages(self._environment, files)
        digest = _digest(packages)
        if self._stamp(step) == digest:
            return
        self._unfinished.touch()
        pip = [str(self._environment.python), '-m', 'pip', '--disable-pip-version-check']
        self._run(step, f'Installing {what} into {self._name}', [*pip, 'install', *packages])
        if not self._environment.installed:
            correct_wheels(self._environment)
        self._unfinished.unlink()
        self._finish(step, digest)

    def build(self) -> None:
        """Build the package with colcon; its Python code and data become links to the checkout."""
        base = self._environment.install_base
        ros = _digest([self._environment.variables['AMENT_PREFIX_PATH'], self._stamp('runtime')])
        digest = _digest([ros, *_build_inputs()])
        if self._stamp('build') == digest and (base / 'local_setup.bash').is_file():
            return
        colcon = str(self._environment.directory / 'bin' / 'colcon')
        folder = self._state / 'colcon' / ros[:8]  # another ROS 2 gets another build folder
        command = [colcon, '--log-base', str(folder / 'log'), 'build', '--base-paths', str(ROOT)]
        command += ['--build-base', str(folder / 'build'), '--install-base', str(base)]
        command += ['--merge-install', '--symlink-install', '--cmake-args', '-G', 'Ninja']
        command += [f'-DPython3_EXECUTABLE={self._environment.python}']
        self._run('build', f'Building dyn_perception into {base.relative_to(ROOT)}', command)
        _remove_dead_links(base)
        self._finish('build', digest)

    def _stamp(self, step: str) -> str:
        path = self._state / step
        return path.read_text() if path.is_file() else ''

    def _finish(self, step: str, digest: str) -> None:
        (self._state / step).write_text(digest)

    def _run(self, step: str, message: str, command: list[str]) -> None:
        """Run the command of a step, its output in a log."""
        (self._state / step).unlink(missing_ok=True)
        log_path = self._state / f'{step}.log'
        _say(f'{message} (log: {log_path.relative_to(ROOT)})')
        with log_path.open('w') as log:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env={**self._environment.variables, 'PIP_USER': '0'},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode:
            end = '\n'.join(log_path.read_text(errors='replace').splitlines()[-12:])
            raise SetUpError(f'{end}\n{message} failed, see {log_path}')


def main() -> None:
    """Do the steps that are due."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument(
        '--development', action='store_true', help='also what training, tests and checks need'
    )
    options = parser.parse_args()
    try:
        environment = find_environment(options.distro)
        with _one_at_a_time():
            steps = SetUp(environment)
            steps.make_environment()
            if environment.installed:
                steps.install('runtime', 'what apt does not have', 'build', 'runtime')
            else:
                what = f'ROS 2 {environment.distro.capitalize()}, colcon and ONNX Runtime'
                steps.install('runtime', what, f'ros-{environment.distro}', 'build', 'runtime')
            steps.build()
            if options.development:
                what = 'PyTorch and the tools of development'
                steps.install('development', what, 'runtime', 'training', 'development')
    except SetUpError as error:
        sys.exit(f'dyn_perception: {error}')
    except KeyboardInterrupt:
        sys.exit('dyn_perception: interrupted; the next call goes on')


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Wait while another process sets up this checkout."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _say(text: str) -> None:
    print(f'-- {text}', file=sys.stderr, flush=True)


def _digest(inputs: Iterable[str]) -> str:
    return hashlib.sha256('\0'.join(inputs).encode()).hexdigest()


def _build_inputs() -> Iterator[str]:
    """Yield what a build depends on: contents of some files, names of others."""
    for name in BUILD_FILES:
        path = ROOT / name
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            yield from (file.name, file.read_text())
    for name in LINKED_FOLDERS:
        for path in sorted((ROOT / name).rglob('*')):
            if '__pycache__' not in path.parts and path.is_file():
                yield str(path.relative_to(ROOT))


def _empty(folder: Path, keep: Path) -> None:
    for path in folder.iterdir():
        if path != keep:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def _remove_dead_links(base: Path) -> None:
    """Remove the links to files that have left the checkout."""
    for folder in (
        *base.glob('lib/python3*/*-packages/dyn_perception'),
        base / 'share/dyn_perception',
    ):
        for path in folder.rglob('*'):
            if path.is_symlink() and not path.exists():
                path.unlink()


if __name__ == '__main__':
    main()
