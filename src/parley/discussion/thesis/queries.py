"""Reading theses, and what a member answered."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from parley.articles.articles.rules import READABLE
from parley.discussion.thesis.rules import AnswerCounts
from parley.discussion.thesis.tables import Thesis
from parley.platform import db

# What readers may read of an article `a` of which not everything is shown, as one text, given its thread `t`.
SHOWN_TEXT = f"""(
    select string_agg(b.text, chr(10)) from revision r cross join {READABLE} b
    where a.display in ('excerpt', 'parts') and r.article = a.id and r.number = t.revision
)"""  # noqa: S608 constants only
# Whether the words of a thesis `h` may be read, given its thread `t` and article `a`: often they are the article's own.
# Not if its text or title was taken down, nor if they stand in a part that may not be read now.
_MAY_BE_READ = """(
    a.display <> 'none' and not a.untitled and (
        a.display = 'full' or not h.in_article or strpos({shown}, rtrim(h.text, '.!\u2026')) > 0
    )
)"""
MAY_BE_READ = _MAY_BE_READ.format(shown=SHOWN_TEXT)
# The present thesis of thread `t`, as `h`, for a `from` clause with `t` and its article `a` in scope.
PRESENT = f"""left join thesis h on h.thread = t.id and h.ended_at is null and {MAY_BE_READ}"""
COLUMNS = "h.agrees, h.disagrees, h.unsure, h.published, h.id, h.thread, h.version, h.text, h.created_at"
SELECT_OF_THREAD = f"""
select {COLUMNS} from thread t join article a on a.id = t.article
join thesis h on h.thread = t.id and h.ended_at is null where t.id = $1 and {MAY_BE_READ}
"""  # noqa: S608 constants only
SELECT_OF_THREADS = f"""
select {COLUMNS} from thread t join article a on a.id = t.article
join thesis h on h.thread = t.id and h.ended_at is null where t.id = any($1::bigint[]) and {MAY_BE_READ}
"""  # noqa: S608 constants only
SELECT_EARLIER = f"""
with shown as materialized (
    select t.id, a.display, a.untitled, {SHOWN_TEXT} as text
    from thread t join article a on a.id = t.article where t.id = $1
)
select {COLUMNS} from shown a join thesis h on h.thread = a.id and h.ended_at is not null
where {_MAY_BE_READ.format(shown="a.text")} order by h.version desc limit 50
"""  # noqa: S608 constants only
# What a member answered to the present thesis, and whether the article is theirs. Always one row. Runs for every thread
# page that a member opens.
SELECT_OF_MEMBER = """
select (a.value) as value, coalesce(a.seen, false) as seen,
       exists (select from claim k where k.article = t.article and k.member = $1 and k.state = 'confirmed') as is_author
from thread t left join thesis h on h.thread = t.id and h.ended_at is null
left join thesis_answer a on a.thesis = h.id and a.member = $1 where t.id = $2
"""


class ThesisRow(AnswerCounts, frozen=True):
    """One wording of a thesis, with the counts of its answers."""

    id: int
    thread: int
    version: int
    text: str
    created_at: datetime


class ViewerThesis(msgspec.Struct, frozen=True):
    """A member's answer, whether they had seen those of others before, and whether they are the article's author."""

    value: int | None = None
    seen: bool = False
    is_author: bool = False


async def of_thread(thread: int) -> ThesisRow | None:
    """The present thesis of a thread, as readers may see it."""
    return await db.fetch_one(ThesisRow, SELECT_OF_THREAD, thread)


async def of_threads(threads: Sequence[int]) -> dict[int, ThesisRow]:
    """The present theses of those of these threads that have one, by thread."""
    return {row.thread: row for row in await db.fetch(ThesisRow, SELECT_OF_THREADS, list(threads))}


async def earlier(thread: int) -> list[ThesisRow]:
    """Former theses, the latest first."""
    return await db.fetch(ThesisRow, SELECT_EARLIER, thread)


async def of_member(member: int, thread: int) -> ViewerThesis:
    return await db.fetch_one(ViewerThesis, SELECT_OF_MEMBER, member, thread) or ViewerThesis()


async def text_of(thread: int) -> str:
    """The present words, whether readers may see them or not; "" if there is none."""
    present = Thesis.select(Thesis.text).where(Thesis.thread == thread, Thesis.ended_at.is_null())
    text: str | None = await db.value(present)
    return text or ""
