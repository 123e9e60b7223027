# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The manifest of a bundle: what a trained network is, in plain JSON."""

import json
import math
from itertools import pairwise
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from dyn_perception.network.errors import BundleError

FORMAT_VERSION = 1
MANIFEST_FILE = 'manifest.json'
WEIGHTS_FILE = 'weights.safetensors'

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Digest = Annotated[str, Field(pattern=r'^[0-9a-f]{64}$')]
Label = Annotated[str, Field(min_length=1, max_length=256)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra='forbid')


class InputSpecification(_Part):
    """What the network reads: RGB, (pixel / 255 - mean) / std, float32 [N, 3, height, width]."""

    height: int = Field(ge=1, le=4096)
    width: int = Field(ge=1, le=4096)
    mean: tuple[Finite, Finite, Finite]
    std: tuple[Positive, Positive, Positive]


class WidthFigures(_Part):
    """What one width costs and how good it is.

    Attributes:
        width: groups that run.
        accuracy: top-1, 0...1; None where it was not measured.
        accuracy_data: the images it was measured on, for people.
        temperature: divisor of the summed logits that makes their softmax a probability.
        macs: multiply-accumulate operations for one image.
        params: trained parameters of the groups that run.
        bytes: size of the ONNX files of the groups that run.
    """

    width: int = Field(ge=1)
    accuracy: Share | None = None
    accuracy_data: str = ''
    temperature: Positive = 1.0
    macs: int = Field(ge=0)
    params: int = Field(ge=0)
    bytes: int = Field(ge=0)


class FileEntry(_Part):
    """Size and SHA-256 of one file of the bundle."""

    bytes: int = Field(ge=0)
    sha256: Digest


class Manifest(_Part):
    """The whole manifest.

    Attributes:
        format_version: of this layout; a reader refuses a newer one.
        name: of the bundle, for people.
        architecture: name in the registry of architectures.
        options: of the architecture, for example its channels.
        groups: isolated groups, the highest width.
        labels: class names; a class id is an index in it.
        input: what the network reads.
        widths: figures of width 1...groups, in order.
        files: every other file of the bundle by name.
        training: how it was trained, for people.
    """

    format_version: int = Field(ge=1)
    name: str = Field(min_length=1, max_length=256)
    architecture: str = Field(min_length=1, max_length=256)
    options: dict[str, Any] = Field(default_factory=dict)
    groups: int = Field(ge=1, le=1024)
    labels: tuple[Label, ...] = Field(min_length=1, max_length=65_535)
    input: InputSpecification
    widths: tuple[WidthFigures, ...]
    files: dict[str, FileEntry]
    training: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode='after')
    def _check_agreement(self) -> 'Manifest':
        if [figures.width for figures in self.widths] != list(range(1, self.groups + 1)):
            raise ValueError(f'widths must list 1...{self.groups} in order, one for each group')
        expected = expected_files(self.groups)
        if set(self.files) != set(expected):
            odd = ', '.join(sorted(set(self.files) ^ set(expected)))
            raise ValueError(f'files must list exactly {", ".join(expected)}; differing: {odd}')
        return self

    @property
    def group_macs(self) -> tuple[int, ...]:
        """Multiply-accumulate operations of each group for one image."""
        totals = [0, *(figures.macs for figures in self.widths)]
        return tuple(after - before for before, after in pairwise(totals))

    def figures(self, width: int) -> WidthFigures:
        """Return the figures of one width, 1...groups."""
        return self.widths[width - 1]

    def expected_accuracy(self, width: int) -> float:
        """Return the stated top-1 accuracy of a width, NaN where it was not measured."""
        accuracy = self.figures(width).accuracy
        return math.nan if accuracy is None else accuracy


def onnx_file_name(group: int) -> str:
    """Return the name of the ONNX file of group 1...groups."""
    return f'group_{group}.onnx'


def expected_files(groups: int) -> tuple[str, ...]:
    """Return the names of the files that a bundle holds beside its manifest."""
    return (WEIGHTS_FILE, *(onnx_file_name(group) for group in range(1, groups + 1)))


def parse_manifest(text: str | bytes, origin: str) -> Manifest:
    """Read a manifest from JSON text.

    Args:
        text: the JSON.
        origin: where it comes from, for messages.

    Raises:
        BundleError: if it is no JSON, of a newer format, or breaks a rule above.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BundleError(
            f'{origin} is no valid JSON ({error}): export the bundle again'
        ) from error
    version = content.get('format_version') if isinstance(content, dict) else None
    if type(version) is int and version > FORMAT_VERSION:
        raise BundleError(
            f'{origin} has format_version {version}: this release reads up to {FORMAT_VERSION}; '
            'update dyn_perception'
        )
    try:
        return Manifest.model_validate(content)
    except ValidationError as error:
        rules = '; '.join(
            f'{".".join(map(str, item["loc"])) or "manifest"}: {item["msg"]}'
            for item in error.errors()[:5]
        )
        raise BundleError(
            f'{origin} breaks the format: {rules}; export the bundle again'
        ) from error


def format_manifest(manifest: Manifest) -> str:
    """Write a manifest as JSON text that people can read."""
    return json.dumps(manifest.model_dump(mode='json'), indent=2, ensure_ascii=False) + '\n'
