# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which ROS 2 a checkout is built with."""

import os
from pathlib import Path

import environment as tool
import pytest

PROFILE = str(tool.ROOT / 'config/fastdds_profile.xml')
SOURCED = {
    'AMENT_PREFIX_PATH': '/opt/ros/jazzy',
    'PATH': '/opt/ros/jazzy/bin:/usr/bin',
    'PYTHONPATH': '/opt/ros/jazzy/lib/python3.12/site-packages',
    'RMW_IMPLEMENTATION': 'rmw_cyclonedds_cpp',
    'ROS_DISTRO': 'jazzy',
    'ROS_DOMAIN_ID': '7',
}


def test_nothing_sourced_means_jazzy_from_wheels() -> None:
    found = tool.find_environment('', {'PATH': '/usr/bin', 'HOME': '/home/somebody'})
    prefix = str(tool.ROOT / '.venv')
    assert (found.distro, found.installed) == ('jazzy', False)
    assert found.directory == found.install_base == Path(prefix)
    assert found.variables == {
        'AMENT_PREFIX_PATH': prefix,
        'CMAKE_PREFIX_PATH': prefix,
        'FASTDDS_DEFAULT_PROFILES_FILE': PROFILE,
        'FASTRTPS_DEFAULT_PROFILES_FILE': PROFILE,
        'HOME': '/home/somebody',
        'PATH': f'{prefix}/bin:/usr/bin',
        'ROS_DISTRO': 'jazzy',
        'ROS_PYTHON_VERSION': '3',
        'ROS_VERSION': '2',
        'VIRTUAL_ENV': prefix,
    }


def test_an_installed_ros_is_used_and_left_as_it_is() -> None:
    found = tool.find_environment('', SOURCED)
    assert found.installed
    assert found.directory == tool.ROOT / '.venv-system-jazzy'
    assert found.install_base == tool.ROOT / 'install/jazzy'
    assert found.variables['PATH'] == f'{found.directory}/bin:{SOURCED["PATH"]}'
    assert SOURCED.items() - found.variables.items() == {('PATH', SOURCED['PATH'])}


def test_the_wheels_of_another_distribution_see_nothing_of_the_installed_ros() -> None:
    found = tool.find_environment('kilted', {**SOURCED, 'LD_LIBRARY_PATH': '/opt/ros/jazzy/lib'})
    assert (found.distro, found.installed) == ('kilted', False)
    assert found.directory == tool.ROOT / '.venv-kilted'
    assert found.variables['AMENT_PREFIX_PATH'] == str(found.directory)
    assert not {'PYTHONPATH', 'LD_LIBRARY_PATH', 'RMW_IMPLEMENTATION'} & found.variables.keys()
    assert found.variables['ROS_DOMAIN_ID'] == '7'


def test_our_own_active_environment_is_not_an_installed_ros() -> None:
    """As within `make test`, or after sourcing the setup file that colcon writes into .venv."""
    own = str(tool.ROOT / '.venv')
    variables = {
        'AMENT_PREFIX_PATH': own,
        'PYTHONPATH': f'{own}/lib/python3.11/site-packages',
        'ROS_DISTRO': 'jazzy',
        '_ROS_WHEELS_BOOTSTRAP_COMPLETE': '1',
    }
    found = tool.find_environment('', variables)
    assert not found.installed
    assert not {'PYTHONPATH', '_ROS_WHEELS_BOOTSTRAP_COMPLETE'} & found.variables.keys()


def test_our_own_build_on_an_installed_ros_is_left_out() -> None:
    own = str(tool.ROOT / 'install/jazzy')
    paths = os.pathsep.join([own, '/opt/ros/jazzy'])
    found = tool.find_environment('', {**SOURCED, 'AMENT_PREFIX_PATH': paths})
    assert found.installed
    assert found.variables['AMENT_PREFIX_PATH'] == '/opt/ros/jazzy'


@pytest.mark.parametrize('name', tool.PROFILE_VARIABLES)
def test_a_chosen_profile_stays(name: str) -> None:
    variables = tool.find_environment('', {name: '/home/somebody/profile.xml'}).variables
    set_here = {key: variables[key] for key in tool.PROFILE_VARIABLES if key in variables}
    assert set_here == {name: '/home/somebody/profile.xml'}


def test_an_unknown_distribution_brings_the_known_ones() -> None:
    with pytest.raises(tool.SetUpError, match=r'DISTRO=rolling: .* jazzy and kilted only'):
        tool.find_environment('rolling', SOURCED)


def test_a_half_sourced_ros_is_reported() -> None:
    with pytest.raises(tool.SetUpError, match='AMENT_PREFIX_PATH is set, ROS_DISTRO is not'):
        tool.find_environment('', {'AMENT_PREFIX_PATH': '/opt/ros/jazzy'})
