# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What `ros2 launch FILE name:=value ...` does, for machines without the ros2 command."""

import sys

from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import AnyLaunchDescriptionSource

from launch import LaunchDescription, LaunchService


def main() -> int:
    """Launch the file of the first argument with the launch arguments that follow."""
    path, *arguments = sys.argv[1:]
    pairs = [tuple(argument.split(':=', maxsplit=1)) for argument in arguments]
    include = IncludeLaunchDescription(AnyLaunchDescriptionSource(path), launch_arguments=pairs)
    service = LaunchService(noninteractive=True)
    service.include_launch_description(LaunchDescription([include]))
    return service.run()


if __name__ == '__main__':
    sys.exit(main())
