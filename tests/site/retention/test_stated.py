"""Every table has its answer, and docs/operating.md says what the code does."""

import os
import re
from pathlib import Path
from time import time

import pytest
from litestar import Litestar
from msgspec.structs import replace

from parley.interfaces.live.upkeep import Presence
from parley.platform import ratelimit
from parley.platform.events import redis
from parley.platform.settings import settings
from parley.site import retention
from parley.site.piccolo_app import TABLES
from parley.site.retention import FILES, RULES, remove_expired
from tests.conftest import ROOT

pytestmark = pytest.mark.anyio


def stated(heading: str) -> list[list[str]]:
    """The cells of the table below a heading of docs/operating.md."""
    text = (ROOT / "docs" / "operating.md").read_text()
    section = re.split(r"^#+ ", text.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_every_table_is_kept_for_a_stated_reason_or_has_a_rule() -> None:
    kept = {table.strip("`"): why for tables, why in stated("What is kept permanently") for table in tables.split(", ")}

    assert all(kept.values())
    assert kept.keys() | {rule.table for rule in RULES} == {table._meta.tablename for table in TABLES}


def beginning(days: int) -> str:
    """How the manual begins to say how long something is kept."""
    return f"{days} day{'s' if days > 1 else ''} after " if days else "until "


def test_the_manual_says_what_is_deleted_when_and_why() -> None:
    deleted = stated("What is deleted")

    rules = [(f"`{rule.table}`", rule.what, rule.days) for rule in RULES]
    files = [(where, files.what, files.days) for (where, *_), files in zip(deleted[len(RULES) :], FILES, strict=True)]
    assert [(table, what) for table, what, _, _ in deleted] == [(table, what) for table, what, _ in rules + files]
    for (_, what, kept, why), (_, _, days) in zip(deleted, rules + files, strict=True):
        assert kept.startswith(beginning(days)), what
        assert why, what


def test_no_limit_lasts_longer_than_its_bucket_is_kept() -> None:
    kept = next(rule.days for rule in RULES if rule.table == "rate_bucket")
    assert max(limit.seconds for limit in ratelimit.LIMITS.values()) <= kept * 86_400


async def test_keys_in_redis_expire(app: Litestar) -> None:
    await ratelimit.take(ratelimit.SIGN_IN_HERE, "ada@ 198.51.100.7")
    await Presence().exchange({1: 2})

    keys = await redis.redis().keys("*")

    assert len(keys) == 2
    assert all([0 < await redis.redis().ttl(key) <= 86_400 for key in keys])


@pytest.mark.parametrize("place", range(len(FILES)))
async def test_old_files_are_deleted_and_young_files_stay(
    app: Litestar, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: int
) -> None:
    monkeypatch.setattr(
        retention, "settings", lambda: replace(settings(), data=tmp_path, mail_inbox=tmp_path / "inbox")
    )
    files = FILES[place]
    folder = files.folder()
    assert folder is not None
    folder.mkdir(parents=True)
    for name, seconds in (("old", -60), ("young", 60)):
        (folder / name).touch()
        os.utime(folder / name, times=(time() - files.days * 86_400 + seconds,) * 2)

    assert await remove_expired() == 1

    assert [file.name for file in folder.iterdir()] == ["young"]
