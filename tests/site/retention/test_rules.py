"""Each rule of retention takes what is old, and nothing that is young or still needed."""

from datetime import timedelta
from typing import Any

import pytest
from litestar import Litestar

from parley.articles.articles import pictures
from parley.extraction.html.passages import ImportedPassage
from parley.extraction.sandbox.images import Image
from parley.platform import db
from parley.site import retention
from parley.site.retention import RULES, Expiry, remove_expired, remove_expired_rows
from tests.make import as_owner
from tests.site.retention import rows
from tests.site.retention.cases import CASES, SIGN_IN

pytestmark = pytest.mark.anyio

SPARED = [(rule, spared) for rule in RULES for spared in CASES[rule.name].spared]


def test_every_rule_has_a_case() -> None:
    assert CASES.keys() == {rule.name for rule in RULES}
    assert len(CASES) == len(RULES)


async def row(rule: Expiry, *, older: timedelta) -> Any:
    """A row of a rule, whose time began so much longer ago than the rule keeps it."""
    key = await CASES[rule.name].row()
    moment = await db.value("select now()") - timedelta(rule.days) - older
    begin = CASES[rule.name].begin or f"update {rule.table} set {rule.since} = $2 where {rule.key} = $1"
    await db.execute(begin, key, moment)
    return key


async def is_there(rule: Expiry, key: Any) -> bool:
    """Whether a row is as it was."""
    blanked = CASES[rule.name].blanked or "false"
    return bool(await db.value(f"select not ({blanked}) from {rule.table} where {rule.key} = $1", key))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
async def test_old_rows_are_deleted_and_young_rows_stay(app: Litestar, rule: Expiry) -> None:
    old, young = await row(rule, older=timedelta(minutes=1)), await row(rule, older=timedelta(minutes=-1))

    assert await remove_expired_rows(rule) == 1

    assert [await is_there(rule, key) for key in (old, young)] == [False, True]
    assert await remove_expired_rows(rule) == 0
    assert await db.value("select count(*) from job_failure where job <> 'a job'") == 0


@pytest.mark.parametrize(("rule", "spared"), SPARED, ids=[f"{rule.name}, {spared}" for rule, spared in SPARED])
async def test_rows_that_are_needed_stay_however_old(app: Litestar, rule: Expiry, spared: str) -> None:
    old = await row(rule, older=timedelta(1_000))
    await CASES[rule.name].spared[spared](old)

    assert await remove_expired_rows(rule) == 0

    assert await is_there(rule, old)


async def test_rows_are_deleted_in_batches_until_none_is_left(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        await SIGN_IN()
    await db.execute("update session set expires_at = now() - interval '1 minute'")
    monkeypatch.setattr(retention, "BATCH", 2)

    assert await remove_expired() == 5


async def test_a_row_that_cannot_be_deleted_holds_up_no_other(app: Litestar) -> None:
    """What PostgreSQL itself refuses: an import names its member, who must not go before it."""
    needed, others = await rows.unverified(), [await rows.unverified() for _ in range(4)]
    await db.execute("update member set created_at = now() - interval '8 days'")
    await db.execute("insert into article_import (member, source) values ($1, 'url')", needed)

    assert await remove_expired() == 4

    assert await db.values("select id from member where id = any($1)", [needed, *others]) == [needed]
    failed = await db.values("select job || ' ' || item from job_failure")
    assert failed == [f"retention of member {needed}"]


@pytest.mark.committed
async def test_a_row_that_somebody_has_locked_is_left_for_later(app: Litestar) -> None:
    locked, free = await SIGN_IN(), await SIGN_IN()
    await db.execute("update session set expires_at = now() - interval '1 minute'")
    assert db.DB.connections is not None
    other = await db.DB.connections.acquire(seconds=30)
    await other.execute("begin")
    await other.execute("select from session where id = $1 for update", locked)
    try:
        assert await remove_expired() == 1
    finally:
        await other.execute("rollback")
        await db.DB.connections.keep(other)

    assert await db.values("select id from session where id = any($1)", [locked, free]) == [locked]


async def test_a_picture_that_a_text_wants_again_stays_until_the_text_is_written_down(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fetch(_url: str) -> Image:
        return Image("a" * 64, "image/webp", 1, 1, b"x")

    monkeypatch.setattr(pictures, "_fetch", fetch)
    figure = ImportedPassage("figure", None, '<figure><img src="https://example.org/x.webp" alt=""></figure>', "")
    await pictures.store_pictures([figure])
    await db.execute("update media set created_at = now() - interval '60 days'")

    await pictures.store_pictures([figure])

    await remove_expired()
    assert await db.values("select hash from media") == ["a" * 64]


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.table == "notification"], ids=lambda rule: rule.what)
async def test_old_notifications_are_found_without_reading_all(app: Litestar, rule: Expiry) -> None:
    # Without figures of an earlier analysis, PostgreSQL plans for a table with rows.
    async with as_owner():
        await db.execute("truncate notification")
    await db.execute("set local enable_seqscan = off")

    plan = await db.values(f"explain select id from notification where {rule.is_over}")

    assert "Seq Scan" not in "".join(plan)
    assert f"Index Cond: ({rule.since} <" in "".join(plan)
