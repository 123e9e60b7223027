# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Start the perception node, and image_source where a source is given.

Examples:
ros2 launch dyn_perception perception.launch.py image_topic:=/camera/image_raw
ros2 launch dyn_perception perception.launch.py source:=cifar10
"""

import os
from pathlib import Path

from launch.actions import DeclareLaunchArgument, OpaqueFunction, SetEnvironmentVariable
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from launch import LaunchContext, LaunchDescription

CONFIG = Path(__file__).parents[1] / 'config'
# Kilted reads the first, Jazzy only the second. Any of the three is the user's own choice.
PROFILE_VARIABLES = ('FASTDDS_DEFAULT_PROFILES_FILE', 'FASTRTPS_DEFAULT_PROFILES_FILE')
TRANSPORT_VARIABLES = (*PROFILE_VARIABLES, 'FASTDDS_BUILTIN_TRANSPORTS')


def declare_arguments() -> list[DeclareLaunchArgument]:
    """Return the arguments; the defaults of parameters are in config/*.param.yaml."""
    return [
        DeclareLaunchArgument(
            'namespace',
            default_value='',
            description='Namespace of the nodes and their relative topics.',
        ),
        DeclareLaunchArgument(
            'params_file',
            default_value='',
            description='Parameter file (YAML) whose values go before those of '
            f'{CONFIG}/*.param.yaml; head the values of one node with /**/perception or '
            '/**/image_source.',
        ),
        DeclareLaunchArgument(
            'image_topic',
            default_value='image_raw',
            description='Topic of the images; with the parameter image_transport: compressed, '
            'its name without /compressed.',
        ),
        DeclareLaunchArgument(
            'use_sim_time',
            default_value='false',
            choices=['true', 'false', 'True', 'False'],
            description='Whether the nodes take the time from /clock.',
        ),
        DeclareLaunchArgument(
            'log_level',
            default_value='info',
            choices=['debug', 'info', 'warn', 'error', 'fatal'],
            description='Least severity that the nodes log.',
        ),
        DeclareLaunchArgument(
            'source',
            default_value='',
            description='Also start image_source on this: shipped frames (cifar10, donkeycar), '
            'a path or a camera (camera:0). Empty: the images come from somewhere else.',
        ),
    ]


def set_transport() -> list[SetEnvironmentVariable]:
    """Let camera-size images through, unless the user chose a transport."""
    if any(os.environ.get(variable) for variable in TRANSPORT_VARIABLES):
        return []
    profile = str(CONFIG / 'fastdds_profile.xml')
    return [SetEnvironmentVariable(variable, profile) for variable in PROFILE_VARIABLES]


def create_nodes(context: LaunchContext) -> list[Node]:
    """Return the nodes for the values of the arguments."""
    source = LaunchConfiguration('source').perform(context)
    nodes = [create_node(context, 'perception', {})]
    if source:
        nodes.append(create_node(context, 'image_source', {'source': source}))
    return nodes


def create_node(context: LaunchContext, executable: str, parameters: dict[str, str]) -> Node:
    """Return one node with the arguments that both have."""
    params_file = LaunchConfiguration('params_file').perform(context)
    if params_file and not Path(params_file).is_file():
        raise FileNotFoundError(f'params_file {params_file} does not exist: correct the path')
    use_sim_time = ParameterValue(LaunchConfiguration('use_sim_time'), value_type=bool)
    return Node(
        package='dyn_perception',
        executable=executable,
        namespace=LaunchConfiguration('namespace'),
        parameters=[
            str(CONFIG / f'{executable}.param.yaml'),
            *([params_file] if params_file else []),
            {'use_sim_time': use_sim_time, **parameters},
        ],
        remappings=[('image_raw', LaunchConfiguration('image_topic'))],
        ros_arguments=['--log-level', LaunchConfiguration('log_level')],
        output='screen',
    )


def generate_launch_description() -> LaunchDescription:
    """Return what `ros2 launch` starts."""
    return LaunchDescription(
        [*declare_arguments(), *set_transport(), OpaqueFunction(function=create_nodes)]
    )
