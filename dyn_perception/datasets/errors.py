# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The error of the data set readers."""


class DataError(Exception):
    """Data that cannot be used; the text says what was found, the rule and the remedy."""
