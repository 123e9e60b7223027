# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The k-group network as one graph: what somebody without dynamic widths would deploy.

Two forms that compute the same. As one ordinary CNN with grouped convolutions, which is the
quicker one: `merge_groups`. As k branches whose logits are added: `FixedWidth`.
"""

import copy
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from dyn_perception.network.bundle import Bundle
from dyn_perception.network.export import onnx_bytes
from dyn_perception.network.model import GroupNetwork, load_network


class FixedWidth(nn.Module):
    """A network that always runs its first groups."""

    def __init__(self, network: GroupNetwork, width: int) -> None:
        super().__init__()
        self.network = network
        self.width = width

    def forward(self, images: Tensor) -> Tensor:
        """Return the logits [N, classes] of the width."""
        logits: Tensor = self.network(images, self.width)
        return logits


def merge_groups(branches: Sequence[nn.Module]) -> nn.Module:
    """Return one CNN whose channels are those of all branches, and whose logits are their sum.

    Raises:
        TypeError: if a branch has trained layers other than convolutions, batch normalisation
            and linear layers.
    """
    merged = copy.deepcopy(branches[0])
    sees_image = True
    for name, layer in branches[0].named_modules():
        layers = [branch.get_submodule(name) for branch in branches]
        if isinstance(layer, nn.Conv2d):
            merged.set_submodule(name, _merge_convolutions(layer, layers, sees_image))
            sees_image = False
        elif isinstance(layer, nn.BatchNorm2d):
            merged.set_submodule(name, _merge_normalisations(layer, layers))
        elif isinstance(layer, nn.Linear):
            merged.set_submodule(name, _merge_linear_layers(layer, layers))
        elif list(layer.parameters(recurse=False)):
            raise TypeError(f'{name} is a {type(layer).__name__}: say here how to merge it')
    return merged.eval()


def export_merged(bundle: Bundle, folder: Path) -> list[Path]:
    """Write the networks of width 1...groups, merged, as ONNX, and return their paths."""
    branches = list(load_network(bundle).branches)
    networks = [merge_groups(branches[:width]) for width in range(1, len(branches) + 1)]
    return _export(networks, bundle, folder)


def export_branched(bundle: Bundle, folder: Path) -> list[Path]:
    """Write the networks of width 1...groups, in branches, as ONNX, and return their paths."""
    network = load_network(bundle)
    networks = [FixedWidth(network, width) for width in range(1, network.groups + 1)]
    return _export(networks, bundle, folder)


def _export(networks: Sequence[nn.Module], bundle: Bundle, folder: Path) -> list[Path]:
    height, width = bundle.manifest.input.height, bundle.manifest.input.width
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f'width_{groups}.onnx' for groups in range(1, len(networks) + 1)]
    for path, network in zip(paths, networks, strict=True):
        path.write_bytes(onnx_bytes(network, height, width))
    return paths


def _merge_convolutions(
    layer: nn.Conv2d, layers: Sequence[nn.Module], sees_image: bool
) -> nn.Conv2d:
    """Stack the kernels; but for the first layer, whose input is shared, each sees its own."""
    groups = len(layers)
    merged = nn.Conv2d(
        layer.in_channels * (1 if sees_image else groups),
        layer.out_channels * groups,
        layer.kernel_size,  # type: ignore[arg-type]
        layer.stride,  # type: ignore[arg-type]
        layer.padding,  # type: ignore[arg-type]
        groups=1 if sees_image else groups,
        bias=layer.bias is not None,
    )
    merged.load_state_dict(_stack(layers))
    return merged


def _merge_normalisations(layer: nn.BatchNorm2d, layers: Sequence[nn.Module]) -> nn.BatchNorm2d:
    merged = nn.BatchNorm2d(layer.num_features * len(layers), layer.eps)
    merged.load_state_dict(_stack(layers))
    return merged


def _merge_linear_layers(layer: nn.Linear, layers: Sequence[nn.Module]) -> nn.Linear:
    """Put the weights side by side and add the biases: the sum of the layers."""
    merged = nn.Linear(layer.in_features * len(layers), layer.out_features)
    states = [one.state_dict() for one in layers]
    merged.load_state_dict(
        {
            'weight': torch.cat([state['weight'] for state in states], dim=1),
            'bias': torch.stack([state['bias'] for state in states]).sum(dim=0),
        }
    )
    return merged


def _stack(layers: Sequence[nn.Module]) -> dict[str, Tensor]:
    states = [layer.state_dict() for layer in layers]
    return {
        name: value if value.ndim == 0 else torch.cat([state[name] for state in states])
        for name, value in states[0].items()
    }
