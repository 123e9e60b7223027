# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A bundle with the classes of the generated data set."""

import pytest

from dyn_perception.datasets.generated import GENERATED_LABELS
from dyn_perception.network.export import save_bundle
from dyn_perception.network.manifest import InputSpecification
from support.bundles import random_network


@pytest.fixture
def bundle_path(tmp_path):
    specification = InputSpecification(
        height=16, width=16, mean=(0.5, 0.5, 0.5), std=(0.2, 0.2, 0.2)
    )
    save_bundle(
        random_network(groups=2, classes=len(GENERATED_LABELS)),
        tmp_path / 'bundle',
        name='test',
        labels=GENERATED_LABELS,
        input_specification=specification,
    )
    return tmp_path / 'bundle'
