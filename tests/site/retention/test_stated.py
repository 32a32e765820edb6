"""Every table has its answer, and docs/operating.md says what the code does."""

import os
import re
from pathlib import Path
from time import time

import pytest
from litestar import Litestar
from msgspec.structs import replace

from parley.interfaces.live.presence import Presence
from parley.people.mail import retention as mail
from parley.platform import ratelimit
from parley.platform.events import redis
from parley.platform.settings import settings
from parley.site.piccolo_app import TABLES
from parley.site.retention import FILES, KEPT, RULES, remove_expired
from tests.conftest import ROOT

pytestmark = pytest.mark.anyio


def test_every_table_is_kept_for_good_for_a_reason_or_has_a_rule() -> None:
    ruled = {rule.table for rule in RULES}
    assert KEPT.keys() | ruled == {table._meta.tablename for table in TABLES}
    assert all(KEPT.values())


def stated(heading: str) -> list[str]:
    """The rows of the table below a heading of docs/operating.md."""
    text = (ROOT / "docs" / "operating.md").read_text()
    section = re.split(r"^#+ ", text.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    return [line for line in section.splitlines() if line.startswith("|")][2:]


def test_the_table_of_what_goes_is_what_the_code_does() -> None:
    rows = [f"| `{rule.table}` | {rule.what} | {rule.period} | {rule.why} |" for rule in RULES]
    files = [f"| {files.where} | {files.what} | {files.period} | {files.why} |" for files in FILES]
    assert stated("What is deleted") == rows + files


def test_the_table_of_what_stays_is_what_the_code_does() -> None:
    assert stated("What is kept permanently") == [f"| `{table}` | {why} |" for table, why in KEPT.items()]


def test_no_limit_lasts_longer_than_its_bucket_is_kept() -> None:
    kept = next(rule.days for rule in RULES if rule.table == "rate_bucket")
    assert max(limit.seconds for limit in ratelimit.LIMITS.values()) <= kept * 86_400


async def test_what_redis_holds_ends_by_itself(app: Litestar) -> None:
    await ratelimit.take(ratelimit.SIGN_IN_HERE, "ada@198.51.100.0/24")
    await Presence().exchange({1: 2})

    keys = await redis.redis().keys("*")

    assert len(keys) == 2
    assert all([0 < await redis.redis().ttl(key) <= 86_400 for key in keys])


@pytest.mark.parametrize("place", range(len(FILES)))
async def test_old_files_go_and_young_ones_stay(
    app: Litestar, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: int
) -> None:
    monkeypatch.setattr(mail, "settings", lambda: replace(settings(), data=tmp_path, mail_inbox=tmp_path / "inbox"))
    files = FILES[place]
    folder = files.folder()
    assert folder is not None
    folder.mkdir(parents=True)
    for name, seconds in (("old", -60), ("young", 60)):
        (folder / name).touch()
        os.utime(folder / name, times=(time() - files.days * 86_400 + seconds,) * 2)

    assert await remove_expired() == 1

    assert [file.name for file in folder.iterdir()] == ["young"]
