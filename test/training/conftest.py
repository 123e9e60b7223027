# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""One thread: the networks here are too small to gain from more."""

import pytest
import torch


@pytest.fixture(autouse=True, scope='session')
def _one_thread():
    torch.set_num_threads(1)
