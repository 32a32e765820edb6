"""The worker's job: which threads are due, what is stored and what is not."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from litestar import Litestar

from parley.discussion.opinion_map import jobs, queries
from parley.discussion.opinion_map.published import PublishedMap, PublishedStatement
from parley.discussion.opinion_model.analysis import Verdict
from parley.moderation.statements import ops as statements
from parley.platform import db
from tests import make
from tests.discussion.opinion_map import answering

pytestmark = pytest.mark.anyio

TODAY = datetime.now(UTC)
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
async def thread(app: Litestar) -> int:
    return await make.thread()


async def published(thread: int) -> PublishedMap:
    text = await db.value("select published::text from perspective_map where thread = $1", thread)
    return msgspec.json.decode(text, type=PublishedMap)


def having(published_map: PublishedMap, verdict: Verdict) -> list[PublishedStatement]:
    return [statement for statement in published_map.statements if statement.verdict == verdict]


async def test_a_divided_thread_gets_a_map_and_shared_verdicts_on_the_second_day(thread: int) -> None:
    comments = await answering.statements(thread)
    who = await answering.members(100)
    await answering.camps(thread, comments, who[:90])

    assert await jobs.compute_due() == 1
    first = await published(thread)
    assert first.reason is None
    assert set(first.groups) == {"A", "B"}
    assert having(first, "common-ground") == []
    assert {one.comment for one in having(first, "dividing")} <= set(comments[answering.SHARED :])
    assert len(having(first, "dividing")) >= 8

    # The same answers a day later are no new evidence.
    await jobs.compute(thread, TOMORROW)
    assert having(await published(thread), "common-ground") == []

    await answering.camps(thread, comments, who[90:], seed=2)
    await jobs.compute(thread, TOMORROW + timedelta(hours=1))
    shared = {one.comment for one in having(await published(thread), "common-ground")}
    assert len(shared) >= 4
    assert shared <= set(comments[: answering.SHARED])
    stored = await db.values(
        "select comment from statement_verdict where thread = $1 and verdict = 'common-ground'", thread
    )
    assert set(stored) == shared


async def test_a_map_is_counted_again_after_five_answers_and_five_minutes(thread: int) -> None:
    comments = await answering.statements(thread, 3)
    who = await answering.members(6)
    await answering.store(thread, [(comments[0], member, 1) for member in who[:4]])
    assert await jobs.compute_due() == 0
    await answering.store(thread, [(comments[0], who[4], 1)])
    assert await jobs.compute_due() == 1
    assert (await published(thread)).reason == "too-few-answers"

    await answering.store(thread, [(comments[1], member, 1) for member in who[:5]])
    assert await jobs.compute_due() == 0
    await db.execute("update perspective_map set counted_at = counted_at - interval '6 minutes'")
    await db.execute("update vote set changed_at = now() - interval '7 minutes' where comment = $1", comments[0])
    assert await jobs.compute_due() == 1


async def test_stored_maps_do_not_reveal_members(thread: int) -> None:
    comments = await answering.statements(thread)
    who = await answering.members(80)
    await answering.camps(thread, comments, who)
    await jobs.compute(thread)

    row = await db.value("select to_jsonb(m) - 'id' from perspective_map m where thread = $1", thread)
    stored = msgspec.json.decode(row)
    assert stored["analysis"]["members"] == []
    assert stored["analysis"]["statements"] == []
    positions = stored["state"].pop("positions")
    assert positions.keys() == {"members", "groups", "picture"}
    numbers = {int(key) for part in stored["state"].values() for key in part}
    assert numbers <= set(comments)
    for square in (await published(thread)).picture.squares:  # type: ignore[union-attr]
        assert square.members >= 5
        assert square.members % 5 == 0


async def test_only_eligible_answers_are_in_a_map(thread: int) -> None:
    comments = await answering.statements(thread, 2)
    kept, fresh, left, gone, suspended = await answering.members(5)
    await answering.store(thread, [(comments[0], one, 1) for one in (kept, fresh, left, gone, suspended)])
    await answering.store(thread, [(comments[1], kept, 1)])
    await db.execute("update member set created_at = now() - interval '6 days' where id = $1", fresh)
    await db.execute("update member set in_maps = false where id = $1", left)
    await make.put_state("member", suspended, "suspended")
    await make.put_state("member", gone, "anonymised")
    await make.put_state("comment", comments[1], "removed")

    votes = await queries.eligible_answers(thread)
    assert (votes.voter, votes.statement) == ([str(kept)], [str(comments[0])])


async def test_the_oldest_account_comes_first(thread: int) -> None:
    """Of members who answer alike, the first keeps their weight."""
    (comment,) = await answering.statements(thread, 1)
    young, old = await answering.members(2)
    await db.execute("update member set created_at = created_at - interval '1 day' where id = $1", old)
    await answering.store(thread, [(comment, young, 1), (comment, old, 1)])
    assert (await queries.eligible_answers(thread)).voter == [str(old), str(young)]


async def test_a_statement_that_was_merged_into_another_is_left_out_while_that_one_stands(thread: int) -> None:
    kept, merged = await answering.statements(thread, 2)
    (member,) = await answering.members(1)
    await answering.store(thread, [(kept, member, 1), (merged, member, 1)])
    await statements.merge(await make.member(role="moderator"), merged, kept)
    assert (await queries.eligible_answers(thread)).statement == [str(kept)]

    await make.put_state("comment", kept, "removed")
    assert (await queries.eligible_answers(thread)).statement == [str(merged)]


async def test_an_answer_to_an_earlier_wording_leaves_the_map(thread: int) -> None:
    (comment,) = await answering.statements(thread, 1)
    await answering.store(thread, [(comment, one, 1) for one in await answering.members(2)])
    await db.execute("update comment set version = 2, wording = 2 where id = $1", comment)
    assert (await queries.eligible_answers(thread)).voter == []


async def test_twenty_answers_a_day_count_as_asked(thread: int) -> None:
    comments = await answering.statements(thread, 24)
    (member,) = await answering.members(1)
    await answering.store(thread, [(one, member, 1) for one in comments])
    votes = await queries.eligible_answers(thread)
    assert len(votes.value) == 24
    assert sum(votes.asked or ()) == 20
