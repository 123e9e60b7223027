# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Builds and installations of a copy of this checkout, used from outside it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import dyn_perception
from support.examples import python_examples, write_example

ROOT = Path(__file__).resolve().parents[2]
COLCON = Path(sys.executable).with_name('colcon')
SHARED = ('models', 'frames')
SHOW = """
import sys
from dyn_perception import __version__, share
print(__version__, share.__file__, share.share_directory())
"""


def run(
    command: list[str], folder: Path, environment: Mapping[str, str] = os.environ
) -> list[str]:
    """Run a command in a folder and return the words of its output."""
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split()


def contents(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob('*') if path.is_file()}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of the files that are built and installed."""
    copy = tmp_path / 'checkout'
    copy.mkdir()
    for path in ROOT.glob('*.*'):
        if path.is_file():
            shutil.copy(path, copy)
    shutil.copy(ROOT / 'LICENSE', copy)
    for name in ('cmake', 'config', 'dyn_perception', 'launch', 'msg', 'resource', 'tools'):
        ignored = shutil.ignore_patterns('__pycache__')
        shutil.copytree(ROOT / name, copy / name, ignore=ignored)
    return copy


@pytest.mark.timeout(1200)  # a compiler runs
@pytest.mark.skipif(
    not (COLCON.exists() and os.environ.get('AMENT_PREFIX_PATH')),
    reason='colcon and a sourced ROS 2 are needed: run `make test`',
)
@pytest.mark.parametrize('options', [[], ['--symlink-install']], ids=['copied', 'linked'])
def test_colcon_builds_messages_and_code_under_one_name_and_tests_them(
    checkout: Path, tmp_path: Path, options: list[str]
) -> None:
    base = tmp_path / 'install'
    command = [str(COLCON), 'build', '--base-paths', str(checkout), '--install-base', str(base)]
    command += [*options, '--cmake-args', '-G', 'Ninja', '-DCMAKE_CXX_FLAGS=-O0']
    command += [f'-DPython3_EXECUTABLE={sys.executable}']
    command += ['-DBUILD_TESTING=OFF'] if options else []
    run(command, tmp_path)

    prefix = base / 'dyn_perception'
    share = prefix / 'share/dyn_perception'
    outside = tmp_path / 'outside'
    outside.mkdir()
    code = f'{SHOW}\nfrom dyn_perception.msg import PerceptionResult as P; print(P(rows=3).rows)'
    sourced = ['bash', '-c', '. "$0" && exec "$@"', str(base / 'local_setup.bash')]
    version, file, found, rows = run([*sourced, sys.executable, '-c', code], outside)
    assert (version, found, rows) == (dyn_perception.__version__, str(share), '3')
    assert Path(file).is_relative_to(prefix) and Path(file).is_symlink() == bool(options)

    for kind in SHARED:
        assert contents(share / kind) == contents(checkout / 'resource' / kind)
    for kind in ('config', 'launch'):
        assert contents(share / kind) == contents(checkout / kind)
    assert {'perception', 'image_source'} <= contents(prefix / 'lib/dyn_perception')
    for executable in (prefix / 'bin/dyn-perception', prefix / 'lib/dyn_perception/perception'):
        assert executable.read_text().splitlines()[0] == f'#!{sys.executable}'
        assert os.access(executable, os.X_OK)
    assert 'train' in ' '.join(run([*sourced, 'dyn-perception', '--help'], outside))
    if options:
        build = tmp_path / 'build/dyn_perception/CTestTestfile.cmake'
        assert 'add_test' not in build.read_text()
    else:
        check_that_colcon_tests(checkout, tmp_path)


def check_that_colcon_tests(checkout: Path, workspace: Path) -> None:
    """Check that tests run, that one which fails is seen, and that none at all is a failure."""
    (checkout / 'test').mkdir()
    for name in ('test/conftest.py', 'test/processors'):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, checkout / name)
    (checkout / 'test/test_installed.py').write_text(
        'import dyn_perception, dyn_perception.msg\n'
        'def test_it_is_what_was_installed():\n'
        f'    assert dyn_perception.__file__.startswith({str(workspace / "install")!r})\n'
    )
    summary = colcon_test(checkout, workspace, '')
    tests = int(summary.split(' tests')[0].split()[-1])
    assert tests > 5 and '0 errors, 0 failures, 0 skipped' in summary
    # Beside the test of pytest, CTest counts its run of pytest.
    summary = colcon_test(checkout, workspace, '-k no_such_test')
    assert 'Summary: 1 test, 0 errors, 1 failure, 0 skipped' in summary
    failing = checkout / 'test/test_failing.py'
    failing.write_text('def test_that_fails():\n    assert False\n')
    summary = colcon_test(checkout, workspace, str(failing))
    assert 'Summary: 2 tests, 0 errors, 2 failures, 0 skipped' in summary


def colcon_test(checkout: Path, workspace: Path, pytest_options: str) -> str:
    """Run `colcon test` with options for pytest and return what `colcon test-result` says."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith('PYTEST_')}
    command = [str(COLCON), 'test', '--base-paths', str(checkout)]
    command += ['--packages-select', 'dyn_perception']
    run(command, workspace, {**kept, 'PYTEST_ADDOPTS': pytest_options})
    command = [str(COLCON), 'test-result']
    done = subprocess.run(command, cwd=workspace, capture_output=True, text=True, check=False)
    assert bool(done.returncode) == ('0 errors, 0 failures' not in done.stdout), done.stdout
    return done.stdout


