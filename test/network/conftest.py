# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A bundle of its own for each test, which may damage it."""

import shutil

import pytest

from support.bundles import write_test_bundle


@pytest.fixture(scope='session')
def _bundle_template(tmp_path_factory):
    return write_test_bundle(tmp_path_factory.mktemp('bundle') / 'resnet')


@pytest.fixture
def bundle(_bundle_template, tmp_path):
    return shutil.copytree(_bundle_template, tmp_path / 'bundle')
