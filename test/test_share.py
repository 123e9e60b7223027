# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Finding what is shipped, in each layout."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dyn_perception import share

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder from which nothing is found, with an empty prefix in it."""
    monkeypatch.delenv('AMENT_PREFIX_PATH', raising=False)
    monkeypatch.setattr(sys, 'prefix', str(tmp_path / 'python'))
    monkeypatch.setattr(share, '_PACKAGE', tmp_path / 'code/lib/site-packages/dyn_perception')
    return tmp_path


def install(prefix: Path) -> Path:
    folder = prefix / 'share/dyn_perception'
    for name in ('models/resnet', 'models/alexnet', 'frames', 'config'):
        (folder / name).mkdir(parents=True)
    (folder / 'config/perception.param.yaml').touch()
    (folder / 'frames/indoor').mkdir()
    (folder / 'frames/README.md').touch()
    (folder / 'package.xml').touch()
    return folder


def test_from_the_prefix_of_the_code(nowhere: Path) -> None:
    folder = install(nowhere / 'code')
    assert share.share_directory() == folder


def test_from_the_ament_prefixes(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = install(nowhere / 'overlay')
    paths = ['', str(nowhere / 'other'), str(nowhere / 'overlay')]
    monkeypatch.setenv('AMENT_PREFIX_PATH', os.pathsep.join(paths))
    assert share.share_directory() == folder


def test_from_the_prefix_of_python(nowhere: Path) -> None:
    folder = install(nowhere / 'python')
    assert share.share_directory() == folder


def test_the_prefix_of_the_code_comes_first(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that code and data are of one version, whatever else is installed."""
    install(nowhere / 'overlay')
    monkeypatch.setenv('AMENT_PREFIX_PATH', str(nowhere / 'overlay'))
    folder = install(nowhere / 'code')
    assert share.share_directory() == folder


def test_from_a_checkout(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(share, '_PACKAGE', ROOT / 'dyn_perception')
    assert share.share_directory() == ROOT / 'resource'
    profile = share.config_path('fastdds_profile.xml')
    assert profile == ROOT / 'config/fastdds_profile.xml'


def test_nowhere_says_where_it_looked(nowhere: Path) -> None:
    with pytest.raises(share.ShareError, match=rf'{nowhere}/python.*build the package'):
        share.share_directory()


def test_names_and_paths(nowhere: Path) -> None:
    folder = install(nowhere / 'code')
    own = nowhere / 'own'
    own.mkdir()
    assert share.model_path('resnet') == folder / 'models/resnet'
    assert share.model_path(str(own)) == own
    assert share.frames_path() == folder / 'frames'
    assert share.config_path('perception.param.yaml').parent == folder / 'config'


@pytest.mark.parametrize('name', ['vgg', '', 'models/resnet', '/no/such/folder'])
def test_an_unknown_model_brings_the_known_ones(nowhere: Path, name: str) -> None:
    install(nowhere / 'code')
    with pytest.raises(share.ShareError, match=rf"model '{name}' is neither.*alexnet, resnet"):
        share.model_path(name)


def test_an_unknown_set_of_frames_brings_folders_only(nowhere: Path) -> None:
    install(nowhere / 'code')
    with pytest.raises(share.ShareError, match=r'frames has indoor$'):
        share.frames_path('outdoor')


def test_an_unknown_configuration_brings_the_known_ones(nowhere: Path) -> None:
    install(nowhere / 'code')
    with pytest.raises(share.ShareError, match=r"no configuration 'x\.yaml'.*perception\.param"):
        share.config_path('x.yaml')


def test_the_build_is_found_from_outside_the_checkout(tmp_path: Path) -> None:
    """With nothing set but what an interpreter needs, as a user's script runs."""
    names = ('PATH', 'HOME', 'LD_LIBRARY_PATH', '_ROS_WHEELS_BOOTSTRAP_COMPLETE')
    if 'rclpy' in sys.modules or os.environ.get('ROS_DISTRO'):
        names = (*names, 'PYTHONPATH', 'AMENT_PREFIX_PATH')
    done = subprocess.run(
        [sys.executable, '-c', 'from dyn_perception.share import *; print(share_directory())'],
        cwd=tmp_path,
        env={name: os.environ[name] for name in names if name in os.environ},
        capture_output=True,
        text=True,
        check=True,
    )
    folder = Path(done.stdout.strip())
    assert (folder / 'package.xml').is_file()
    for kind in ('models', 'frames'):
        expected = {path.name for path in (ROOT / 'resource' / kind).iterdir()}
        assert {path.name for path in (folder / kind).iterdir()} == expected
