"""Commands work on the installation they belong to, and make none by mistake."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import rich_click as click
from click.testing import CliRunner

from parley.platform.local_servers import CannotStart, find
from parley.site.cli import main, running
from tests import command


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


def test_no_command_makes_a_new_database_by_mistake(tmp_path: Path) -> None:
    data = tmp_path / "vaar"
    ended = command.parley("member", "add", "grace", "grace@example.org", "--data", data, cwd=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr == refusal(data)
    assert list(tmp_path.iterdir()) == []


def refusal(data: Path) -> str:
    return f"There is no installation in {data}. `parley up --data {data}` starts one there.\n"


def leaves(group: click.Command, *path: str) -> Iterator[tuple[str, click.Command]]:
    """The commands below a command, by their names."""
    if not isinstance(group, click.Group):
        yield " ".join(path), group
        return
    context = click.Context(group)
    for name in group.list_commands(context):
        below = group.get_command(context, name)
        assert below is not None
        yield from leaves(below, *path, name)


COMMANDS = dict(leaves(main))
# They may begin an installation (docs/operating.md).
BEGINNING = {"up", "restore", "import"}
# They need none; the others get the addresses of its servers from the environment.
READING = {
    "api get", "api post", "api watch", "article read", "docs", "mail classify", "mcp", "perspectives analyse"
}  # fmt: skip
SERVING = {"web", "worker", "migrate"}
# It says so as one of its findings (test_doctor.py).
CHECKING = {"doctor"}


def required(wanted: click.Command, folder: Path) -> Iterator[str]:
    """Values for what a command must be given."""
    for each in wanted.params:
        if each.required:
            yield from () if isinstance(each, click.Argument) else each.opts[:1]
            yield value(each.type, folder)


def value(kind: click.ParamType, folder: Path) -> str:
    if isinstance(kind, click.Choice):
        return str(kind.choices[0])
    if isinstance(kind, click.Path):
        return str(folder / ("there" if kind.exists else "new"))
    return "1"


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - BEGINNING - READING - SERVING - CHECKING))
def test_every_command_refuses_a_folder_without_an_installation(name: str, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("{}")
    data = tmp_path / "vaar"

    ended = CliRunner().invoke(main, [*name.split(), *required(COMMANDS[name], tmp_path), "--data", str(data)])

    assert (ended.output, ended.exit_code) == (refusal(data), 1)
    assert [file.name for file in tmp_path.iterdir()] == ["there"]


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
