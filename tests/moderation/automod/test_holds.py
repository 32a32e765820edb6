"""A held comment is escalated after two days and expires after two weeks (moderation-proofs.md R18)."""

import asyncio
import os
from datetime import timedelta

import asyncpg
import httpx
import pytest
from litestar import Litestar

from parley.discussion.comments.rules import CommentState
from parley.discussion.threads import reading
from parley.moderation.automod import holds, jobs
from parley.moderation.decisions import undoing
from parley.moderation.matching.conditions import WordList
from parley.moderation.modlog import ops as modlog
from parley.people.accounts.viewer import Viewer
from parley.platform import db as core
from tests import make
from tests.moderation.automod.rows import age, put_rule
from tests.moderation.modlog.replay import differences
from tests.moderation.modqueue.reported import decided
from tests.moderation.scenarios.promises import broken

pytestmark = pytest.mark.anyio

WORDS = "A *thought* with a link."
ITEM = "select state || case when escalated then ' escalated' else '' end from queue_item where target = $1"
LETTERS = """
select subject || ': ' || text from mail where recipient = $1 and kind not like 'held.%' order by id
"""
RECORDED = "select action || ' ' || role from mod_action where kind = 'comment' and target = $1 order by id"


@pytest.fixture(autouse=True)
async def holding(app: Litestar, db: None) -> None:
    await put_rule(WordList(["thought"]), action="hold")


async def held(author: Viewer, days: int, thread: int | None = None) -> int:
    """A comment that a rule held this many days ago."""
    comment = await make.comment(thread or await make.thread(), author, WORDS)
    await age(comment, timedelta(days))
    return comment


async def state(comment: int) -> str:
    found: str = await core.value("select state from comment where id = $1", comment)
    return found


async def test_a_recently_held_comment_waits(app: Litestar) -> None:
    comment = await held(await make.member(), 1)

    assert await jobs.review_holds() == 0
    assert await state(comment) == "pending" and await core.value(ITEM, comment) == "open"


async def test_after_two_days_it_is_escalated_and_the_staff_is_mailed_once(app: Litestar) -> None:
    author = await make.member("jonas")
    await make.member("mo", role="moderator")
    late = [await held(author, 3), await held(author, 5)]

    passed_on = [await jobs.review_holds() for _ in range(3)]

    assert passed_on == [2, 0, 0]
    for comment in late:
        assert await state(comment) == "pending" and await core.value(ITEM, comment) == "open escalated"
        assert await core.values(RECORDED, comment) == ["hold automatic", "escalate automatic"]
    (letter,) = await core.values(LETTERS, "mo@example.org")
    assert letter.startswith("2 comments are waiting for a moderator") and "/mod/queue?escalated=1" in letter
    assert await core.values(LETTERS, "jonas@example.org") == []


@pytest.mark.committed
async def test_each_comment_is_escalated_in_its_own_transaction(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one transaction for all, moderators could not decide anything until the last comment was escalated."""
    first, second = [await held(await make.member(), days) for days in (5, 3)]
    others, seen = await asyncpg.connect(os.environ["DATABASE_URL"]), []
    lock_comment = holds.states.lock_comment

    async def locked(comment: int) -> CommentState:
        seen.append((comment, await others.fetchval(ITEM, first)))
        return await lock_comment(comment)

    monkeypatch.setattr(holds.states, "lock_comment", locked)

    assert await holds.escalate() == 2

    await others.close()
    assert seen == [(first, "open"), (second, "open escalated")]


async def test_a_held_comment_whose_item_was_closed_returns_to_the_queue(app: Litestar) -> None:
    comment = await held(await make.member(), 3)
    await core.execute("update queue_item set state = 'done'")

    assert await jobs.review_holds() == 1
    assert await core.value(ITEM, comment) == "open escalated"


async def test_undoing_a_decision_leaves_it_escalated(app: Litestar) -> None:
    mo, comment = await make.member(role="moderator"), await held(await make.member(), 3)
    await jobs.review_holds()

    await undoing.undo(mo, await decided(await core.value("select id from queue_item"), mo, "warn"))

    assert await core.value(ITEM, comment) == "open escalated"
    assert await jobs.review_holds() == 0


async def test_after_two_weeks_it_goes_back_to_its_author(app: Litestar) -> None:
    comment, thread = await held(await make.member("jonas"), 15), await core.value("select max(id) from thread")

    assert await jobs.review_holds() == 1

    assert await state(comment) == "expired" and await core.value(ITEM, comment) == "done"
    assert await core.values(RECORDED, comment) == ["hold automatic", "expire automatic"]
    (letter,) = await core.values(LETTERS, "jonas@example.org")
    assert letter.startswith("Your comment was not reviewed in time: Hello jonas,")
    assert WORDS in letter and f"http://localhost/t/{thread}\n" in letter
    assert await jobs.review_holds() == 0
    assert (await modlog.verify()).broken is None and await broken() == [] and await differences() == []


async def test_a_comment_decided_in_time_does_not_expire(app: Litestar) -> None:
    comment, mo = await held(await make.member(), 15), await make.member(role="moderator")
    await decided(await core.value("select id from queue_item"), mo, "approve")

    assert await jobs.review_holds() == 0
    assert not await holds.expire(comment)
    assert await state(comment) == "visible"


async def test_a_released_comment_is_new_to_members_who_visited_while_it_was_held(app: Litestar) -> None:
    comment, reader = await held(await make.member(), 1), await make.member()
    thread: int = await core.value("select max(id) from thread")
    await reading.open_thread(reader.id, thread)
    await core.execute("update visit set read_until = now() - interval '1 hour' where member = $1", reader.id)

    await decided(await core.value("select id from queue_item"), await make.member(role="moderator"), "approve")

    [visit] = await core.fetch(reading.VisitRow, reading.SELECT_VISIT, reader.id, thread)
    assert visit.unread == 1
    assert await core.value("select created_at = now() from comment where id = $1", comment)


@pytest.mark.committed
async def test_one_of_several_workers_expires_it(app: Litestar) -> None:
    author = await make.member("jonas")
    await make.member("mo", role="moderator")
    old, late = [await held(author, 15) for _ in range(3)], [await held(author, 3) for _ in range(3)]

    done = await asyncio.gather(*(jobs.review_holds() for _ in range(4)))

    assert sum(done) == len(old) + len(late)
    assert len(await core.values(LETTERS, "jonas@example.org")) == len(old)
    assert len(await core.values(LETTERS, "mo@example.org")) == 1
    assert [len(await core.values(RECORDED, comment)) for comment in [*old, *late]] == [2] * 6


async def test_its_author_reads_how_it_stands_and_can_copy_the_words(client: httpx.AsyncClient) -> None:
    author, thread = await make.member(), await make.thread()
    waiting, _, forgotten = [await held(author, days, thread) for days in (1, 15, 60)]
    await jobs.review_holds()
    await make.sign_in(client, author)

    page = (await client.get(await make.address(thread))).text
    await make.sign_in(client, await make.member())
    of_another = (await client.get(await make.address(thread))).text

    assert "Waiting for a moderator" in page and "This has expired" in page
    assert page.count(f"{WORDS}</textarea>") == 2
    assert f'id="held{waiting}"' in page and f'id="held{forgotten}"' not in page
    assert "thought" not in of_another


async def test_the_public_log_shows_that_it_expired(client: httpx.AsyncClient) -> None:
    await held(await make.member("jonas"), 15)
    await jobs.review_holds()

    page = (await client.get("/log")).text

    assert "expired without review" in page and "thought" not in page and "jonas" not in page
