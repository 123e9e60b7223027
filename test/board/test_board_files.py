# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Reading and writing files that are not as they should be."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dyn_perception.board.errors import BoardError
from dyn_perception.board.files import LARGEST_READ, Tree, to_cores, to_number, to_numbers

NOBODY = 65534


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / 'root'
    folder.mkdir()
    (tmp_path / 'outside').write_text('7\n')
    return folder


@pytest.fixture
def open_root() -> Iterator[Path]:
    """Return a folder that every user may enter, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_a_root_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / 'file').write_text('x')
    for root in (tmp_path / 'missing', tmp_path / 'file'):
        with pytest.raises(BoardError, match='is not a folder'):
            Tree(root)


@pytest.mark.parametrize(
    ('content', 'number'),
    [
        (b'42\n', 42),
        (b'-5\n', -5),
        (b' 42\0', 42),
        (b'9' * 18, int('9' * 18)),
        (b'9' * 19, None),
        (b'4' * 100_000, None),
        (b'', None),
        (b'4 2', None),
        (b'0x2a', None),
        (b'1e3', None),
        (b'4_2', None),
        (b'nan', None),
        ('٤٢'.encode(), None),
        (b'\xff\xfe\x00', None),
    ],
)
def test_a_number_is_read_or_it_is_nan(root: Path, content: bytes, number: int | None) -> None:
    (root / 'value').write_bytes(content)
    found = Tree(root).number('value')
    assert found == number if number is not None else found != found


def test_lists_of_numbers_and_of_cores_are_read_whole_or_not_at_all() -> None:
    assert to_numbers(b'1 2\n3 ') == [1, 2, 3]
    assert to_numbers(b'1 2 x') == to_numbers(b'1 -2') == to_numbers(b'') == []
    assert to_numbers(b'1 5000', largest=4095) == to_numbers(b'1 ' + b'9' * 19) == []
    assert to_cores(b'0-2,5\n') == (0, 1, 2, 5)
    for text in (b'', b'0-', b'-1', b'a', b'0-99999', b'0,,2', b'99999999999'):
        assert to_cores(text) == ()


def test_what_is_no_regular_file_reads_as_empty_at_once(root: Path) -> None:
    os.mkfifo(root / 'fifo')
    (root / 'folder').mkdir()
    (root / 'loop').symlink_to('loop')
    (root / 'dangling').symlink_to('nothing')
    tree = Tree(root)
    for name in ('fifo', 'folder', 'loop', 'dangling', 'missing', 'loop/x', 'fifo/x'):
        assert tree.read(name) == b''
    assert Tree(Path('/')).read('dev/zero') == b''


def test_links_are_followed_within_the_root_only(root: Path, tmp_path: Path) -> None:
    (root / 'sys/devices/chip').mkdir(parents=True)
    (root / 'sys/devices/chip/value').write_text('1')
    (root / 'sys/class').mkdir()
    (root / 'sys/class/relative').symlink_to('../devices/chip')
    (root / 'sys/class/absolute').symlink_to('/sys/devices/chip')
    (root / 'sys/class/above').symlink_to('../../../../../sys/devices/chip')
    (root / 'outside_absolute').symlink_to(tmp_path / 'outside')
    (root / 'outside_relative').symlink_to('../outside')
    tree = Tree(root)
    for name in ('relative', 'absolute', 'above'):
        assert tree.number(f'sys/class/{name}/value') == 1
        assert tree.names(f'sys/class/{name}') == ['value']
    for name in ('outside_absolute', 'outside_relative', '../outside'):
        assert tree.read(name) == b''
        assert not tree.writable(name)
        with pytest.raises(FileNotFoundError):
            tree.write(name, b'1')
    assert (tmp_path / 'outside').read_text() == '7\n'


def test_a_folder_that_becomes_a_link_out_of_the_root_is_not_read(root: Path) -> None:
    (root / 'chip').mkdir()
    (root / 'chip/outside').write_text('1')
    read = Tree(root).reader('chip/outside')
    assert read() == b'1'
    (root / 'chip').rename(root / 'old')
    (root / 'chip').symlink_to(root.parent)
    assert read() == b''


def test_a_file_that_vanishes_and_returns_or_is_replaced_is_read_anew(root: Path) -> None:
    path = root / 'a/value'
    read = Tree(root).reader('a/value')
    assert read() == b''
    path.parent.mkdir()
    path.write_text('1')
    assert read() == b'1'
    (root / 'new').write_text('2')
    (root / 'new').rename(path)
    assert read() == b'2'
    (root / 'a').rename(root / 'b')
    assert read() == b''
    (root / 'a').symlink_to('b')  # and comes back behind a link
    assert read() == b'2'


def test_a_long_file_is_cut(root: Path) -> None:
    (root / 'long').write_bytes(b'x' * (LARGEST_READ + 1))
    assert len(Tree(root).read('long')) == LARGEST_READ


def test_text_that_cannot_be_shown_is_no_text(root: Path) -> None:
    for content, text in (
        (b'VDD_IN\n', 'VDD_IN'), (b'Board\0', 'Board'), (b'\xff\xff', ''),
        (b'a\x07b', ''), (b'', ''),
    ):  # fmt: skip
        (root / 'text').write_bytes(content)
        assert Tree(root).text('text') == text
    (root / 'folder').mkdir()
    os.close(os.open(bytes(root / 'folder') + b'/odd\xff', os.O_CREAT | os.O_WRONLY))
    (root / 'folder/cpu10').touch()
    (root / 'folder/cpu2').touch()
    assert Tree(root).names('folder') == ['cpu2', 'cpu10']


def test_a_shorter_number_hides_all_of_a_longer_one(root: Path) -> None:
    (root / 'limit').write_text('1479000\n')
    tree = Tree(root)
    tree.write('limit', b'921600')
    assert tree.number('limit') == 921600
    assert to_number((root / 'limit').read_bytes()) == 921600


def test_an_unprivileged_user_reads_and_writes_nothing_without_the_right(open_root: Path) -> None:
    root = open_root
    (root / 'secret').write_text('1')
    (root / 'secret').chmod(0o600)
    (root / 'public').write_text('2')
    (root / 'closed').mkdir()
    (root / 'closed/value').write_text('3')
    (root / 'closed').chmod(0o700)
    code = (
        'import os, sys\n'
        'from pathlib import Path\n'
        'from dyn_perception.board.files import Tree\n'
        f'os.getuid() or (os.setgid({NOBODY}), os.setuid({NOBODY}))\n'
        'tree = Tree(Path(sys.argv[1]))\n'
        'print(*(tree.read(name) for name in ("secret", "public", "closed/value")))\n'
        'print(*(tree.writable(name) for name in ("secret", "public", "closed/value")))\n'
    )
    done = subprocess.run(
        [sys.executable, '-c', code, root], capture_output=True, text=True, check=True
    )
    if os.getuid() == 0:
        assert done.stdout.splitlines() == ["b'' b'2' b''", 'False False False']
    else:
        assert done.stdout.splitlines()[0] == "b'1' b'2' b'3'"
