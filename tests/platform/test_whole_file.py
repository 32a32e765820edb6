"""A file is there when it is complete, whatever happens while it is written."""

from pathlib import Path

import pytest

from parley.platform.errors import CommandFailed
from parley.platform.whole_file import whole_file


def test_what_fails_leaves_the_file_before_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "all.backup"
    path.write_bytes(b"before")

    with pytest.raises(ZeroDivisionError), whole_file(path, 0o600) as file:
        file.write(b"half")
        raise ZeroDivisionError

    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_of_two_at_once_the_second_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "all.backup"
    first, second = whole_file(path, 0o600), whole_file(path, 0o600)
    first.__enter__().write(b"the first")
    second.__enter__().write(b"the second")

    with pytest.raises(CommandFailed):
        first.__exit__(None, None, None)
    assert not path.exists()
    second.__exit__(None, None, None)

    assert path.read_bytes() == b"the second"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]
