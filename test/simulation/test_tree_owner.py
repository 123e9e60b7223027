# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
import os
from pathlib import Path

import pytest

from dyn_perception.simulation.errors import SimulationError
from dyn_perception.simulation.tree_owner import MARKER, TreeOwner

FILES = {'proc/stat': b'cpu 1\n', 'run/programs/': b'', 'sys/a/b': b'7\n'}
LINKS = {'sys/class': 'a'}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def make(root: Path) -> TreeOwner:
    return TreeOwner(root, FILES, LINKS)


def abandon(root: Path) -> None:
    """Leave a tree behind as a process does that is killed."""
    owner = make(root)
    os.close(owner._lock)
    owner._lock = -1


def test_a_tree_appears_complete_and_goes_without_a_trace(tmp_path: Path) -> None:
    root = tmp_path / 'not' / 'there' / 'board'
    with make(root) as owner:
        assert owner.root == root
        assert (root / 'proc/stat').read_bytes() == b'cpu 1\n'
        assert (root / 'run/programs').is_dir()
        assert (root / 'sys/class/b').read_bytes() == b'7\n'
        assert names(root.parent) == ['board']
    assert not root.exists()
    owner.close()


def test_an_empty_folder_is_taken_and_given_back(tmp_path: Path) -> None:
    with make(tmp_path):
        assert (tmp_path / 'proc/stat').exists()
    assert names(tmp_path) == []


def test_a_folder_of_somebody_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / 'letter.txt').write_text('dear')
    with pytest.raises(SimulationError, match='not empty and is no tree of a simulated board'):
        make(tmp_path)
    assert names(tmp_path) == ['letter.txt']
    with pytest.raises(SimulationError, match='is no folder'):
        make(tmp_path / 'letter.txt')
    with pytest.raises(SimulationError, match='not empty'):
        make(Path('/'))


def test_two_boards_do_not_share_a_root(tmp_path: Path) -> None:
    root = tmp_path / 'board'
    with make(root):
        with pytest.raises(SimulationError, match='belongs to a simulated board that runs'):
            make(root)
        assert (root / 'sys/a/b').exists()


def test_what_a_killed_board_left_is_cleared(tmp_path: Path) -> None:
    root = tmp_path / 'board'
    abandon(root)
    (root / 'sys/a/b').write_bytes(b'old')
    (root / 'sys/a/new').write_bytes(b'by somebody, within the tree')
    with make(root):
        assert (root / 'sys/a/b').read_bytes() == b'7\n'
        assert not (root / 'sys/a/new').exists()
    assert not root.exists()


def test_a_root_that_was_there_before_the_killed_board_stays(tmp_path: Path) -> None:
    root = tmp_path / 'board'
    root.mkdir()
    abandon(root)
    with make(root):
        pass
    assert names(root) == []


def test_a_file_beside_what_a_killed_board_left_is_kept(tmp_path: Path) -> None:
    root = tmp_path / 'board'
    abandon(root)
    (root / 'notes').write_text('mine')
    with pytest.raises(SimulationError, match='files that no simulated board made'):
        make(root)
    assert (root / 'notes').read_text() == 'mine'


def test_a_file_that_was_put_beside_the_tree_outlives_it(tmp_path: Path) -> None:
    root = tmp_path / 'board'
    with make(root):
        (root / 'notes').write_text('mine')
    assert names(root) == ['notes']


def test_a_marker_that_names_other_places_removes_nothing_there(tmp_path: Path) -> None:
    outside = tmp_path / 'outside'
    outside.mkdir()
    (outside / 'letter').write_text('dear')
    root = tmp_path / 'board'
    root.mkdir()
    (root / MARKER).write_text(f'../outside\n{outside}\n..\n.\nlink\nfolder/../../outside\n')
    (root / 'link').symlink_to(outside)
    with make(root):
        pass
    assert (outside / 'letter').read_text() == 'dear'


def test_a_marker_that_is_a_link_is_refused(tmp_path: Path) -> None:
    root = tmp_path / 'board'
    root.mkdir()
    (tmp_path / 'elsewhere').write_text('proc\n')
    (root / MARKER).symlink_to(tmp_path / 'elsewhere')
    with pytest.raises(SimulationError, match='cannot hold a simulated board'):
        make(root)
    assert (tmp_path / 'elsewhere').exists()


@pytest.mark.parametrize('root', ['bad\0name', '/proc/board', '/dev/null/board'])
def test_impossible_places_are_refused(root: str) -> None:
    with pytest.raises(SimulationError, match='cannot hold a simulated board'):
        make(Path(root))
