"""Many members at once: as many queries as for few, and the same issues as one by one."""

from datetime import UTC, datetime
from typing import Any

import pytest
from litestar import Litestar

from parley.discussion.threads.reading import open_thread
from parley.letters.digests import jobs, preview
from parley.letters.news.queries import shared_candidates
from parley.platform import db
from tests.letters.digests.issuing import due, issue, items_of, reader, thread_with_sides

pytestmark = pytest.mark.anyio


async def asked(monkeypatch: pytest.MonkeyPatch, members: int) -> int:
    """How many statements it takes to plan and build an issue for each of so many new members."""
    for _ in range(members):
        await due(await reader())
    now, count, ask = datetime.now(UTC), 0, db.DB.run

    async def counted(method: str, sql: str, args: tuple[Any, ...]) -> Any:
        nonlocal count
        count += 1
        return await ask(method, sql, args)

    with monkeypatch.context() as patch:
        patch.setattr(db.DB, "run", counted)
        assert await jobs.plan(now) == members
        pool = await shared_candidates(now)
        await db.execute("update issue set due_at = now() where state = 'planned'")
        assert await jobs.build(datetime.now(UTC), pool) == members
    return count


async def test_a_large_batch_needs_no_more_queries_than_a_batch_of_one(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    await thread_with_sides()
    alone = await asked(monkeypatch, 1)
    many = await asked(monkeypatch, 12)

    assert await db.value("select count(*) from issue where state = 'posted'") == 13
    assert many == alone


async def test_each_member_of_a_batch_gets_their_own_issue(app: Litestar) -> None:
    first, *_ = await thread_with_sides()
    _, *others = await thread_with_sides("policy")
    mira, jon = await reader(), await reader()
    await open_thread(mira.id, first)
    for one in (mira, jon):
        await due(one)

    of_mira, of_jon = await issue()

    assert await items_of(of_mira) == others
    assert len(await items_of(of_jon)) == 4


async def test_a_dry_run_counts_what_a_run_would_do_and_stores_nothing(app: Litestar) -> None:
    thread, *_ = await thread_with_sides()
    mira, jon, ana = await reader(), await reader(), await reader()
    await open_thread(jon.id, thread)
    await db.execute("update member set seen_at = now() - interval '91 days' where id = $1", ana.id)
    for one in (mira, jon, ana):
        await due(one)
    steps = list[tuple[int, int]]()

    found = await preview.count_due(datetime.now(UTC), lambda done, of: steps.append((done, of)))

    assert (found.due, found.letters, found.items, found.empty, found.asked) == (3, 1, 2, 1, 1)
    assert steps == [(3, 3)]
    for table in ("issue", "issue_item", "mail"):
        assert await db.value(f"select count(*) from {table}") == 0
    assert len(await issue()) == 3
