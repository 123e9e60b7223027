# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Start perception, the resource monitor and the manager that holds the target.

Examples:
ros2 launch dyn_perception perception.launch.py image_topic:=/camera/image_raw target_fps:=15
ros2 launch dyn_perception perception.launch.py source:=cifar10 manager:=false
ros2 launch dyn_perception perception.launch.py source:=cifar10 simulated_board:=jetson_nano
"""

import os
import tempfile
from pathlib import Path

from launch.actions import (
    DeclareLaunchArgument,
    LogInfo,
    OpaqueFunction,
    SetEnvironmentVariable,
    Shutdown,
    TimerAction,
)
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from launch import Action, LaunchContext, LaunchDescription

CONFIG = Path(__file__).parents[1] / 'config'
# Kilted reads the first, Jazzy only the second. Any of the three is the user's own choice.
PROFILE_VARIABLES = ('FASTDDS_DEFAULT_PROFILES_FILE', 'FASTRTPS_DEFAULT_PROFILES_FILE')
TRANSPORT_VARIABLES = (*PROFILE_VARIABLES, 'FASTDDS_BUILTIN_TRANSPORTS')

BOOLEANS = ['true', 'false', 'True', 'False']
# Arguments that become parameters of the manager; empty: as in the parameter files.
GOALS = {
    'target_fps': 'Frame rate of each camera that the manager holds (Hz).',
    'power_budget_w': 'Highest mean power of the board (W); 0: none.',
    'max_temperature_c': 'Highest temperature of the hottest zone (degree Celsius); 0: none.',
    'min_accuracy': 'Lowest expected accuracy, 0...1.',
}
BOARD_MARKER = '.dyn_perception_simulated_board'  # the tree of a simulated board is complete
BOARD_POLL_S = 0.2


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
            f'{CONFIG}/*.param.yaml; head the values of one node with /**/perception, '
            '/**/resource_monitor, /**/manager or /**/image_source.',
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
            choices=BOOLEANS,
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
        DeclareLaunchArgument(
            'monitor',
            default_value='true',
            choices=BOOLEANS,
            description='Start the resource monitor; without it the manager sets width and '
            'placement only.',
        ),
        DeclareLaunchArgument(
            'manager',
            default_value='true',
            choices=BOOLEANS,
            description='Start the manager; false leaves width, placement and clocks to you.',
        ),
        DeclareLaunchArgument(
            'profile',
            default_value='',
            description='Operating points of the manager: file that dyn-perception profile wrote. '
            'Empty: those of the simulated board, or learned from the first results.',
        ),
        *(
            DeclareLaunchArgument(name, default_value='', description=description)
            for name, description in GOALS.items()
        ),
        DeclareLaunchArgument(
            'objective',
            default_value='',
            choices=['', 'accuracy', 'energy'],
            description='What the manager takes among what meets the goals.',
        ),
        DeclareLaunchArgument(
            'simulated_board',
            default_value='',
            description='Run on a simulated board: its name (jetson_nano, jetson_xavier_nx, '
            'jetson_orin_nano, odroid_xu3) or the path of a description. Empty: this machine.',
        ),
        DeclareLaunchArgument(
            'board_root',
            default_value='',
            description='Folder that the simulated board is kept in. Empty: one of your own in '
            f'{tempfile.gettempdir()}; its path is printed.',
        ),
    ]


def set_transport() -> list[SetEnvironmentVariable]:
    """Let camera-size images through, unless the user chose a transport."""
    if any(os.environ.get(variable) for variable in TRANSPORT_VARIABLES):
        return []
    profile = str(CONFIG / 'fastdds_profile.xml')
    return [SetEnvironmentVariable(variable, profile) for variable in PROFILE_VARIABLES]


def start(context: LaunchContext) -> list[Action]:
    """Return what the values of the arguments ask for."""
    argument = arguments(context)
    params_file = argument['params_file']
    if params_file and not Path(params_file).is_file():
        raise FileNotFoundError(f'params_file {params_file} does not exist: correct the path')
    board = argument['simulated_board']
    if not board:
        return create_nodes(argument, root='')
    root = argument['board_root'] or default_root(board)
    parameters = {'board': board, 'root': root}
    board_node = create_node(argument, 'simulated_board', parameters, on_exit=Shutdown())
    # What an earlier board may have left behind is not the tree to wait for.
    return [
        board_node,
        LogInfo(msg=f'simulated {board} in {root}'),
        wait_for_board(root, marker(root), create_nodes(argument, root)),
    ]


def arguments(context: LaunchContext) -> dict[str, str]:
    """Return the values of all arguments."""
    names = [declared.name for declared in declare_arguments()]
    return {name: LaunchConfiguration(name).perform(context) for name in names}


def default_root(board: str) -> str:
    """Return a folder for a simulated board that no other user shares."""
    folder = Path(tempfile.gettempdir(), f'dyn_perception_boards-{os.geteuid()}')
    return str(folder / Path(board).stem)


def marker(root: str) -> tuple[int, int] | None:
    """Return what tells one tree from another; None where there is none."""
    try:
        status = Path(root, BOARD_MARKER).stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_ctime_ns  # the number alone is soon used again


def wait_for_board(root: str, before: tuple[int, int] | None, nodes: list[Action]) -> Action:
    """Return an action that starts nodes once the tree of the board is there."""

    def look(_: LaunchContext) -> list[Action]:
        if marker(root) in (None, before):
            return [wait_for_board(root, before, nodes)]
        return nodes

    return TimerAction(period=BOARD_POLL_S, actions=[OpaqueFunction(function=look)])


def create_nodes(argument: dict[str, str], root: str) -> list[Action]:
    """Return the nodes that run on a board; `root` is '' for this machine."""
    nodes = [create_node(argument, 'perception', {'simulated_board': root} if root else {})]
    if argument['monitor'].lower() == 'true':
        monitored = {'sysfs_root': root} if root else {}
        nodes.append(create_node(argument, 'resource_monitor', monitored))
    if argument['manager'].lower() == 'true':
        goals = {name: float(argument[name]) for name in GOALS if argument[name]}
        texts = {
            'objective': argument['objective'],
            'profile': argument['profile'] or shipped_board(argument['simulated_board']),
        }
        given = {name: value for name, value in texts.items() if value}
        nodes.append(create_node(argument, 'manager', {**goals, **given}))
    if argument['source']:
        nodes.append(create_node(argument, 'image_source', {'source': argument['source']}))
    return nodes


def shipped_board(name_or_path: str) -> str:
    """Return the name of a simulated board that the manager knows; '' for a file."""
    return name_or_path if (CONFIG / 'boards' / f'{name_or_path}.yaml').is_file() else ''


def create_node(
    argument: dict[str, str],
    executable: str,
    parameters: dict[str, str | float],
    **options: Action,
) -> Node:
    """Return one node with the arguments that all have."""
    use_sim_time = ParameterValue(LaunchConfiguration('use_sim_time'), value_type=bool)
    return Node(
        package='dyn_perception',
        executable=executable,
        namespace=argument['namespace'],
        parameters=[
            str(CONFIG / f'{executable}.param.yaml'),
            *filter(None, [argument['params_file']]),
            {'use_sim_time': use_sim_time, **parameters},
        ],
        remappings=[('image_raw', argument['image_topic'])],
        ros_arguments=['--log-level', argument['log_level']],
        output='screen',
        **options,
    )


def generate_launch_description() -> LaunchDescription:
    """Return what `ros2 launch` starts."""
    return LaunchDescription(
        [*declare_arguments(), *set_transport(), OpaqueFunction(function=start)]
    )
