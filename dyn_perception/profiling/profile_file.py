# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A profile on disk: the operating points of one network on one board, in YAML."""

import math
import os
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from dyn_perception.control.errors import ControlError
from dyn_perception.control.operating_points import OperatingPoint, OperatingPointTable
from dyn_perception.profiling.errors import ProfileError

FORMAT_VERSION = 1
_LARGEST_BYTES = 2_000_000
_DEEPEST = 8  # levels of nesting; a profile has 4

Name = Annotated[str, Field(min_length=1, max_length=80)]
Text = Annotated[str, Field(max_length=256)]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra='forbid')


class ProfiledPoint(_Part):
    """One measured operating point.

    Attributes:
        width: groups that ran.
        placement: where.
        clocks: limit of each clock by knob (MHz).
        latency_p50_ms: median time of a frame (ms).
        latency_p95_ms: 95 of 100 frames took at most this (ms).
        latency_p99_ms: 99 of 100 (ms).
        latency_mean_ms: mean (ms).
        latency_deviation_ms: standard deviation (ms).
        frames: how many were measured.
        idle_power_w: of the board between frames (W); None: no sensor.
        busy_power_w: of the board while frames are processed back to back (W).
        accuracy: top-1 that the bundle states, 0...1; None: not measured.
    """

    width: int = Field(ge=1, le=1024)
    placement: Name
    clocks: dict[Name, Positive] = Field(default_factory=dict, max_length=64)
    latency_p50_ms: Positive
    latency_p95_ms: Positive
    latency_p99_ms: Positive
    latency_mean_ms: Positive
    latency_deviation_ms: NotNegative = 0.0
    frames: int = Field(ge=1)
    idle_power_w: NotNegative | None = None
    busy_power_w: NotNegative | None = None
    accuracy: Share | None = None

    def operating_point(self) -> OperatingPoint:
        """Return the point in the policy's terms."""
        return OperatingPoint(
            width=self.width,
            placement=self.placement,
            clocks=tuple(sorted(self.clocks.items())),
            latency_s=self.latency_mean_ms / 1000,
            latency_deviation_s=self.latency_deviation_ms / 1000,
            idle_power_w=math.nan if self.idle_power_w is None else self.idle_power_w,
            busy_power_w=math.nan if self.busy_power_w is None else self.busy_power_w,
            accuracy=math.nan if self.accuracy is None else self.accuracy,
        )


class Profile(_Part):
    """The whole file.

    Attributes:
        format_version: of this layout; a reader refuses a newer one.
        board: model of the board, for people.
        model: name of the bundle.
        groups: of the network, the highest width.
        regions: rows and columns that a frame was cut into.
        image_size: width and height of the frames (pixels).
        points: what was measured.
    """

    format_version: int = Field(ge=1)
    board: Text = ''
    model: Name
    groups: int = Field(ge=1, le=1024)
    regions: tuple[int, int] = (1, 1)
    image_size: tuple[int, int] = (640, 480)
    points: tuple[ProfiledPoint, ...] = Field(min_length=1, max_length=20_000)

    @model_validator(mode='after')
    def _check_widths(self) -> 'Profile':
        if (widest := max(point.width for point in self.points)) > self.groups:
            raise ValueError(f'width {widest} is above groups {self.groups}')
        return self

    def table(self) -> OperatingPointTable:
        """Return the points for the policy.

        Raises:
            ProfileError: if two points are the same.
        """
        try:
            return OperatingPointTable(point.operating_point() for point in self.points)
        except ControlError as error:
            raise ProfileError(f'profile of {self.model} cannot be used: {error}') from error


def load_profile(path: str | os.PathLike[str]) -> Profile:
    """Read and check a profile that `dyn-perception profile` wrote.

    Raises:
        ProfileError: if it is not there, too large, no YAML, of a newer format or breaks a rule.
    """
    path = Path(path)
    remedy = 'make it again with dyn-perception profile'
    try:
        if (size := path.stat().st_size) > _LARGEST_BYTES:
            raise ProfileError(
                f'profile {path} has {size} bytes, above {_LARGEST_BYTES}: {remedy}'
            )
        text = path.read_text(encoding='utf-8')
        _check_structure(text, path)
        content = yaml.safe_load(text)
    except OSError as error:
        raise ProfileError(
            f'profile {path} cannot be read ({error.strerror}): {remedy}'
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        reason = ' '.join(str(error).split())
        raise ProfileError(f'profile {path} is no valid YAML ({reason}): {remedy}') from error
    return _parse(content, str(path), remedy)


def _check_structure(text: str, path: Path) -> None:
    """Refuse what would take more time or memory than the file's size lets one expect."""
    depth = 0
    for event in yaml.parse(text):
        # An alias that is repeated can stand for more than any memory holds.
        if isinstance(event, yaml.AliasEvent):
            raise ProfileError(f'profile {path} has a YAML alias: write the values out')
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise ProfileError(f'profile {path} is nested deeper than {_DEEPEST} levels')


def _parse(content: Any, origin: str, remedy: str) -> Profile:
    version = content.get('format_version') if isinstance(content, dict) else None
    if type(version) is int and version > FORMAT_VERSION:
        raise ProfileError(
            f'profile {origin} has format_version {version}: this release reads up to '
            f'{FORMAT_VERSION}; update dyn_perception'
        )
    try:
        return Profile.model_validate(content)
    except ValidationError as error:
        rules = '; '.join(
            f'{".".join(map(str, item["loc"])) or "profile"}: {item["msg"]}'
            for item in error.errors()[:5]
        )
        raise ProfileError(f'profile {origin} breaks the format: {rules}; {remedy}') from error


def save_profile(profile: Profile, path: Path) -> None:
    """Write a profile in one step, so that no half file is left."""
    content = profile.model_dump(mode='json')
    text = '# Written by dyn-perception profile. Times in ms, power in W, clocks in MHz.\n'
    text += yaml.safe_dump(content, sort_keys=False, default_flow_style=None, width=99)
    part = path.with_name(f'.{path.name}.part')
    part.write_text(text, encoding='utf-8')
    part.replace(path)
