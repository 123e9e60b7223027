# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What all parts of a board description have: checked numbers, and where they come from.

Every block of figures has a `source`: lines that begin with 'source:' (published), 'derived:'
(computed of published figures), 'unverified:' (remembered by somebody, not found again) or
'assumption:' (nobody published it).
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Finite = Annotated[float, Field(allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0.0, le=1e6, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0.0, le=1e9, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Celsius = Annotated[float, Field(ge=-60.0, le=200.0)]
Name = Annotated[str, Field(pattern=r'^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$')]
ProcessorName = Annotated[str, Field(pattern=r'^(gpu|cpu:[a-z][a-z0-9_]{0,31})$')]
Line = Annotated[
    str, Field(pattern=r'^(source|derived|unverified|assumption): \S.*$', max_length=600)
]
Source = Annotated[tuple[Line, ...], Field(min_length=1, max_length=20)]


class Block(BaseModel):
    """Figures, with where they come from."""

    model_config = ConfigDict(frozen=True, extra='forbid')
    source: Source
