"""Revising the article of a thread, and recording visits."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from parley.articles.articles.restricting import refuse_frozen
from parley.articles.articles.text import ArticleText
from parley.articles.revisions.revising import RevisionNote, RevisionResult, revise_article
from parley.discussion.threads.comment_outcomes import place_by_hand
from parley.discussion.threads.queries import BEFORE_VISIT, lock_thread
from parley.discussion.threads.tables import Thread
from parley.platform import db
from parley.platform.events.event_log import emit

# Hooks in the transaction of a revision (site/hooks.py): comments find their anchors again. Each is called with the
# thread and the numbers of the former and the new revision, and returns the ids of the comments that it changed.
AfterRevise = Callable[[int, int, int], Awaitable[list[int]]]
after_revise: list[AfterRevise] = []

# Hooks after a visit: notifications of what the page showed become read. Each is called with the member, the thread,
# the ids of the comments on the page (None if unknown) and the number of the last event that the page includes.
AfterVisit = Callable[[int, int, Sequence[int] | None, int], Awaitable[None]]
after_visit: list[AfterVisit] = []

SHOW_REVISION = """
update thread t set revision = r.number, title = r.title from revision r
where t.id = $1 and r.article = t.article and r.number = $2
"""
# A comment that came after event $4 waits behind a button, so the visit ends before it. Without $4 the page had all.
RECORD_VISIT = f"""
insert into visit (member, thread, passage, before_at, seen_at)
select $1, id, $3, now(), coalesce(
    (select created_at - interval '1 microsecond' from event
     where thread = $2 and seq > $4 and $4 > 0 and kind = 'comment.posted' and actor is distinct from $1
     order by seq limit 1), now())
from thread where id = $2
on conflict (member, thread) do update
set before_at = {BEFORE_VISIT}, seen_at = greatest(visit.seen_at, excluded.seen_at),
    passage = coalesce($3, visit.passage)
"""  # noqa: S608 constants only


async def revise_thread(
    thread: int, text: ArticleText, edit: RevisionNote | None = None, placed: Mapping[int, str] | None = None
) -> RevisionResult | None:
    """Write `text` as the next revision of a thread's article. Return None when nothing changed.

    `placed` has the words on which comments are placed by hand. Raises Misplaced if the text does not have them, and
    Refused if its text or title was taken down.
    """
    async with db.atomic():
        await lock_thread(thread)
        article = await db.value(Thread.select(Thread.article).where(Thread.id == thread))
        await refuse_frozen(article)
        revised = await revise_article(article, text, edit)
        if revised is None:
            return None
        await db.execute(SHOW_REVISION, thread, revised.number)
        moved = [
            comment for after in after_revise for comment in await after(thread, revised.number - 1, revised.number)
        ]
        if placed:
            moved = [*{*moved, *[comment for place in place_by_hand for comment in await place(thread, placed)]}]
        payload = {"revision": revised.number, "changed": revised.changed, "comments": moved}
        await emit("article.revised", thread=thread, actor=edit.editor if edit else None, payload=payload)
    return revised


async def record_visit(
    *, member: int, thread_id: int, passage: int | None = None, shown: Sequence[int] | None = None, seq: int = 0
) -> None:
    """Record that `member` reads the thread now, at `passage` (a lineage). A visit ends after ten idle minutes.

    `shown` are the comments on the page, and `seq` is the last event that it includes.
    """
    await db.execute(RECORD_VISIT, member, thread_id, passage, seq)
    for after in after_visit:
        await after(member, thread_id, shown, seq)
