"""docs/architecture.md shows the tree as it is: its picture, and the files and functions that documents name."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
# A file, from the top of the tree, from src/parley or one of its folders, from tests or templates.
FILE = re.compile(r"(?<![\w/.-])([\w-]+(?:/[\w-]+)+\.(?:py|html|js|css|sql))\b")
ROOTS = (ROOT, ROOT / "src/parley", *(ROOT / "src/parley").iterdir(), ROOT / "tests", ROOT / "templates")
# A file below src/parley and a name in it: `commenting/posting.py: post_comment`, `live/delivery.py: Delivery.run`.
NAMED = re.compile(r"`([\w/]+\.py): (\w+(?:\.\w+)?)`")
# The other way round: `UNDO_SECONDS` in `src/parley/moderation/decisions/rules.py`.
NAMED_IN = re.compile(r"`(\w+)` in `src/parley/([\w/]+\.py)`")


@cache
def names_in(path: Path) -> set[str]:
    """Return what a module defines: functions, classes, methods as `Class.method`, and constants."""
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            methods = [one for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
            found |= {f"{node.name}.{method.name}" for method in methods}
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


def is_there(file: str, name: str) -> bool:
    path = ROOT / "src" / "parley" / file
    return path.exists() and name in names_in(path)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_function_that_a_document_names_exists(document: Path) -> None:
    text = document.read_text()
    named = [*NAMED.findall(text), *((file, name) for name, file in NAMED_IN.findall(text))]

    assert [place for place in named if not is_there(*place)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_a_document_names_exists(document: Path) -> None:
    named = FILE.findall(document.read_text())
    assert [file for file in named if not any((root / file).exists() for root in ROOTS)] == []


def test_the_architecture_names_functions() -> None:
    assert len(NAMED.findall((ROOT / "docs" / "architecture.md").read_text())) > 40


@pytest.mark.parametrize(
    "named",
    [
        ("discussion/commenting/posting.py", "no_such_function"),
        ("no/such/file.py", "post"),
        ("interfaces/live/broadcast.py", "Broadcaster.no_such_method"),
    ],
)
def test_a_name_that_is_gone_is_noticed(named: tuple[str, str]) -> None:
    assert not is_there(*named)


def test_the_picture_is_current() -> None:
    """`make picture` writes it."""
    command = [sys.executable, ROOT / "bin/architecture"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert (ROOT / "docs" / "architecture.svg").read_text() == printed
