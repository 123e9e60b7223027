# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""One version everywhere, every dependency pinned."""

import re
import runpy
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

import dyn_perception

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENT_FILES = sorted((ROOT / 'requirements').glob('*.txt'))


def requirements(path: Path) -> list[Requirement]:
    lines = path.read_text().splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith('#')]


@pytest.fixture
def setup_arguments(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return what setup.py tells setuptools."""
    arguments: dict[str, Any] = {}
    monkeypatch.setattr('setuptools.setup', arguments.update)
    runpy.run_path(str(ROOT / 'setup.py'))
    return arguments


def test_versions_agree(setup_arguments: dict[str, Any]) -> None:
    package = ElementTree.parse(ROOT / 'package.xml').getroot()
    assert package.findtext('version') == dyn_perception.__version__
    assert setup_arguments['version'] == dyn_perception.__version__


def test_the_changelog_begins_with_this_version_or_the_next() -> None:
    headings = re.findall(r'^(\S.*)\n-{3,}$', (ROOT / 'CHANGELOG.rst').read_text(), re.MULTILINE)
    assert headings[0] == 'Forthcoming' or headings[0].split()[0] == dyn_perception.__version__


def test_licences_agree(setup_arguments: dict[str, Any]) -> None:
    package = ElementTree.parse(ROOT / 'package.xml').getroot()
    assert package.findtext('license') == setup_arguments['license'] == 'Apache-2.0'
    assert 'Apache License' in (ROOT / 'LICENSE').read_text()


@pytest.mark.parametrize('path', REQUIREMENT_FILES, ids=lambda path: path.stem)
def test_every_requirement_is_pinned(path: Path) -> None:
    loose = [
        str(requirement)
        for requirement in requirements(path)
        if [specifier.operator for specifier in requirement.specifier] != ['==']
    ]
    assert requirements(path) and not loose


def test_files_do_not_contradict_each_other() -> None:
    for python in ('3.10', '3.12', '3.14'):
        for distro in ('ros-jazzy', 'ros-kilted'):
            pins: dict[str, str] = {}
            for path in REQUIREMENT_FILES:
                if path.stem.startswith('ros-') and path.stem != distro:
                    continue
                for requirement in requirements(path):
                    marker = requirement.marker
                    if marker and not marker.evaluate({'python_version': python}):
                        continue
                    pin = str(requirement.specifier)
                    assert pins.setdefault(requirement.name, pin) == pin, requirement.name


def test_pip_accepts_the_pinned_versions(setup_arguments: dict[str, Any]) -> None:
    extras = setup_arguments['extras_require']
    accepted = [*map(Requirement, setup_arguments['install_requires'] + extras['train'])]
    pinned = requirements(ROOT / 'requirements/runtime.txt')
    pinned += requirements(ROOT / 'requirements/training.txt')
    assert {one.name for one in accepted} == {one.name for one in pinned}
    assert set(extras['torch']) <= set(extras['train'])
    for pin in pinned:
        version = str(pin.specifier).removeprefix('==')
        assert all(one.specifier.contains(version) for one in accepted if one.name == pin.name), (
            pin
        )
