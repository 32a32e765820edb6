"""What the documents name is there: links, headings, files of the tree and packages."""

import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?)$", re.MULTILINE)
# A path in code marks, from one of the tree's top folders, with an extension.
CODE = re.compile(r"`((?:src|tests|bench|bin|static|templates|docs|deploy|requirements)/[\w./-]+\.\w+)")
# Written by a run of `make bench`, and not committed.
MADE = {"bench/last.json"}
OTHER_SITES = ("http://", "https://", "mailto:")


def anchors(document: Path) -> set[str]:
    """Return the anchors that a Markdown viewer gives to the headings of a document."""
    headings = HEADING.findall(FENCE.sub("", document.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def is_broken(document: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = document.parent / path if path else document
    return not target.exists() or bool(anchor and target.suffix == ".md" and anchor not in anchors(target))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_and_file_that_a_document_names_is_there(document: Path) -> None:
    text = FENCE.sub("", document.read_text())
    links = [link for link in LINK.findall(text) if not link.startswith(OTHER_SITES)]
    assert [link for link in links if is_broken(document, link)] == []
    assert [path for path in {*CODE.findall(text)} - MADE if not (ROOT / path).exists()] == []


def test_a_missing_file_and_a_missing_heading_are_broken_links() -> None:
    readme = ROOT / "README.md"
    assert is_broken(readme, "docs/no-such-page.md")
    assert is_broken(readme, "docs/operating.md#no-such-heading")
    assert not is_broken(readme, "docs/operating.md#settings")


def test_the_list_of_dependencies_names_the_packages_of_pyproject() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project, groups = settings["project"], settings["dependency-groups"]
    declared = chain(project["dependencies"], *project["optional-dependencies"].values(), *groups.values())
    names = {re.split(r"[^\w.-]", requirement)[0] for requirement in declared}
    listed = re.findall(r"^\| `([\w-]+)` \|", (ROOT / "docs" / "dependencies.md").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(names)
