"""Reading what is found, as readers may see it now: threads, passages, and members by their names."""

from collections.abc import Sequence

import msgspec

from parley.articles.articles.rules import HIDDEN, READABLE
from parley.interfaces.search.excerpts import LOOKED_AT
from parley.interfaces.search.forms import Query
from parley.people.accounts import names
from parley.platform import db

# Shorter words are the beginnings of too many names.
SHORTEST = 2
# A query may have several words, each of which may be the beginning of a name.
MOST_NAMES = 3
# Names that look alike have the same key (accounts/names.py). `offset 0` has PostgreSQL look up each beginning by
# index: otherwise it would sort all members.
SELECT_BY_BEGINNING = """
select m.name, m.title from (
    select distinct b.id from unnest($1::text[]) k cross join lateral (
        select id from member where name_key collate "C" >= k and name_key collate "C" < k || chr(1114111) offset 0
    ) b
) beginning join member m on m.id = beginning.id
where m.state not in ('unverified', 'suspended', 'deactivated', 'anonymised')
  and m.id <> all(array(select other from block where member = $2 and kind = 'block'))
order by m.name_key = any($1::text[]) desc, length(m.name_key), m.name_key offset $3 limit $4
"""
SELECT_THREADS = """
select t.id, t.slug, t.title, t.topic, t.comment_count, case when not a.untitled then r.byline end as byline,
       case when not a.untitled then a.site end as site
from thread t join article a on a.id = t.article join revision r on r.article = a.id and r.number = t.revision
where t.id = any($1::bigint[])
"""
FROM_NEWEST_REVISIONS = f"""
from thread t join article a on a.id = t.article join revision r on r.article = a.id and r.number = t.revision
cross join {READABLE} p
"""
SELECT_PASSAGES = f"""
select p.lineage as source, t.id as thread, p.text {FROM_NEWEST_REVISIONS}
where t.id in (select thread from search_document where kind = 2 and source = any($1::bigint[]))
  and p.lineage = any($1::bigint[]) and p.kind <> '{HIDDEN}'
"""  # noqa: S608 constants only
SELECT_ARTICLES = f"""
select t.id as source, t.id as thread, left(string_agg(p.text, ' ' order by p.position), {LOOKED_AT}) as text
{FROM_NEWEST_REVISIONS}
where t.id = any($1::bigint[]) group by t.id
"""


class FoundThread(msgspec.Struct, frozen=True):
    """A thread that is found, or in which something is."""

    id: int
    slug: str
    title: str
    topic: str
    comment_count: int
    byline: str | None
    site: str | None

    @property
    def address(self) -> str:
        return f"/t/{self.id}/{self.slug}"


class FoundText(msgspec.Struct, frozen=True):
    """The readable text of an article (`source` is its thread) or of a passage (its lineage)."""

    source: int
    thread: int
    text: str


class MemberHit(msgspec.Struct, frozen=True):
    name: str
    title: str


async def threads(ids: Sequence[int]) -> dict[int, FoundThread]:
    """Return threads by id."""
    return {row.id: row for row in await db.fetch(FoundThread, SELECT_THREADS, list(ids))}


async def passages(lineages: Sequence[int]) -> dict[int, FoundText]:
    """Return passages of newest revisions by lineage, without what may not be read."""
    return {row.source: row for row in await db.fetch(FoundText, SELECT_PASSAGES, list(lineages))}


async def articles(ids: Sequence[int]) -> dict[int, FoundText]:
    """Return the beginnings of articles by thread, without what may not be read."""
    return {row.source: row for row in await db.fetch(FoundText, SELECT_ARTICLES, list(ids))}


async def members(query: Query, viewer: int | None, *, offset: int, limit: int) -> list[MemberHit]:
    """Return members whose names begin with one of the query's words, those with exactly this name first."""
    keys = [names.key(term.text.removeprefix("@")) for term in query.wanted[:MOST_NAMES]]
    keys = [key for key in keys if len(key) >= SHORTEST]
    return await db.fetch(MemberHit, SELECT_BY_BEGINNING, keys, viewer, offset, limit) if keys else []
