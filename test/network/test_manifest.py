# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The manifest refuses what it does not understand."""

import json

import pytest

from dyn_perception.network.errors import BundleError
from dyn_perception.network.manifest import FORMAT_VERSION, format_manifest, parse_manifest


@pytest.fixture
def content(bundle):
    return json.loads((bundle / 'manifest.json').read_text())


def test_reads_back_equal(content):
    manifest = parse_manifest(json.dumps(content), 'test')
    assert parse_manifest(format_manifest(manifest), 'test') == manifest


def test_refuses_a_newer_format(content):
    content['format_version'] = FORMAT_VERSION + 1
    with pytest.raises(BundleError, match=r'format_version 2.*up to 1.*update'):
        parse_manifest(json.dumps(content), 'test')


@pytest.mark.parametrize(
    ('change', 'named'),
    [
        ({'groups': 0}, 'groups'),
        ({'groups': 3}, 'widths'),
        ({'labels': []}, 'labels'),
        ({'surprise': 1}, 'surprise'),
        ({'input': {'height': 32, 'width': 32, 'mean': [0, 0, 0], 'std': [1, 0, 1]}}, 'std'),
        ({'files': {'../../etc/passwd': {'bytes': 1, 'sha256': '0' * 64}}}, 'files'),
    ],
)
def test_names_the_broken_rule(content, change, named):
    content.update(change)
    with pytest.raises(BundleError, match=named):
        parse_manifest(json.dumps(content), 'test')


@pytest.mark.parametrize('text', ['', '{', '[]', 'null', '"text"', '[' * 100_000])
def test_refuses_what_is_no_manifest(text):
    with pytest.raises(BundleError):
        parse_manifest(text, 'test')


def test_an_unmeasured_accuracy_is_nan(content):
    content['widths'][0]['accuracy'] = None
    manifest = parse_manifest(json.dumps(content), 'test')
    assert manifest.expected_accuracy(1) != manifest.expected_accuracy(1)
    assert manifest.expected_accuracy(2) == content['widths'][1]['accuracy']


def test_macs_of_a_width_are_those_of_its_groups(content):
    manifest = parse_manifest(json.dumps(content), 'test')
    assert len(manifest.group_macs) == manifest.groups > 1
    for figures in manifest.widths:
        assert figures.macs == sum(manifest.group_macs[: figures.width])
