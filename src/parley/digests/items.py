"""The items of issues as they may be read now, without what was hidden, blocked, reported or read meanwhile."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from parley.articles.rules import READABLE
from parley.core import db
from parley.digests.rules import IS_KNOWN, IS_WANTED, MAY_BE_QUOTED, MAY_BE_READ
from parley.digests.selection import Candidate


class DigestItem(msgspec.Struct, frozen=True):
    """One item with the words it quotes: a comment's, or an article's."""

    issue: int
    member: int
    position: int
    kind: str
    thread: int
    comment: int | None
    revision: int | None
    unread: int
    since: datetime | None
    slug: str
    title: str
    topic: str
    author: str | None
    stance: str | None
    assisted: bool
    html: str
    text: str
    ups: int
    at: datetime
    # What the comment answers, and who wrote that.
    answered: str | None
    answered_html: str
    # The words of the article that the comment answers.
    quote: str | None = None
    # How the article begins, where the comment is on all of it and answers nobody.
    opening: str = ""
    is_reply: bool = False


COLUMNS = tuple(DigestItem.__struct_fields__[:9])
# The article as it reads now: of a revision the passage that the reader commented on, else how it begins.
ARTICLE = f"""
left join lateral (
    select r.created_at as at, r.byline, coalesce(
        (select q.text from {READABLE} q where q.lineage = (
            select o.passage from comment o
            where o.thread = i.thread and o.author = i.member and o.anchor = 'changed' and o.state = 'visible'
            order by o.id desc limit 1)),
        (select q.text from {READABLE} q where q.kind = 'paragraph' order by q.position limit 1), '') as text
    from revision r where r.article = a.id and r.number = coalesce(i.revision, t.revision)
) x on i.comment is null
"""  # noqa: S608 constants only

OPENING = f"""
left join lateral (
    select (select b.text from {READABLE} b where b.kind = 'paragraph' order by b.position limit 1) as text
    from revision r where r.article = a.id and r.number = t.revision
) o on c.quote is null and c.parent is null and i.comment is not null
"""  # noqa: S608 constants only

SHOWN = f"""
select {", ".join(f"i.{name}" for name in COLUMNS)}, t.slug, t.title, p.name as topic,
       coalesce(m.name, c.imported_author, x.byline) as author, c.stance, coalesce(c.assisted, false) as assisted,
       coalesce(c.html, '') as html, coalesce(x.text, '') as text, coalesce(c.base_ups + c.ups, 0) as ups,
       coalesce(c.created_at, x.at) as at,
       coalesce(w.name, q.imported_author) as answered, coalesce(q.html, '') as answered_html,
       c.quote, coalesce(o.text, '') as opening, c.parent is not null as is_reply
from {{items}} i
join thread t on t.id = i.thread join topic p on p.slug = t.topic join article a on a.id = t.article
left join comment c on c.id = i.comment left join member m on m.id = c.author
left join comment q on q.id = c.parent and {MAY_BE_QUOTED} left join member w on w.id = q.author
{ARTICLE}
{OPENING}
where {MAY_BE_READ} {{more}}
order by i.issue, i.position
"""  # noqa: S608 constants only
AS_ROWS = """unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::text[], $5::bigint[], $6::bigint[], $7::int[],
                    $8::int[], $9::timestamptz[])"""
STORED = "(select * from issue_item where issue = $1)"
# What was called off, or may not have arrived, is for another issue to tell.
IS_UNREAD = f"and i.told and {IS_WANTED} and not {IS_KNOWN}"

CHOSEN = f"(select * from {AS_ROWS} as chosen({', '.join(COLUMNS)}))"  # noqa: S608 constants only

CHOSEN_READABLE = SHOWN.format(items=CHOSEN, more="")
STORED_UNREAD = SHOWN.format(items=STORED, more=IS_UNREAD)
STORED_READABLE = SHOWN.format(items=STORED, more="")
INSERT = f"insert into issue_item ({', '.join(COLUMNS)}) select * from {AS_ROWS}"  # noqa: S608 constants only
LEAVE_OUT = "delete from issue_item where issue = $1 and position <> all($2::smallint[])"


async def of_choice(chosen: Sequence[tuple[int, int, Sequence[Candidate]]]) -> dict[int, list[DigestItem]]:
    """What was chosen for issues (each with its member), by issue, as far as it may be read at this moment."""
    rows = [
        (issue, member, place, one.kind, one.thread, one.comment, one.revision, one.unread, one.since)
        for issue, member, candidates in chosen
        for place, one in enumerate(candidates)
    ]
    found: dict[int, list[DigestItem]] = defaultdict(list)
    for item in await db.fetch(DigestItem, CHOSEN_READABLE, *_columns(rows)):
        found[item.issue].append(item)
    return found


async def put(items: Iterable[DigestItem]) -> None:
    """Write down what issues tell. The database refuses what their member was told before."""
    rows = [tuple(getattr(item, name) for name in COLUMNS) for item in items]
    await db.execute(INSERT, *_columns(rows))


async def readable(issue: int) -> list[DigestItem]:
    """What an issue tells, as far as its reader may read it, also what they know by now."""
    return await db.fetch(DigestItem, STORED_READABLE, issue)


async def unread(issue: int) -> list[DigestItem]:
    """What an issue tells, as far as its reader may read it and has not read it since."""
    return await db.fetch(DigestItem, STORED_UNREAD, issue)


async def keep_only(issue: int, kept: Sequence[DigestItem]) -> None:
    """Forget what an issue does not tell after all: another may."""
    await db.execute(LEAVE_OUT, issue, [item.position for item in kept])


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in COLUMNS]
