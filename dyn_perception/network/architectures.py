# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The architectures that ship with the package, by name."""

from dyn_perception.network import alexnet, resnet  # noqa: F401 - they register themselves
from dyn_perception.network.errors import NetworkError
from dyn_perception.network.registry import Architecture, register_architecture, registered

__all__ = ['Architecture', 'get_architecture', 'list_architectures', 'register_architecture']


def list_architectures() -> list[str]:
    """Return the names of all architectures."""
    return sorted(registered)


def get_architecture(name: str) -> Architecture:
    """Return an architecture by name.

    Raises:
        NetworkError: if there is none of that name.
    """
    try:
        return registered[name]
    except KeyError:
        raise NetworkError(
            f'architecture {name!r} is not known: choose one of {", ".join(list_architectures())}'
        ) from None
