"""Setting the thesis of a thread, and answering it. Each op is one transaction."""

import msgspec

from parley.discussion.comments.published_answers import PublishedTally, Tally, publish
from parley.discussion.thesis import queries
from parley.discussion.thesis.rules import (
    AnswerCounts,
    published_shares,
    require_answer_allowed,
    require_set_allowed,
)
from parley.discussion.thesis.tables import Thesis
from parley.discussion.threads import queries as threads
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import NotFound, Refused
from parley.platform.events.event_log import emit
from parley.platform.http.access import require_write_allowed
from parley.platform.text.messages import N_

INSERT_THESIS = """
insert into thesis (thread, version, text, member, created_at)
select $1, coalesce(max(version), 0) + 1, $2, $3, now() from thesis where thread = $1 returning version
"""
LOCK_PRESENT = f"""
select h.id, h.thread, h.version, h.published, t.state as thread_state, v.value, coalesce(v.counted, false) as counted
from thread t join article a on a.id = t.article
join thesis h on h.thread = t.id and h.ended_at is null
left join thesis_answer v on v.thesis = h.id and v.member = $2
where t.id = $1 and {queries.MAY_BE_READ} for no key update of h
"""  # noqa: S608 constants only
# Once a member has seen the balance, a new answer may follow it. The same answer again changes nothing.
UPSERT_ANSWER = """
insert into thesis_answer as v (thesis, thread, member, value, seen, counted, changed_at)
values ($1, $2, $3, $4, $5, $6, now())
on conflict (thesis, member) do update set value = $4, counted = $6, changed_at = now(),
    seen = v.seen or excluded.seen and v.value is distinct from $4
"""
LOOK = """
insert into thesis_answer as v (thesis, thread, member, seen, changed_at) select id, thread, $2, true, now()
from thesis where thread = $1 and ended_at is null
on conflict (thesis, member) do update set seen = true where v.value is null
"""
# Answers of members who have not confirmed their address do not count.
MOVE_COUNTERS = """
update thesis set agrees = agrees + ($3::int is not distinct from 1)::int - ($2::int is not distinct from 1)::int,
    disagrees = disagrees + ($3::int is not distinct from -1)::int - ($2::int is not distinct from -1)::int,
    unsure = unsure + ($3::int is not distinct from 0)::int - ($2::int is not distinct from 0)::int
where id = $1 returning agrees, disagrees, unsure, published
"""
RECOUNT = """
update thesis h set agrees = r.agrees, disagrees = r.disagrees, unsure = r.unsure
from (
    select t.id, count(*) filter (where v.value = 1) as agrees, count(*) filter (where v.value = -1) as disagrees,
           count(*) filter (where v.value = 0) as unsure
    from thesis t left join thesis_answer v on v.thesis = t.id and v.counted group by t.id
) r
where h.id = r.id and (h.agrees, h.disagrees, h.unsure) is distinct from (r.agrees, r.disagrees, r.unsure)
returning h.id
"""
SELECT_UNCOUNTED = "select thesis from thesis_answer where member = $1 and not counted"
LOCK_THESIS = "select from thesis where id = $1 for no key update"
MARK_COUNTED = """
update thesis_answer set counted = true where thesis = $1 and member = $2 and not counted returning value
"""


class LockedThesis(msgspec.Struct, frozen=True):
    """The present thesis, locked, with the viewer's answer."""

    id: int
    thread: int
    version: int
    published: list[int]
    thread_state: str
    value: int | None
    counted: bool


class Replaced(Refused):
    """The thesis has other words than those that the member answered."""


async def set_thesis(viewer: Viewer, thread: int, text: str | None) -> None:
    """Set the thesis of a thread, or remove it. Answers to other words stay in the record and do not count.

    Raises NotFound, and Forbidden for members who may not set it.
    """
    require_write_allowed(viewer)
    async with db.atomic():
        await threads.lock_thread(thread)
        row, article = await threads.with_article(thread)
        own = await queries.of_member(viewer.id, thread)
        require_set_allowed(viewer, row, article, is_author=own.is_author)
        await put(thread, text, viewer.id)


async def put(thread: int, text: str | None, member: int | None) -> None:
    """Set the thesis of a thread in these words, whoever asks, or remove it; the same words change nothing."""
    async with db.atomic():
        await threads.lock_thread(thread)
        if await queries.text_of(thread) == (text or ""):
            return
        present = (Thesis.thread == thread) & Thesis.ended_at.is_null()
        await Thesis.update(ended_at=db.NOW).where(present)
        version = await db.value(INSERT_THESIS, thread, text, member) if text else None
        await emit("thesis.changed", thread=thread, actor=member, payload={"version": version})


async def answer(
    viewer: Viewer, thread: int, value: int | None, *, version: int | None = None, only_first: bool = False
) -> None:
    """Store the viewer's answer to the present thesis; None takes it back.

    `version` is the one that they read, if it is known. With `only_first`, an earlier answer stays. Raises NotFound
    without a thesis, Refused where the thread is closed, and Replaced for another version.
    """
    require_write_allowed(viewer)
    async with db.atomic():
        row = await db.fetch_one(LockedThesis, LOCK_PRESENT, thread, viewer.id)
        if row is None:
            raise NotFound(N_("Nobody has said what this article claims, so there is nothing to answer."))
        require_answer_allowed(row.thread_state)
        if version not in (None, row.version):
            raise Replaced(N_("The words changed since you read them. Please read them again: nothing was saved."))
        if only_first and row.value is not None:
            return
        was_shown = row.value is not None and published_shares(row.published) is not None
        values = (row.id, row.thread, viewer.id, value, was_shown, viewer.verified)
        await db.execute(UPSERT_ANSWER, *values)
        await _move(row.id, row.value if row.counted else None, value if viewer.verified else None)


async def look(viewer: Viewer, thread: int) -> None:
    """Remember that the viewer saw how others answered, unless they had answered before."""
    await db.execute(LOOK, thread, viewer.id)


async def _move(thesis: int, former: int | None, current: int | None) -> None:
    """Count an answer in place of a former one, and publish the answers if a step is full."""
    counts = await db.fetch_one(AnswerCounts, MOVE_COUNTERS, thesis, former, current)
    if counts is not None and former != current:
        await _publish(thesis, counts)


async def _publish(thesis: int, counts: AnswerCounts) -> None:
    *published, total_compared = counts.published
    now = publish(PublishedTally(Tally(*published), total_compared), counts.tally)
    new = [*msgspec.structs.astuple(now.tally), now.total_compared]
    if new != counts.published:
        await Thesis.update({Thesis.published: new}).where(Thesis.id == thesis)


async def recount() -> list[int]:
    """Count all answers again, and return the theses whose counters were wrong."""
    theses = await db.values(RECOUNT)
    for thesis in theses:
        async with db.atomic():
            await db.execute(LOCK_THESIS, thesis)
            counts = await db.fetch_one(AnswerCounts, Thesis.select().where(Thesis.id == thesis))
            if counts is not None:
                await _publish(thesis, counts)
    return theses


async def count_answers_of_member(member: int) -> int:
    """Count the answers of a member who has confirmed their address, and return how many there were."""
    async with db.atomic():
        theses = sorted(await db.values(SELECT_UNCOUNTED, member))
        for thesis in theses:
            await db.execute(LOCK_THESIS, thesis)
            await _move(thesis, None, await db.value(MARK_COUNTED, thesis, member))
    return len(theses)
