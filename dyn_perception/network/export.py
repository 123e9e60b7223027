# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""From the torch network to a bundle on disk."""

import io
import os
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import safetensors.torch
import torch
from torch import nn

from dyn_perception.network.bundle import file_entry, load_bundle, safe_metadata
from dyn_perception.network.cost import branch_cost
from dyn_perception.network.manifest import (
    FORMAT_VERSION,
    MANIFEST_FILE,
    WEIGHTS_FILE,
    InputSpecification,
    Manifest,
    WidthFigures,
    format_manifest,
    onnx_file_name,
)
from dyn_perception.network.model import GroupNetwork, load_network

ONNX_OPSET = 17
"""Read by ONNX Runtime 1.12 and later, hence by what runs on JetPack 5 and 6."""


@dataclass(frozen=True)
class Measured:
    """What was measured of one width; see `WidthFigures`."""

    accuracy: float | None = None
    accuracy_data: str = ''
    temperature: float = 1.0


def onnx_bytes(branch: nn.Module, height: int, width: int) -> bytes:
    """Return one branch as an ONNX model, batch normalisation folded into the convolutions.

    Input `image` float32 [N, 3, height, width], output `logits` float32 [N, classes].
    """
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # The exporter that replaces this one needs another package and writes a newer opset
        # than the ONNX Runtime of older JetPacks reads; torch is pinned, so this one stays.
        warnings.simplefilter('ignore', DeprecationWarning)
        torch.onnx.export(
            branch.eval(),
            (torch.zeros(1, 3, height, width),),
            buffer,  # type: ignore[arg-type]  # this exporter writes to files too
            dynamo=False,
            opset_version=ONNX_OPSET,
            input_names=['image'],
            output_names=['logits'],
            dynamic_axes={'image': {0: 'batch'}, 'logits': {0: 'batch'}},
        )
    return buffer.getvalue()


def save_bundle(
    network: GroupNetwork,
    folder: Path,
    *,
    name: str,
    labels: Sequence[str],
    input_specification: InputSpecification,
    measured: Sequence[Measured] | None = None,
    training: dict[str, object] | None = None,
) -> Manifest:
    """Write a network as a bundle; other files in the folder are left as they are.

    The files are written beside the folder first and moved into it with the manifest last, so
    that a full disk leaves what was there.

    Args:
        network: the network, on the CPU.
        folder: the bundle, made if it does not exist.
        name: for people.
        labels: class names.
        input_specification: what the network reads.
        measured: one entry a width; by default nothing was measured.
        training: how it was trained, for people.

    Raises:
        OSError: if the files cannot be written.
    """
    measured = [Measured()] * network.groups if measured is None else measured
    height, width = input_specification.height, input_specification.width
    was_training = network.training
    contents = {WEIGHTS_FILE: safetensors.torch.save(_contiguous(network))}
    for group, branch in enumerate(network.branches, start=1):
        contents[onnx_file_name(group)] = onnx_bytes(branch, height, width)
    network.train(was_training)
    costs = [branch_cost(branch, height, width) for branch in network.branches]
    sizes = [len(contents[onnx_file_name(group)]) for group in range(1, network.groups + 1)]
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        name=name,
        architecture=network.architecture,
        options=safe_metadata(network.options),
        groups=network.groups,
        labels=tuple(labels),
        input=input_specification,
        widths=tuple(
            WidthFigures(
                width=groups,
                accuracy=figures.accuracy,
                accuracy_data=figures.accuracy_data,
                temperature=figures.temperature,
                macs=sum(cost.macs for cost in costs[:groups]),
                params=sum(cost.params for cost in costs[:groups]),
                bytes=sum(sizes[:groups]),
            )
            for groups, figures in enumerate(measured, start=1)
        ),
        files={file: file_entry(content) for file, content in contents.items()},
        training=safe_metadata(training or {}),
    )
    contents[MANIFEST_FILE] = format_manifest(manifest).encode()
    _write_together(folder, contents)
    return manifest


def export_bundle(folder: Path) -> Manifest:
    """Rebuild the ONNX files of a bundle from its weights and bring the manifest up to date.

    Raises:
        BundleError: if the bundle cannot be read.
        OSError: if it cannot be written.
    """
    bundle = load_bundle(folder)
    manifest = bundle.manifest
    return save_bundle(
        load_network(bundle),
        bundle.path,
        name=manifest.name,
        labels=manifest.labels,
        input_specification=manifest.input,
        measured=[
            Measured(figures.accuracy, figures.accuracy_data, figures.temperature)
            for figures in manifest.widths
        ],
        training=manifest.training,
    )


def _contiguous(network: GroupNetwork) -> dict[str, torch.Tensor]:
    return {name: value.contiguous() for name, value in network.group_state().items()}


def _write_together(folder: Path, contents: dict[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    waiting = Path(tempfile.mkdtemp(prefix='.writing-', dir=folder))
    try:
        for name, content in contents.items():
            with (waiting / name).open('wb') as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for name in contents:  # the manifest was put in last
            (waiting / name).replace(folder / name)
    finally:
        shutil.rmtree(waiting)
