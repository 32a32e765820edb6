"""Commands work on the installation they belong to, and make none by mistake."""

import sys
from pathlib import Path

import pytest

import command
from parley.cli import running
from parley.embedded import CannotStart, find


def installation(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "installation.json").write_text("{}")
    return folder


def test_the_installation_is_found_from_any_folder_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = installation(tmp_path / "var")
    below = tmp_path / "articles" / "drafts"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert find() == data


def test_the_one_beside_the_environment_of_the_program_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = installation(tmp_path / "checkout" / "var")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "checkout" / ".venv"))
    assert find() == data


def test_a_folder_that_is_named_is_the_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installation(tmp_path / "var")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CannotStart, match="There is no installation in"):
        find(tmp_path / "other")


def test_a_restore_from_another_folder_is_for_the_installation_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "checkout" / ".venv"))
    assert running._data_folder(None, new=True) == Path("var")
    data = installation(tmp_path / "checkout" / "var")
    assert running._data_folder(None, new=True) == data
    assert running._data_folder(Path("new"), new=True) == Path("new")


@pytest.mark.parametrize(
    "arguments",
    [["member", "add", "grace", "grace@example.org"], ["demo"], ["log", "verify"], ["backup", "all.backup"]],
)
def test_no_command_makes_a_new_database_by_mistake(arguments: list[str], tmp_path: Path) -> None:
    data = tmp_path / "vaar"
    ended = command.parley(*arguments, "--data", data, cwd=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr == f"There is no installation in {data}. `parley up --data {data}` starts one there.\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
            "The file is not text in UTF-8: invalid start byte at byte 0. Nothing was changed.\n",
        ),
        (FileNotFoundError(2, "No such file or directory", "x"), "No such file or directory: x.\n"),
    ],
)
def test_a_wrong_file_is_said_in_a_sentence(
    error: Exception, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def read() -> None:
        raise error

    with pytest.raises(SystemExit, match="1"):
        running.exit_on_error(read)
    assert capsys.readouterr().err == sentence
