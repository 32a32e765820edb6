"""Reading the sources of hits, as readers may see them now."""

from collections.abc import Sequence

import msgspec

from parley.articles.articles.rules import READABLE, WITHHELD
from parley.interfaces.search.excerpts import LOOKED_AT
from parley.platform import db


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
  and p.lineage = any($1::bigint[]) and p.kind <> '{WITHHELD}'
"""  # noqa: S608 constants only
SELECT_ARTICLES = f"""
select t.id as source, t.id as thread, left(string_agg(p.text, ' ' order by p.position), {LOOKED_AT}) as text
{FROM_NEWEST_REVISIONS}
where t.id = any($1::bigint[]) group by t.id
"""


async def threads(ids: Sequence[int]) -> dict[int, FoundThread]:
    """Return threads by id."""
    return {row.id: row for row in await db.fetch(FoundThread, SELECT_THREADS, list(ids))}


async def passages(lineages: Sequence[int]) -> dict[int, FoundText]:
    """Return passages of newest revisions by lineage, without what may not be read."""
    return {row.source: row for row in await db.fetch(FoundText, SELECT_PASSAGES, list(lineages))}


async def articles(ids: Sequence[int]) -> dict[int, FoundText]:
    """Return the beginnings of articles by thread, without what may not be read."""
    return {row.source: row for row in await db.fetch(FoundText, SELECT_ARTICLES, list(ids))}
