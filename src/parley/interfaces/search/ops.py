"""Writing the search index. Only the worker does."""

from collections.abc import Sequence

import msgspec

from parley.interfaces.search import documents
from parley.interfaces.search.documents import Document
from parley.platform import db

# A worker that has read an older version of a text must not overwrite a newer one.
WRITE_DOCUMENTS = """
insert into search_document as d (kind, source, thread, version, shown, prior, at, words)
select kind, source, thread, version, shown, prior, at,
       setweight(to_tsvector(configuration::regconfig, a), 'A')
       || setweight(to_tsvector(configuration::regconfig, b), 'B')
       || setweight(to_tsvector(configuration::regconfig, c), 'C') || to_tsvector(configuration::regconfig, d)
       || array_to_tsvector(string_to_array(filters, ' '))
from unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::int[], $5::text[], $6::smallint[], $7::timestamptz[],
            $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[])
     as document (kind, source, thread, version, shown, prior, at, configuration, filters, a, b, c, d)
on conflict (kind, source) do update set
  thread = excluded.thread, version = excluded.version, shown = excluded.shown, prior = excluded.prior,
  at = excluded.at, words = excluded.words
where d.version <= excluded.version and (d.thread, d.version, d.shown, d.prior, d.at, d.words)
  is distinct from (excluded.thread, excluded.version, excluded.shown, excluded.prior, excluded.at, excluded.words)
"""
DELETE_COMMENTS = "delete from search_document where kind = 3 and source = any($1::bigint[])"
DELETE_PASSAGES = "delete from search_document where thread = $1 and kind = 2 and source <> all($2::bigint[])"
DELETE_ORPHANS = """
delete from search_document d where d.thread = $1 and d.kind = 3
and not exists (select from comment c where c.id = d.source and c.state = 'visible' and c.collapsed is null)
"""
# A comment's rank changes with its votes. The stats of its thread are refreshed within seconds (threads/jobs.py).
UPDATE_PRIORS = """
update search_document d set prior = n.prior
from (
    select c.id, least(15, floor(16 * c.best))::smallint as prior from thread_stats s
    join comment c on c.thread = s.thread and c.scored_at > now() - interval '10 minutes'
    where s.refreshed_at > now() - interval '10 minutes'
) n where d.kind = 3 and d.source = n.id and d.prior <> n.prior
"""


async def index_comments(ids: Sequence[int]) -> None:
    """Index these comments as everybody can read them now, and take out comments that nobody may find."""
    rows = await documents.of_comments(ids)
    gone = set(ids) - {document.source for document in rows}
    if gone:
        await db.execute(DELETE_COMMENTS, sorted(gone))
    await _write(rows)


async def index_article(thread: int) -> None:
    """Index the article of a thread and the passages of its newest revision, and take out former passages."""
    rows = await documents.of_article(thread)
    await db.execute(DELETE_PASSAGES, thread, [document.source for document in rows[1:]])
    for place in range(0, len(rows), documents.BATCH):
        await _write(rows[place : place + documents.BATCH])


async def index_stale(thread: int, after: int = 0) -> int | None:
    """Index some comments of a thread, with ids above `after`, that are not indexed as they are.

    Return the last of them if there may be more.
    """
    ids = await documents.stale_comments(thread, after)
    if ids:
        await index_comments(ids)
    return ids[-1] if len(ids) == documents.BATCH else None


async def check(thread: int) -> None:
    """Bring the index of a whole thread up to date."""
    await index_article(thread)
    await db.execute(DELETE_ORPHANS, thread)
    last: int | None = 0
    while last is not None:
        last = await index_stale(thread, last)


async def refresh_ranks() -> int:
    """Store the present rank of comments that were voted on lately, and return how many changed."""
    return await db.execute(UPDATE_PRIORS)


async def _write(documents_read: Sequence[Document]) -> None:
    rows = sorted((msgspec.structs.astuple(document) for document in documents_read), key=lambda row: row[:2])
    columns = [list(column) for column in zip(*rows, strict=True)]
    if columns:
        await db.execute(WRITE_DOCUMENTS, *columns)
