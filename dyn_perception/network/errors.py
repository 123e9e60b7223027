# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Errors of networks and bundles."""


class NetworkError(Exception):
    """A network that cannot be built; the text says value, rule and remedy."""


class BundleError(Exception):
    """A bundle that cannot be used; the text says value, rule and remedy."""
