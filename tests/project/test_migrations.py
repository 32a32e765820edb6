"""No new migration locks a large table for longer than a moment, or takes away what the version before still uses."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from parley.platform.db import migrated

# Migrations up to this one were applied before they were checked, and never change.
UNCHECKED = "m0047"
# These have a row or more for each comment, vote or visit. An index of another table is built within a moment.
LARGE = (
    "comment|comment_signature|comment_version|event|feed_item|hit|mail|mod_action|notification|passage|queue_item"
    "|quoted_words|search_document|search_word|visit|vote|webhook_delivery"
)
OF_LARGE = re.compile(rf"\b(?:table|on)\s+(?:only\s+)?(?:{LARGE})\b", re.IGNORECASE)
RULES = (
    "adding-foreign-key-constraint|adding-not-nullable-field|adding-required-field|adding-serial-primary-key-field"
    "|changing-column-type|constraint-missing-not-valid|disallowed-unique-constraint|renaming-column|renaming-table"
    "|require-concurrent-index-creation|ban-drop-column|ban-drop-table"
)
CHANGES = re.compile(r"(?:\s*--.*\n)*\s*(?:alter|create|drop) ", re.IGNORECASE)
FOUND = re.compile(rf"(?<= )(?:{RULES})(?= )")


def statements(path: Path) -> Iterator[str]:
    """Yield the statements in a migration's file that change the schema."""
    text = path.read_text("utf-8")
    for part in [text] if path.suffix == ".sql" else _strings(text):
        yield from statements_of(part)


def statements_of(sql: str) -> list[str]:
    return [one.strip() for one in sql.split(";") if CHANGES.match(one)]


def _strings(code: str) -> list[str]:
    constants = (one.value for one in ast.walk(ast.parse(code)) if isinstance(one, ast.Constant))
    return [value for value in constants if isinstance(value, str)]


def faults(statement: str) -> set[str]:
    squawk = Path(sys.executable).with_name("squawk")
    command = [str(squawk), "--pg-version=15", "--assume-in-transaction", "--reporter=gcc"]
    told = subprocess.run(command, input=f"{statement};\n", capture_output=True, text=True, check=False).stdout
    return set(FOUND.findall(told)) if OF_LARGE.search(statement) else set()


def test_new_migrations_lock_no_large_table() -> None:
    files = [one for one in sorted(migrated.FOLDER.glob("m0*")) if one.suffix in (".py", ".sql")]
    checked = [one for one in files if one.name[: len(UNCHECKED)] > UNCHECKED]

    assert {one.name: found for one in checked for said in statements(one) if (found := faults(said))} == {}


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("create index comment_by_day on comment (created_at)", "require-concurrent-index-creation"),
        ("alter table comment alter column body type varchar(9)", "changing-column-type"),
        ("alter table vote add column weight integer not null", "adding-required-field"),
        ("alter table vote add constraint weighed check (value > 0)", "constraint-missing-not-valid"),
        ("alter table visit rename column thread to place", "renaming-column"),
        ("alter table comment drop column body", "ban-drop-column"),
    ],
)
def test_what_locks_a_large_table_is_found(statement: str, fault: str) -> None:
    both = statements_of(f"{statement};\n-- squawk-ignore {fault}\n{statement}")
    assert [fault in faults(one) for one in both] == [True, False]
    assert not faults("alter table comment add column weight integer default 1")
