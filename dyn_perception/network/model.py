# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The group-pruned network in torch: isolated branches whose logits add up."""

from typing import Any

import torch
from torch import Tensor, nn

from dyn_perception.network.architectures import get_architecture
from dyn_perception.network.bundle import Bundle
from dyn_perception.network.errors import BundleError, NetworkError

GROUP_LIMIT = 1024


class GroupNetwork(nn.Module):
    """G isolated branches with an additive head: logits(width k) = sum of groups 1...k.

    Attributes:
        architecture: name in the registry.
        options: of the architecture, all of them.
        groups: number of branches, the highest width.
        classes: number of logits.
        branches: the branches; `branches[g - 1]` is group g.
    """

    def __init__(
        self, architecture: str, groups: int, classes: int, options: dict[str, Any] | None = None
    ) -> None:
        super().__init__()
        if not 1 <= groups <= GROUP_LIMIT:
            raise NetworkError(f'{groups} groups are out of range 1...{GROUP_LIMIT}: give another')
        if classes < 1:
            raise NetworkError(f'{classes} classes: a network tells at least 1 class apart')
        known = get_architecture(architecture)
        self.architecture = architecture
        self.options = known.complete(options or {})
        self.groups = groups
        self.classes = classes
        try:
            self.branches = nn.ModuleList(
                known.build(classes, **self.options) for _ in range(groups)
            )
        except (TypeError, ValueError, RuntimeError) as error:
            raise NetworkError(
                f'options {self.options} do not fit architecture {architecture!r} ({error}): '
                f'its defaults are {known.options}'
            ) from error

    def forward_group(self, group: int, images: Tensor) -> Tensor:
        """Return the logits [N, classes] of one group, 1...groups, for images [N, 3, H, W]."""
        logits: Tensor = self.branches[group - 1](images)
        return logits

    def forward(self, images: Tensor, width: int | None = None) -> Tensor:
        """Return the summed logits [N, classes] of groups 1...width (default: all).

        Raises:
            NetworkError: if the width is out of range.
        """
        width = self.groups if width is None else width
        if not 1 <= width <= self.groups:
            raise NetworkError(
                f'width {width} is out of range 1...{self.groups}: '
                f'the model has {self.groups} groups'
            )
        total = self.forward_group(1, images)
        for group in range(2, width + 1):
            total = total + self.forward_group(group, images)
        return total

    def group_state(self) -> dict[str, Tensor]:
        """Return all weights and statistics by name, `group_<g>.<path in the branch>`."""
        return {
            f'group_{group}.{name}': value
            for group, branch in enumerate(self.branches, start=1)
            for name, value in branch.state_dict().items()
        }

    def load_group_state(self, state: dict[str, Tensor]) -> None:
        """Load what `group_state` returned.

        Raises:
            NetworkError: if a name or shape does not fit.
        """
        own = self.group_state()
        if set(own) != set(state):
            odd = sorted(set(own) ^ set(state))[0]
            raise NetworkError(
                f'weight {odd!r} does not fit architecture {self.architecture!r} with '
                f'{self.groups} groups: the weights are of another network'
            )
        with torch.no_grad():
            for name, value in own.items():
                if value.shape != state[name].shape:
                    raise NetworkError(
                        f'weight {name!r} has shape {tuple(state[name].shape)}, the network '
                        f'needs {tuple(value.shape)}: the weights are of another network'
                    )
                value.copy_(state[name])


def build_network(
    architecture: str, groups: int, classes: int, options: dict[str, Any] | None = None
) -> GroupNetwork:
    """Build an untrained network.

    Raises:
        NetworkError: if architecture, groups, classes or options are not possible.
    """
    return GroupNetwork(architecture, groups, classes, options)


def load_network(bundle: Bundle) -> GroupNetwork:
    """Build the network of a bundle with its weights, in evaluation mode.

    Raises:
        BundleError: if the weights do not fit the manifest.
    """
    manifest = bundle.manifest
    try:
        network = build_network(
            manifest.architecture, manifest.groups, len(manifest.labels), manifest.options
        )
        network.load_group_state(
            {name: torch.from_numpy(value.copy()) for name, value in bundle.weights().items()}
        )
    except NetworkError as error:
        raise BundleError(f'{bundle.path}: {error}') from error
    return network.eval()
