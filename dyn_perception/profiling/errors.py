# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Errors of measuring and reading operating points."""


class ProfileError(Exception):
    """A profile that cannot be measured, read or used; the text says why and what to do."""
