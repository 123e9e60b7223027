# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which part may import which, and what no file may contain."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / 'dyn_perception'
FILES = sorted(PACKAGE.rglob('*.py'))
SOURCES = sorted(
    path
    for folder in (PACKAGE, *(ROOT / name for name in ('benchmark', 'launch', 'test', 'tools')))
    for path in (folder.rglob('*.py'))
)

# What each layer may import of this package, beside itself. Arrows point one way: nodes and cli,
# then the parts, then network.
FOUNDATION = {'__init__', 'share'}
PARTS = {
    'board', 'control', 'datasets', 'inference', 'profiling', 'simulation', 'sources', 'training'
}  # fmt: skip
ALLOWED = {
    'network': FOUNDATION,
    **{part: FOUNDATION | PARTS | {'network'} for part in PARTS},
    'control': FOUNDATION | {'network'},  # must not know the plant that it is judged on
    'cli': FOUNDATION | PARTS | {'network'},
    'nodes': FOUNDATION | PARTS | {'network', 'msg'},
    **dict.fromkeys(FOUNDATION, FOUNDATION),
}
ROS_MODULES = ('rclpy', 'launch', 'launch_ros', 'builtin_interfaces', 'rcl_interfaces')
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


def import_problem(path: Path, name: str) -> str | None:
    """Return why a file of the package must not import something, None if it may."""
    relative = path.relative_to(PACKAGE)
    own = relative.parts[0].removesuffix('.py')
    top, _, rest = name.partition('.')
    if top == 'dyn_perception':
        target = '__init__' if rest == '__version__' else rest.split('.')[0]
        if target not in {own} | ALLOWED[own]:
            return f'{relative}: {own} must not import {name}'
    if own != 'nodes' and (top in ROS_MODULES or top.endswith('_msgs')):
        return f'{relative}: only nodes import {name}'
    if top == 'torch' and not str(relative).startswith(TORCH_FILES):
        return f'{relative}: must not import {name}'
    return None


def test_files_import_only_what_their_layer_may() -> None:
    problems = [import_problem(path, name) for path in FILES for name in imports(path)]
    assert FILES and not [*filter(None, problems)]


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
        if name.split('.')[1]
        in ('board', 'control', 'datasets', 'inference', 'nodes', 'simulation', 'sources')
        or name in ('dyn_perception.cli.main', 'dyn_perception.network.bundle')
    ]
    run_path = [name for name in run_path if '.inference.torch_' not in name]
    code = (
        'import importlib, importlib.util, sys\n'
        'has_ros = importlib.util.find_spec("rclpy")\n'
        f'for name in {run_path!r}:\n'
        '    if has_ros or not name.startswith("dyn_perception.nodes"):\n'
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
