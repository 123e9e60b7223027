# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Groups are isolated and their logits add up, for every architecture."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.network.architectures import get_architecture, list_architectures
from dyn_perception.network.bundle import load_bundle
from dyn_perception.network.cost import branch_cost
from dyn_perception.network.errors import BundleError, NetworkError
from dyn_perception.network.model import build_network, load_network
from support.bundles import SMALL_CHANNELS, random_network, write_test_bundle

ARCHITECTURES = ['alexnet', 'resnet']


def images(count=2, seed=0):
    return torch.randn(count, 3, 32, 32, generator=torch.Generator().manual_seed(seed))


def test_both_architectures_are_registered():
    assert set(ARCHITECTURES) <= set(list_architectures())
    assert set(SMALL_CHANNELS) == set(ARCHITECTURES)


@pytest.mark.parametrize('architecture', ARCHITECTURES)
@pytest.mark.parametrize('groups', [1, 2, 4, 7])
def test_logits_are_the_sum_of_the_groups(architecture, groups):
    network = random_network(architecture, groups)
    with torch.inference_mode():
        total = network.forward_group(1, images())
        assert torch.equal(network(images(), 1), total)
        for group in range(2, groups + 1):
            total = total + network.forward_group(group, images())
            assert torch.equal(network(images(), group), total)
        assert torch.equal(network(images()), total)


@settings(max_examples=15, deadline=None)
@given(
    architecture=st.sampled_from(ARCHITECTURES),
    width=st.integers(1, 3),
    data=st.data(),
)
def test_later_groups_do_not_touch_earlier_widths(architecture, width, data):
    network = random_network(architecture, 4)
    with torch.inference_mode():
        before = network(images(), width)
        group = data.draw(st.integers(width + 1, 4))
        weights = list(network.branches[group - 1].state_dict().values())
        changed = data.draw(st.sampled_from(range(len(weights))))
        weights[changed].fill_(7)
        assert torch.equal(network(images(), width), before)


@pytest.mark.parametrize('width', [0, 5, -1])
def test_refuses_a_width_out_of_range(width):
    with pytest.raises(NetworkError, match=rf'width {width} is out of range 1\.\.\.4.*4 groups'):
        random_network(groups=4)(images(), width)


@pytest.mark.parametrize('architecture', ARCHITECTURES)
def test_reads_a_bundle_back_bit_for_bit(architecture, tmp_path):
    path = write_test_bundle(tmp_path / 'bundle', architecture, seed=3)
    network = load_network(load_bundle(path))
    with torch.inference_mode():
        assert torch.equal(network(images()), random_network(architecture, seed=3)(images()))


def test_refuses_weights_of_another_network(tmp_path):
    path = write_test_bundle(tmp_path / 'bundle')
    bundle = load_bundle(path)
    manifest = bundle.manifest.model_copy(update={'options': {'channels': [4, 8, 8, 12]}})
    with pytest.raises(BundleError, match=r'shape .* of another network'):
        load_network(type(bundle)(bundle.path, manifest))


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (('resnet', 0, 10), '0 groups'),
        (('resnet', 4, 0), '0 classes'),
        (('perceptron', 4, 10), "'perceptron' is not known: choose one of alexnet, resnet"),
        (('resnet', 4, 10, {'depth': 3}), "'depth' is not known to architecture 'resnet'"),
        (('resnet', 4, 10, {'channels': [1, 2]}), 'do not fit'),
    ],
)
def test_refuses_what_cannot_be_built(arguments, message):
    with pytest.raises(NetworkError, match=message):
        build_network(*arguments)


@pytest.mark.parametrize('architecture', ARCHITECTURES)
def test_default_network_is_small(architecture):
    network = build_network(architecture, 4, 10)
    assert sum(value.numel() for value in network.parameters()) <= 700_000
    assert network.options == get_architecture(architecture).options


def test_counts_the_cost_of_a_branch():
    branch = torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3, padding=1, bias=False),
        torch.nn.Flatten(),
        torch.nn.Linear(512, 5),
    )
    cost = branch_cost(branch, 8, 8)
    assert cost.macs == 8 * 3 * 9 * 64 + 512 * 5
    assert cost.params == 8 * 3 * 9 + 512 * 5 + 5