def test_without_pytest_the_tests_fail() -> None:
    script = str(ROOT / 'tools/run_tests.py')
    command = [sys.executable, '-I', '-S', script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and 'lacks pytest, xdist' in done.stderr
    assert 'requirements/development.txt' in done.stderr


@pytest.mark.timeout(600)
def test_pip_installs_the_parts_without_ros(checkout: Path, tmp_path: Path) -> None:
    # Without PYTHONPATH, in which pip would find the package to be installed already.
    names = ('HOME', 'LD_LIBRARY_PATH', 'PATH', '_ROS_WHEELS_BOOTSTRAP_COMPLETE')
    environment = {name: os.environ[name] for name in names if name in os.environ}
    wheels = tmp_path / 'wheels'
    pip = [sys.executable, '-m', 'pip', '--disable-pip-version-check']
    build = ['wheel', '--no-deps', '--no-build-isolation', '--wheel-dir', str(wheels)]
    run([*pip, *build, str(checkout)], tmp_path, environment)
    (wheel,) = wheels.iterdir()

    bare = tmp_path / 'bare'
    run([sys.executable, '-m', 'venv', '--without-pip', str(bare)], tmp_path)
    python = str(bare / 'bin/python')
    install = ['install', '--no-deps', '--no-index', str(wheel)]
    run([*pip, '--python', python, *install], tmp_path, environment)
    (site,) = bare.glob('lib/python3*/site-packages')
    (site / 'dependencies.pth').write_text(str(link_dependencies(tmp_path / 'dependencies')))

    version, file, share = run([python, '-c', SHOW], tmp_path, environment)
    assert version == dyn_perception.__version__
    assert Path(file).is_relative_to(bare) and Path(share) == bare / 'share/dyn_perception'
    for kind in SHARED:
        assert contents(Path(share, kind)) == contents(checkout / 'resource' / kind)
    (example,) = python_examples('README.md')
    words = run([python, write_example(example, tmp_path / 'example.py')], checkout, environment)
    assert 'cat' in words
    command = str(bare / 'bin/dyn-perception')
    assert {'train', 'evaluate', 'export'} <= {
        word.strip('{},') for word in run([command, '--help'], tmp_path, environment)
    }


def link_dependencies(folder: Path) -> Path:
    """Fill a folder with links to what is installed here, but for ROS and this package."""
    folder.mkdir()
    for entry in map(Path, sys.path):
        if entry.name in ('site-packages', 'dist-packages'):
            for path in entry.iterdir():
                link = folder / path.name
                if not path.name.startswith(('dyn_perception', 'rcl', '_')) and not link.exists():
                    link.symlink_to(path)
    return folder
