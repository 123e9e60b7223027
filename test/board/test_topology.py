# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which cores form a cluster, and what the clusters are called."""

from pathlib import Path

import pytest

from dyn_perception.board.board import open_board
from support.tree_writer import CPU, WrittenBoard, write_cores, write_policy


def clusters(root: Path) -> dict[str, tuple[int, ...]]:
    return {cluster.name: cluster.cores for cluster in open_board(root).topology.clusters}


def policy(board: WrittenBoard, *cores: int, highest_mhz: int = 2000) -> None:
    limit = highest_mhz * 1000
    write_policy(board, cores, (200_000, limit), 500_000, limit, 'schedutil')


def test_cores_of_one_type_and_range_are_one_cluster_whatever_their_policies(
    tmp_path: Path,
) -> None:
    board = WrittenBoard(tmp_path)
    write_cores(board, ['0xd42'] * 6, dict.fromkeys(range(6), 0.0))
    policy(board, 0, 1)
    policy(board, 2, 3)
    policy(board, 4, 5)
    assert clusters(tmp_path) == {'a78ae': (0, 1, 2, 3, 4, 5)}


def test_a_type_with_two_ranges_is_two_clusters_named_by_their_first_cores(
    tmp_path: Path,
) -> None:
    board = WrittenBoard(tmp_path)
    write_cores(board, ['0xd05'] * 4 + ['0xd0b'] * 4, dict.fromkeys(range(8), 0.0))
    policy(board, 0, 1, 2, 3, highest_mhz=1800)
    policy(board, 4, 5, highest_mhz=2256)
    policy(board, 6, 7, highest_mhz=2304)
    assert clusters(tmp_path) == {'a55': (0, 1, 2, 3), 'a76_4': (4, 5), 'a76_6': (6, 7)}


def test_denver_and_a57_of_a_tx2_are_told_apart_without_policies(tmp_path: Path) -> None:
    board = WrittenBoard(tmp_path)
    write_cores(board, [''] * 6, dict.fromkeys(range(6), 0.0))
    lines = [
        f'processor : {core}\nCPU implementer : {code}\nCPU part : {part}\n'
        for core, (code, part) in enumerate(
            [('0x41', '0xd07'), *[('0x4e', '0x003')] * 2, *[('0x41', '0xd07')] * 3]
        )
    ]
    board.file('proc/cpuinfo', '\n'.join(lines))
    assert clusters(tmp_path) == {'a57': (0, 3, 4, 5), 'denver': (1, 2)}


@pytest.mark.parametrize('with_folder', [True, False])
def test_offline_cores_belong_to_the_cluster_that_they_would_be_in(
    tmp_path: Path, with_folder: bool
) -> None:
    board = WrittenBoard(tmp_path)
    write_cores(board, ['0x004'] * 6, {0: 0.0, 1: 0.0, 2: 0.0}, implementer='0x4e')
    policy(board, 0, 1)
    policy(board, 2, 3)
    if with_folder:  # the kernel says EBUSY for all files but a few: empty here
        board.files(
            f'{CPU}/cpufreq/policy4',
            {'related_cpus': '4 5', 'cpuinfo_max_freq': '', 'scaling_max_freq': ''},
        )
    assert clusters(tmp_path) == {'carmel': (0, 1, 2, 3, 4, 5)}
    (cluster,) = open_board(tmp_path).read().clusters
    assert cluster.online == (0, 1, 2)
    assert (cluster.clock_mhz, cluster.limit_mhz, cluster.maximum_mhz) == (500.0, 2000.0, 2000.0)
    (limit,) = open_board(tmp_path).actuators()
    limit.write(1000.0)
    assert limit.read() == 1000.0


def test_offline_little_cores_do_not_join_the_big_ones(tmp_path: Path) -> None:
    board = WrittenBoard(tmp_path)
    write_cores(board, ['0xc07'] * 4 + ['0xc0f'] * 4, dict.fromkeys((0, 4, 5, 6, 7), 0.0))
    policy(board, 0, highest_mhz=1400)
    policy(board, 4, 5, 6, 7)
    board.file(f'{CPU}/cpufreq/policy0/related_cpus', '0 1 2 3')
    assert clusters(tmp_path) == {'a7': (0, 1, 2, 3), 'a15': (4, 5, 6, 7)}


def test_a_core_type_that_nobody_knows_is_called_cpu(tmp_path: Path) -> None:
    board = WrittenBoard(tmp_path)
    write_cores(board, ['0xfff'] * 2, dict.fromkeys(range(2), 0.0))
    assert clusters(tmp_path) == {'cpu': (0, 1)}


def test_cores_are_found_without_the_list_of_those_present(tmp_path: Path) -> None:
    board = WrittenBoard(tmp_path)
    write_cores(board, [''] * 3, dict.fromkeys(range(3), 0.0))
    board.file(f'{CPU}/present', '0-99999999')
    assert clusters(tmp_path) == {'cpu': (0, 1, 2)}


def test_cores_that_are_offline_are_told_apart_by_the_device_tree(tmp_path: Path) -> None:
    """A TX2 in its modes without Denver cores."""
    board = WrittenBoard(tmp_path)
    write_cores(board, ['0xd07'] * 6, dict.fromkeys((0, 3, 4, 5), 0.0))
    for core in range(6):
        words = 'nvidia,tegra186-denver\0nvidia,denver\0' if core in (1, 2) else 'arm,cortex-a57\0'
        board.file(f'{CPU}/cpu{core}/of_node/compatible', words)
    assert clusters(tmp_path) == {'a57': (0, 3, 4, 5), 'denver': (1, 2)}


def test_an_offline_core_has_the_type_of_those_with_its_words(tmp_path: Path) -> None:
    board = WrittenBoard(tmp_path)
    write_cores(board, ['0xd42'] * 4, dict.fromkeys(range(3), 0.0))
    for core in range(4):
        board.file(f'{CPU}/cpu{core}/of_node/compatible', 'arm,cortex-a78\0')
    assert clusters(tmp_path) == {'a78ae': (0, 1, 2, 3)}


def test_a_core_that_tells_nothing_belongs_to_the_cluster_before_it(tmp_path: Path) -> None:
    board = WrittenBoard(tmp_path)
    write_cores(board, ['0xc07'] * 4 + ['0xc0f'] * 4, dict.fromkeys(range(7), 0.0))
    policy(board, 0, 1, 2, 3, highest_mhz=1400)
    policy(board, 4, 5, 6)
    assert clusters(tmp_path) == {'a7': (0, 1, 2, 3), 'a15': (4, 5, 6, 7)}


def test_a_core_whose_number_is_damaged_does_not_change_the_type_of_another(
    tmp_path: Path,
) -> None:
    board = WrittenBoard(tmp_path)
    write_cores(board, ['0xc07', '0xc0f'], dict.fromkeys(range(2), 0.0))
    path = tmp_path / 'proc/cpuinfo'
    path.write_text(path.read_text().replace('processor\t: 1', 'processor\t: -1'))
    assert clusters(tmp_path) == {'a7': (0, 1)}
