"""The private names of libraries that we use are there, listed, and bounded above."""

import pkgutil
import re
import tomllib

import pytest

from tests.conftest import ROOT

LISTED = re.findall(r"^\| `((\w+)[\w.]*\._[\w.]+)`", (ROOT / "docs" / "dependencies.md").read_text(), re.MULTILINE)
BOUNDS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]


def test_private_names_are_listed() -> None:
    assert {library for _, library in LISTED} == {"litestar", "jinja2", "markupsafe", "piccolo", "lxml"}


@pytest.mark.parametrize("name", [name for name, _ in LISTED])
def test_a_private_name_is_still_there(name: str) -> None:
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError) as error:
        pytest.fail(f"{name} is gone: see docs/dependencies.md, Private names, before the bound is raised ({error}).")


@pytest.mark.parametrize("library", sorted({library for _, library in LISTED}))
def test_a_library_with_private_names_has_an_upper_bound(library: str) -> None:
    [bound] = [bound for bound in BOUNDS if re.match(rf"{library}(\[\w+\])?[<>=]", bound)]
    assert "<" in bound
