# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which placements a machine offers, and why it refuses others."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.inference.errors import PlacementError
from dyn_perception.inference.placement import ANYWHERE, Gpus, Machine, Processor
from dyn_perception.processors.cores import format_core_list, parse_core_list, usable_cores


def machine(**changes) -> Machine:
    """Return a big.LITTLE board of eight cores: 5 is offline, taskset forbids 7."""
    facts = {
        'clusters': {'a7': (0, 1, 2, 3), 'a15': (4, 5, 6, 7)},
        'usable': frozenset({0, 1, 2, 3, 4, 6}),
        'present': frozenset(range(8)),
        'online': frozenset(range(8)) - {5},
        'gpus': Gpus(2, ''),
    }
    return Machine(**{**facts, **changes})


@pytest.mark.parametrize(
    ('name', 'processor'),
    [
        ('cpu', Processor('cpu')),
        ('cpu:a7', Processor('cpu:a7', (0, 1, 2, 3))),
        ('cpu:a15', Processor('cpu:a15', (4, 6))),
        ('cpu:2', Processor('cpu:2', (2,))),
        ('cpu:6,0', Processor('cpu:6,0', (0, 6))),
        ('cpu:0-3', Processor('cpu:0-3', (0, 1, 2, 3))),
        ('gpu', Processor('gpu', is_gpu=True)),
        ('cuda:0', Processor('cuda:0', is_gpu=True)),
        ('cuda:1', Processor('cuda:1', is_gpu=True, device=1)),
    ],
)
def test_what_a_name_stands_for(name: str, processor: Processor) -> None:
    placement = machine().place(name)
    assert (placement.name, placement.processors) == (name, (processor,))


@pytest.mark.parametrize(
    ('name', 'reason'),
    [
        ('cpu:8', 'there is no core 8'),
        ('cpu:5', 'core 5 is offline'),
        ('cpu:0,7', 'core 7 is outside of what taskset or a cgroup allows'),
        ('cpu:a57', 'there is no cluster a57'),
        ('cpu:', 'there is no such processor'),
        ('', 'there is no such processor'),
        ('tpu', 'there is no such processor'),
        ('CPU', 'there is no such processor'),
        ('cpu:3-1', 'no range of ascending cores'),
        ('cpu:1,1', 'names a core twice'),
        ('cpu:0-99999999999', 'there are fewer than 4096'),
        ('cpu:0-4096', 'no range of ascending cores below 4096'),
        ('cpu:1,', "'' is neither a core"),
        ('cpu:0-x', 'is no range'),
        ('cuda:2', 'there is no CUDA device 2'),
        ('cuda:', "'' is no CUDA device such as 0"),
        ('cuda:01', "'01' is no CUDA device"),
        ('cuda:-1', "'-1' is no CUDA device"),
        ('cuda:²', "'²' is no CUDA device"),
        ('cuda', 'there is no such processor'),
        ('gpu:0', 'there is no such processor'),
    ],
)
def test_refusal_says_why_and_what_there_is(name: str, reason: str) -> None:
    with pytest.raises(PlacementError) as caught:
        machine().place(name)
    text = str(caught.value)
    assert text.startswith(f'placement {name!r} is not possible: ')
    assert reason in text
    assert text.endswith(
        '; this machine offers cpu, cpu:a7 (cores 0-3), cpu:a15 (cores 4-7), '
        'cpu:<cores> of 0-4,6; gpu (that is cuda:0), cuda:1; parts joined by +'
    )


def test_split_names_its_processors_in_order() -> None:
    placement = machine().place('cpu:4+cpu:a7+gpu')
    names = [processor.name for processor in placement.processors]
    assert (placement.name, names) == ('cpu:4+cpu:a7+gpu', ['cpu:4', 'cpu:a7', 'gpu'])
    assert len(machine().place('cpu+gpu').processors) == 2
    assert len(machine().place('cuda:1+cuda:0').processors) == 2


@pytest.mark.parametrize(
    ('name', 'reason'),
    [
        ('cpu:0+cpu:0-2', 'cpu:0 and cpu:0-2 would share core 0'),
        ('cpu+cpu:4', 'cpu and cpu:4 would share core 4'),
        ('gpu+gpu', 'gpu and gpu would share CUDA device 0'),
        ('gpu+cuda:0', 'gpu and cuda:0 would share CUDA device 0.*name one of them'),
        ('cuda:1+cpu+cuda:1', 'cuda:1 and cuda:1 would share CUDA device 1'),
        ('cpu:0+', 'there is no such processor'),
        ('cpu:0+cpu:9', 'there is no core 9'),
    ],
)
def test_senseless_split_is_refused(name: str, reason: str) -> None:
    with pytest.raises(PlacementError, match=reason):
        machine().place(name)


def test_machine_without_a_gpu_says_why() -> None:
    with pytest.raises(
        PlacementError, match=r'no driver; this machine offers .*; no gpu: no driv'
    ):
        machine(gpus=Gpus(0, 'no driver')).place('gpu')
    assert machine(gpus=Gpus(1, '')).offer.endswith('; gpu (that is cuda:0); parts joined by +')


def test_cluster_without_a_usable_core_is_neither_offered_nor_taken() -> None:
    small = machine(usable=frozenset({0}))
    assert 'a15' not in small.offer
    with pytest.raises(PlacementError, match='cores 4-7 this process may use none'):
        small.place('cpu:a15')


def test_this_process_may_use_its_own_cores() -> None:
    here = Machine({})
    assert here.place(f'cpu:{min(usable_cores())}').processors[0].cores == (min(usable_cores()),)
    assert ANYWHERE.processors[0].cores is None


@settings(deadline=None)
@given(st.sets(st.integers(0, 4095), min_size=1, max_size=40))
def test_core_lists_read_back(cores: set[int]) -> None:
    assert set(parse_core_list(format_core_list(cores))) == cores


@settings(deadline=None)
@given(st.text(alphabet='0123456789,- ²x', max_size=12))
def test_any_text_is_a_list_or_refused(text: str) -> None:
    try:
        cores = parse_core_list(text)
    except ValueError:
        return
    assert cores == tuple(sorted(set(cores))) and max(cores) < 4096
