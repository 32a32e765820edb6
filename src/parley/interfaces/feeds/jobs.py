"""Drawing the pictures for links to threads."""

import asyncio
import hashlib
from datetime import UTC, datetime

import msgspec

from parley.discussion.thesis.queries import PRESENT
from parley.discussion.threads.voices import voices
from parley.interfaces.feeds.drawing import draw
from parley.interfaces.feeds.pictures import mark_of
from parley.interfaces.feeds.tables import LinkPicture
from parley.platform import db
from parley.platform.events import attempts
from parley.platform.settings import settings


class Due(msgspec.Struct, frozen=True):
    """A thread whose picture is missing or shows former words or numbers."""

    id: int
    title: str
    site: str | None
    thesis: str
    comment_count: int
    digits: int
    people: int
    stances: list[int]
    # What its picture shows of a disagreement, and whether anything else of it is missing or old.
    voices: str
    is_old: bool


DIGITS = "case when t.comment_count = 0 then 0 else length(t.comment_count::text) end"
IS_OLD = f"""(k.thread is null or k.title <> t.title or k.digits <> {DIGITS}
    or k.thesis <> coalesce(h.text, '') or k.site is distinct from case when a.url is not null then a.site end)"""
# The words of a disagreement are compared once they may have changed: after the stats of the thread were computed.
SELECT_DUE = f"""
select t.id, t.title, case when a.url is not null then a.site end as site,
       coalesce(h.text, '') as thesis, t.comment_count, {DIGITS} as digits,
       coalesce(s.people, 0) as people, coalesce(s.stances, '{{{{}}}}') as stances,
       coalesce(k.voices, '') as voices, {IS_OLD} as is_old
from thread t join article a on a.id = t.article {PRESENT}
left join thread_stats s on s.thread = t.id left join link_picture k on k.thread = t.id
where not a.untitled
  and ({IS_OLD} or (s.refreshed_at > k.drawn_at and (s.disagreement <> '{{{{}}}}' or k.voices <> '')))
  and {attempts.due("link pictures", "t.id")}
order by t.id desc limit 20
"""  # noqa: S608 constants only
DELETE_PICTURES = """
delete from link_picture k using thread t join article a on a.id = t.article where t.id = k.thread and a.untitled
"""
CHANGED = [
    LinkPicture.title,
    LinkPicture.site,
    LinkPicture.thesis,
    LinkPicture.voices,
    LinkPicture.digits,
    LinkPicture.digest,
    LinkPicture.data,
    LinkPicture.drawn_at,
]


async def draw_due() -> int:
    """Draw the pictures that are due, and delete pictures of titles that were taken down. Return how many were due."""
    await db.execute(DELETE_PICTURES)
    due = await db.fetch(Due, SELECT_DUE)
    await attempts.each("link pictures", due, _draw, key=lambda thread: thread.id)
    return len(due)


async def _draw(thread: Due) -> None:
    both = (await voices([thread.id])).get(thread.id)
    if not thread.is_old and mark_of(both) == thread.voices:
        await LinkPicture.update({LinkPicture.drawn_at: datetime.now(UTC)}).where(LinkPicture.thread == thread.id)
        return
    numbers = thread.stances, thread.comment_count, thread.people
    data = await asyncio.to_thread(draw, thread.title, thread.site, *numbers, settings().name, thread.thesis, both)
    digest = hashlib.sha256(data).hexdigest()[:16]
    drawn = LinkPicture(
        thread=thread.id,
        title=thread.title,
        site=thread.site,
        thesis=thread.thesis,
        voices=mark_of(both),
        digits=thread.digits,
        digest=digest,
        data=data,
    )
    await LinkPicture.insert(drawn).on_conflict(LinkPicture.thread, "DO UPDATE", CHANGED)
