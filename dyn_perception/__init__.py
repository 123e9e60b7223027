# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Perception that keeps its frame rate: networks whose width changes from one image to the next.

    import dyn_perception

    with dyn_perception.load_model('resnet') as model:
        result = model(image, deadline_ms=5)

What is listed here in `__all__` is the public interface: it keeps its names and meaning, or the
changelog says what to do. Everything else in the package, the parts (folders) included, may change
at any time. Nothing is imported before it is used, and neither ROS nor PyTorch is needed.

Errors say value, rule and remedy: `BundleError` (files of a model), `EngineError` (running it) and
below it `PlacementError` (where), `ImageError` (what it is given), `ControlError` (goals and
operating points), `ProfileError` (a profile's file), `BoardError` (reading a board).
"""

from importlib import import_module as _import_module
from pkgutil import extend_path as _extend_path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dyn_perception._board import Board
    from dyn_perception._model import Model, load_model
    from dyn_perception._result import Classification, RegionClass
    from dyn_perception.board.errors import BoardError
    from dyn_perception.control.errors import ControlError
    from dyn_perception.control.manager_policy import ManagerPolicy
    from dyn_perception.control.operating_points import OperatingPoint, OperatingPointTable
    from dyn_perception.control.policy import (
        BoardObservation,
        Decision,
        FrameObservation,
        Goals,
        ProcessorObservation,
        Status,
    )
    from dyn_perception.images.decoding import ImageError
    from dyn_perception.inference.errors import EngineError, PlacementError
    from dyn_perception.inference.stopping import StopReason
    from dyn_perception.network.errors import BundleError
    from dyn_perception.profiling.errors import ProfileError
    from dyn_perception.profiling.profile_file import Profile, load_profile

__version__ = '0.1.0'

__all__ = [
    'Board',
    'BoardError',
    'BoardObservation',
    'BundleError',
    'Classification',
    'ControlError',
    'Decision',
    'EngineError',
    'FrameObservation',
    'Goals',
    'ImageError',
    'ManagerPolicy',
    'Model',
    'OperatingPoint',
    'OperatingPointTable',
    'PlacementError',
    'ProcessorObservation',
    'Profile',
    'ProfileError',
    'RegionClass',
    'Status',
    'StopReason',
    '__version__',
    'load_model',
    'load_profile',
]

# Where each public name is defined; a test compares it with the imports above, which are for type
# checkers and editors.
_HOMES = {
    '_board': ('Board',),
    '_model': ('Model', 'load_model'),
    '_result': ('Classification', 'RegionClass'),
    'board.errors': ('BoardError',),
    'control.errors': ('ControlError',),
    'control.manager_policy': ('ManagerPolicy',),
    'control.operating_points': ('OperatingPoint', 'OperatingPointTable'),
    'control.policy': (
        'BoardObservation',
        'Decision',
        'FrameObservation',
        'Goals',
        'ProcessorObservation',
        'Status',
    ),
    'images.decoding': ('ImageError',),
    'inference.errors': ('EngineError', 'PlacementError'),
    'inference.stopping': ('StopReason',),
    'network.errors': ('BundleError',),
    'profiling.errors': ('ProfileError',),
    'profiling.profile_file': ('Profile', 'load_profile'),
}

# The messages are generated into the installed package. A checkout that comes first on the
# import path (`python -m ...` in its root) finds them there.
__path__ = _extend_path(__path__, __name__)


if not TYPE_CHECKING:  # or every name would be one of an unknown type

    def __getattr__(name: str) -> object:
        """Import a public name at its first use (PEP 562)."""
        for home, names in _HOMES.items():
            if name in names:
                value = getattr(_import_module(f'{__name__}.{home}'), name)
                globals()[name] = value
                return value
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
