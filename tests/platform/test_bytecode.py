"""Compiled templates are kept, and compiled again when their source or their compiler changes."""

import sys
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from parley.platform.http.templates import TemplateCache


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "one.html").write_text("one")
    return tmp_path


def rendered(folder: Path, cache: TemplateCache | None = None) -> str:
    env = Environment(loader=FileSystemLoader(folder), autoescape=True, bytecode_cache=cache or TemplateCache(folder))
    return env.get_template("one.html").render()


def kept(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in folder.glob("__pycache__/*")]


def test_a_template_is_compiled_once(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered(written)
    monkeypatch.setattr(Environment, "compile", None)

    assert rendered(written) == "one"


def test_a_changed_template_is_compiled_again(written: Path) -> None:
    rendered(written)
    (written / "one.html").write_text("two")

    assert rendered(written) == "two"


def test_another_compiler_compiles_again(written: Path) -> None:
    rendered(written)
    before = kept(written)
    other = TemplateCache(written)
    other.__dict__["_compiler"] = "another"
    rendered(written, other)

    assert len(before) == 1
    assert kept(written) != before


def test_nothing_is_kept_where_python_may_keep_nothing(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    assert rendered(written) == "one"
    assert kept(written) == []


def test_a_folder_that_cannot_be_written_is_no_failure(written: Path) -> None:
    assert rendered(written, TemplateCache(written / "absent")) == "one"
    assert kept(written / "absent") == []
