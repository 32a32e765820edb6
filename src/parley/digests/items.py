"""The items of issues as they may be read now, without what was hidden, blocked, reported or read meanwhile."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import msgspec

from parley.articles.rules import READABLE
from parley.core import db
from parley.digests.rules import IS_KNOWN, MAY_BE_READ
from parley.digests.selection import Candidate


class Item(msgspec.Struct, frozen=True):
    """One item with the words it quotes: a comment's, or an article's."""

    issue: int
    id: int
    kind: str
    unread: int
    since: datetime | None
    thread: int
    slug: str
    title: str
    topic: str
    comment: int | None
    author: str | None
    stance: str | None
    assisted: bool
    html: str
    text: str
    ups: int
    at: datetime


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

SHOWN = f"""
select i.issue, i.id, i.kind, i.unread, i.since, i.thread, t.slug, t.title, p.name as topic, i.comment,
       coalesce(m.name, c.imported_author, x.byline) as author, c.stance, coalesce(c.assisted, false) as assisted,
       coalesce(c.html, '') as html, coalesce(x.text, '') as text, coalesce(c.base_ups + c.ups, 0) as ups,
       coalesce(c.created_at, x.at) as at
from issue_item i
join thread t on t.id = i.thread join topic p on p.slug = t.topic join article a on a.id = t.article
left join comment c on c.id = i.comment left join member m on m.id = c.author
{ARTICLE}
where i.issue = any($1::bigint[]) and {MAY_BE_READ} {{more}}
order by i.issue, i.position
"""  # noqa: S608 constants only
READABLE_NOW = SHOWN.format(more="")
UNREAD_NOW = SHOWN.format(more=f"and not {IS_KNOWN}")

INSERT = """
insert into issue_item (issue, member, position, kind, thread, comment, revision, unread, since)
select * from unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::text[], $5::bigint[], $6::bigint[], $7::int[],
                     $8::int[], $9::timestamptz[])
on conflict do nothing
"""


async def put(chosen: Sequence[tuple[int, int, list[Candidate]]]) -> None:
    """Write down what issues tell: each issue, its member, and its items in order."""
    rows = [
        (issue, member, place, one.kind, one.thread, one.comment, one.revision, one.unread, one.since)
        for issue, member, items in chosen
        for place, one in enumerate(items)
    ]
    if rows:
        await db.execute(INSERT, *map(list, zip(*rows, strict=True)))


LEAVE_OUT = "delete from issue_item where issue = any($1::bigint[]) and id <> all($2::bigint[])"


async def leave_out(issues: Sequence[int], kept: Sequence[Item]) -> None:
    """Forget what these issues do not tell after all: another may."""
    await db.execute(LEAVE_OUT, list(issues), [item.id for item in kept])


async def readable(issue: int) -> list[Item]:
    """The items of an issue that its reader may read, also those they know by now."""
    return await db.fetch(Item, READABLE_NOW, [issue])


async def worth_sending(issues: Sequence[int]) -> dict[int, list[Item]]:
    """The items of each issue that may be read and are still unread."""
    found: dict[int, list[Item]] = defaultdict(list)
    for row in await db.fetch(Item, UNREAD_NOW, list(issues)):
        found[row.issue].append(row)
    return found
