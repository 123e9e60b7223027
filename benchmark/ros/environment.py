# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The ROS environment of a measurement."""

import os
import random

from dyn_perception.share import PROFILE_VARIABLES, config_path

_DOMAINS = range(51, 101)  # tests take theirs from 1 upward


def set_environment() -> None:
    """Choose a ROS domain on this machine alone, and the transport that the launch file sets.

    To be called before the first use of rclpy; child processes inherit it.
    """
    os.environ['ROS_DOMAIN_ID'] = str(random.choice(_DOMAINS))
    os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
    os.environ.pop('ROS_LOCALHOST_ONLY', None)
    os.environ.pop('FASTDDS_BUILTIN_TRANSPORTS', None)
    for variable in PROFILE_VARIABLES:
        os.environ[variable] = str(config_path('fastdds_profile.xml'))
