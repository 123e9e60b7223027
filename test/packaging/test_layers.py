# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which part may import which, and what no file may contain."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / 'dyn_perception'
FILES = sorted(PACKAGE.rglob('*.py'))
SOURCES = sorted(
    path
    for folder in (PACKAGE, *(ROOT / name for name in ('benchmark', 'launch', 'test', 'tools')))
    for path in (folder.rglob('*.py'))
)

# Which part may import which, beside itself; the picture in doc/architecture.md has the same
# arrows. `share` and the version stand below all parts, and are not drawn. `face` is what
# `import dyn_perception` offers: `__init__.py` and the private modules beside it.
ARROWS = {
    'processors': set(),
    'images': set(),
    'network': set(),
    'board': set(),
    'control': {'processors'},  # must not know the plant that it is judged on
    'datasets': {'images'},
    'sources': {'datasets', 'images'},
    'inference': {'board', 'images', 'network', 'processors'},
    'training': {'datasets', 'images', 'inference', 'network'},
    'simulation': {'control', 'inference', 'network', 'processors'},
    'profiling': {
        'board', 'control', 'images', 'inference', 'network', 'processors', 'simulation'
    },
    'study': {'control', 'network', 'processors', 'simulation'},
    'nodes': {
        'board', 'control', 'images', 'inference', 'network', 'processors', 'profiling',
        'simulation', 'sources',
    },
    'demo': {'images', 'inference', 'network', 'nodes', 'processors', 'simulation'},
    'cli': {
        'board', 'datasets', 'inference', 'network', 'profiling', 'simulation', 'study',
        'training',
    },
    'face': {
        'board', 'control', 'images', 'inference', 'network', 'processors', 'profiling',
    },
}  # fmt: skip
FOUNDATION = {'__version__', 'share'}
WITH_ROS = {'nodes', 'demo'}
RUN_PATH = {
    'board', 'control', 'datasets', 'demo', 'face', 'images', 'inference', 'nodes',
    'processors', 'profiling', 'simulation', 'sources',
}  # fmt: skip
ROS_MODULES = re.compile(
    r'rclpy|rpyutils|launch|launch_\w+|\w+_interfaces|\w+_msgs|rosidl_\w+|ament_\w+|rosbag2_py|'
    r'cv_bridge|tf2_\w+|message_filters|image_transport'
)
ABOUT_ALL_NODES = {'parameter_document.py'}  # beside their folders, and allowed to see into them
# Imports by a string, which no arrow shows: of others' packages, of public names, of programs.
IMPORTING_BY_STRING = {'__init__.py', 'board/gpu_nvml.py', 'demo/processes.py'}
TORCH_FILES = ('training/', 'network/', 'inference/torch_', 'cli/train.py')
FORBIDDEN_CALLS = {
    'eval',
    'exec',
    'os.popen',
    'os.system',
    'subprocess.getoutput',
    'marshal.loads',
    'pickle.load',
    'pickle.loads',
    'torch.load',
    'yaml.load',
    'yaml.unsafe_load',
}


