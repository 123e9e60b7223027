# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The registry of architectures, by name.

An architecture is a function that builds one isolated branch: a CNN from the whole image,
[N, 3, height, width], to logits [N, classes], that ends in a linear layer. Torch is imported
only when a branch is built.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dyn_perception.network.errors import NetworkError

if TYPE_CHECKING:
    from torch import nn

BranchBuilder = Callable[..., 'nn.Module']


@dataclass(frozen=True)
class Architecture:
    """A named way to build branches, with the default value of each of its options."""

    name: str
    build: BranchBuilder
    options: dict[str, Any]

    def complete(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return `options` with defaults filled in.

        Raises:
            NetworkError: if an option is not known.
        """
        unknown = sorted(set(options) - set(self.options))
        if unknown:
            raise NetworkError(
                f'option {unknown[0]!r} is not known to architecture {self.name!r}: '
                f'it has {", ".join(self.options)}'
            )
        return {**self.options, **options}


registered: dict[str, Architecture] = {}


def register_architecture(**options: Any) -> Callable[[BranchBuilder], BranchBuilder]:
    """Register the decorated builder under its function's name, with its options' defaults."""

    def register(build: BranchBuilder) -> BranchBuilder:
        name = build.__name__
        if name in registered:
            raise NetworkError(f'architecture {name!r} is registered twice: rename one')
        registered[name] = Architecture(name, build, options)
        return build

    return register
