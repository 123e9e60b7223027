# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What `import dyn_perception` offers, and what it does not load."""

import ast
import inspect
from pathlib import Path

import pytest

import dyn_perception
from support.interpreter import run_python

HEAVY = ('numpy', 'cv2', 'onnxruntime', 'torch', 'rclpy', 'pydantic', 'yaml', 'dyn_perception.')


def test_the_import_loads_nothing_else() -> None:
    code = f"""
import sys
import dyn_perception
dir(dyn_perception), dyn_perception.__version__
print([name for name in sys.modules if name.startswith({HEAVY!r})])
"""
    assert run_python(code) == '[]\n'


def test_no_public_name_loads_ros_or_torch() -> None:
    code = """
import sys
from dyn_perception import *
print([name for name in ('rclpy', 'torch') if name in sys.modules])
"""
    assert run_python(code) == '[]\n'


def test_only_public_names_are_listed() -> None:
    assert dir(dyn_perception) == sorted(dyn_perception.__all__)
    assert len(set(dyn_perception.__all__)) == len(dyn_perception.__all__)
    assert not [name for name in dyn_perception.__all__ if name[0] == '_' and name[1] != '_']


@pytest.mark.parametrize('name', [one for one in dyn_perception.__all__ if one != '__version__'])
def test_each_public_name_is_there_and_says_what_it_is(name: str) -> None:
    value = getattr(dyn_perception, name)
    assert value is getattr(dyn_perception, name)
    assert value.__name__ == name and inspect.getdoc(value)


def test_type_checkers_see_the_same_names() -> None:
    """The imports for type checkers name what is public, and where `__getattr__` finds it."""
    tree = ast.parse(Path(dyn_perception.__file__).read_text())
    homes = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and '.' in node.module
        for alias in node.names
    }
    assert {*homes} == {*dyn_perception.__all__} - {'__version__'}
    assert homes == {
        name: f'dyn_perception.{home}'
        for home, names in dyn_perception._HOMES.items()
        for name in names
    }


def test_an_unknown_name_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="'dyn_perception' has no attribute 'load_modell'"):
        _ = dyn_perception.load_modell  # type: ignore[attr-defined]
    with pytest.raises(ImportError):
        from dyn_perception import load_modell  # type: ignore[attr-defined]  # noqa: F401
