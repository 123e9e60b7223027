# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The error of training."""


class TrainingError(Exception):
    """Training that cannot go on; the text says what was found, the rule and the remedy."""