def imports(path: Path) -> Iterator[str]:
    """Yield the full names of what a file imports, also within functions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f'{path}: relative import'
            yield from (f'{node.module}.{alias.name}' for alias in node.names)


def part_of(name: str) -> str:
    """Return the part of a full name of this package, `dyn_perception.<name>...`."""
    rest = f'{name}.__init__'.split('.')[1]
    return 'face' if rest == '__init__' or (rest[0] == '_' and rest[1] != '_') else rest


def part_of_file(path: Path) -> str:
    """Return the part that a file of the package is in."""
    return part_of(f'dyn_perception.{path.relative_to(PACKAGE).parts[0].removesuffix(".py")}')


def import_problem(path: Path, name: str) -> str | None:
    """Return why a file of the package must not import something, None if it may."""
    relative = path.relative_to(PACKAGE)
    own = part_of_file(path)
    top = name.partition('.')[0]
    if top == 'dyn_perception':
        target = part_of(name)
        allowed = {own} | FOUNDATION | ARROWS.get(own, set())
        if target not in allowed and not (target == 'msg' and own in WITH_ROS):
            return f'{relative}: {own} must not import {name}'
        if own == target == 'nodes' and (problem := room_problem(relative, name)):
            return problem
    if own not in WITH_ROS and ROS_MODULES.fullmatch(top):
        return f'{relative}: only {" and ".join(sorted(WITH_ROS))} import {name}'
    if top in ('torch', 'torchvision') and not str(relative).startswith(TORCH_FILES):
        return f'{relative}: must not import {name}'
    return None


def room_problem(relative: Path, name: str) -> str | None:
    """Return why a node must not import a module of the nodes: they share `common` only."""
    if relative.parts[1] in ABOUT_ALL_NODES:
        return None
    room, target = relative.parts[1], name.split('.')[2]
    return None if target in {room, 'common'} else f'{relative}: {room} must not import {name}'


def test_files_import_only_what_their_part_may() -> None:
    problems = [import_problem(path, name) for path in FILES for name in imports(path)]
    assert FILES and not [*filter(None, problems)]


def test_few_import_by_a_string() -> None:
    importing = {
        str(path.relative_to(PACKAGE))
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).strip('_').endswith(('import_module', 'import'))
    }
    assert importing == IMPORTING_BY_STRING


def test_each_arrow_is_used() -> None:
    used = {
        (part_of_file(path), part_of(name))
        for path in FILES
        for name in imports(path)
        if name.startswith('dyn_perception.')
    }
    allowed = {(part, target) for part, targets in ARROWS.items() for target in targets}
    assert not allowed - used


def test_the_picture_shows_the_arrows() -> None:
    text = (ROOT / 'doc/architecture.md').read_text()
    picture = text.partition('```mermaid\n')[2].partition('```')[0]
    drawn = {}
    for line in picture.splitlines():
        part, arrow, targets = line.strip().partition(' --> ')
        if arrow:
            drawn[part] = set(targets.split(' & '))
    assert drawn == {part: targets for part, targets in ARROWS.items() if targets}


def test_arrows_lead_one_way() -> None:
    """No part is reached from itself, and no study or training from what runs on a robot."""
    for part in ARROWS:
        assert part not in reached(part), f'{part} leads back to itself'
    for part in RUN_PATH:
        assert not reached(part) & {'study', 'training'}


def reached(part: str) -> set[str]:
    """Return the parts that a part's arrows lead to, near or far."""
    found: set[str] = set()
    waiting = [part]
    while waiting:
        new = ARROWS[waiting.pop()] - found
        found |= new
        waiting += new
    return found


def test_no_modules_import_each_other_in_a_circle() -> None:
    modules = {}
    for path in FILES:
        parts = path.relative_to(ROOT).with_suffix('').parts
        modules['.'.join(parts[:-1] if parts[-1] == '__init__' else parts)] = path
    graph = {
        module: {
            name if name in modules else name.rpartition('.')[0]
            for name in imports(path)
            if name.startswith('dyn_perception.')
        }
        & modules.keys()
        for module, path in modules.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f'import circle: {" -> ".join(error.args[1])}')


def test_the_run_path_does_not_import_torch() -> None:
    """Neither `evaluate` on ONNX nor the nodes may need torch, so importing them must not."""
    modules = [
        '.'.join(path.relative_to(ROOT).with_suffix('').parts)
        for path in FILES
        if path.name not in ('__main__.py', '__init__.py')
    ]
    run_path = [
        name
        for name in modules
        if part_of(name) in RUN_PATH
        or name in ('dyn_perception.cli.main', 'dyn_perception.network.bundle')
    ]
    run_path = [name for name in run_path if '.inference.torch_' not in name]
    code = (
        'import importlib, importlib.util, sys\n'
        'has_ros = importlib.util.find_spec("rclpy")\n'
        f'for name in {run_path!r}:\n'
        f'    if has_ros or name.split(".")[1] not in {sorted(WITH_ROS)!r}:\n'
        '        importlib.import_module(name)\n'
        '        assert "torch" not in sys.modules, name\n'
    )
    done = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_files_have_the_licence_header() -> None:
    header = [
        '# Copyright 2026 dyn_perception contributors',
        '# SPDX-License-Identifier: Apache-2.0',
    ]
    assert not [str(path) for path in SOURCES if path.read_text().splitlines()[:2] != header]


def test_nothing_foreign_is_executed() -> None:
    problems = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                shell = [ast.unparse(word.value) for word in node.keywords if word.arg == 'shell']
                if ast.unparse(node.func) in FORBIDDEN_CALLS or shell not in ([], ['False']):
                    problems.append(f'{path}:{node.lineno}: {ast.unparse(node)}')
    assert not problems
