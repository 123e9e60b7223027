# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Errors of inference; their text says value, rule and remedy."""


class EngineError(Exception):
    """A network that cannot be loaded or run, or a width that it does not have."""


class PlacementError(EngineError):
    """A processor that this machine does not offer, or that cannot be used any more."""
