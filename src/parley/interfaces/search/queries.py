"""The only way into the search index. Another engine could replace it behind these functions."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime

import asyncpg
import msgspec

from parley.interfaces.search.tables import Kind
from parley.interfaces.search.terms import TextQuery
from parley.interfaces.search.visibility import (
    FROM_ARTICLE,
    FROM_COMMENT,
    TEXT_OF_ARTICLE,
    TEXT_OF_COMMENT,
    TEXT_OF_PASSAGE,
)
from parley.platform import db
from parley.platform.concurrency import FairSemaphore
from parley.platform.errors import Busy
from parley.platform.text.messages import N_

# A process runs three searches at once, so that they never take the connections that reading needs; others wait. It
# runs one of each network, so that one person with slow searches does not delay others.
_running = FairSemaphore(3)
WAIT_SECONDS = 2.0
STATEMENT_MILLISECONDS = 800
# This many matches, those with the best prior, are ranked by their words and counted. With a phrase there are more,
# since not every match has it.
CANDIDATES, PHRASE_CANDIDATES = 401, 2_001
# If that takes too long, only the newest documents are searched.
NEWEST = 5_000

SOURCES = {Kind.ARTICLE: FROM_ARTICLE, Kind.PASSAGE: FROM_ARTICLE, Kind.COMMENT: FROM_COMMENT}
# A row of `found` is a match only if its text has all phrases of the query, and none of those that are left out.
TEXTS = {Kind.ARTICLE: TEXT_OF_ARTICLE, Kind.PASSAGE: TEXT_OF_PASSAGE, Kind.COMMENT: TEXT_OF_COMMENT}


def _has_phrases(kind: Kind, wanted: str, unwanted: str) -> str:
    return f"""({wanted}::text[] = '{{}}' or {TEXTS[kind]} ~ all({wanted}))
    and ({unwanted}::text[] = '{{}}' or not {TEXTS[kind]} ~ any({unwanted}))"""


# A generic plan would not know how rare the words of this query are. Parallel workers would slow others down.
CHANGE_SETTINGS = """
select set_config('statement_timeout', $1, true), set_config('plan_cache_mode', 'force_custom_plan', true),
       set_config('max_parallel_workers_per_gather', '0', true)
"""
IS_MATCH = "d.kind = $2 and d.words @@ $3::text::tsquery and d.at >= $4 and d.at < $5"
WEIGHTS = "'{0.1, 0.2, 0.4, 1}'"
# A word counts more in a short text than in a long one, which has many words by chance. Passages and comments have
# about 40 different words, and count as in BM25; articles have a title, which counts whatever their length.
BY_LENGTH = "0.25 + 0.75 * length(words) / 40.0"
LENGTHS = {Kind.ARTICLE: "1 + ln(1 + length(words))", Kind.PASSAGE: BY_LENGTH, Kind.COMMENT: BY_LENGTH}
# Matches that may lack words are ordered by how much of the query they have. Then words count, the more the closer
# together they stand, and a little by how often they occur, which also ranks texts that have a word only as the name of
# their author. The prior and the age count too. Readers mostly look for what they read in the last days: a comment of
# today counts nearly twice as much as one of last month, and that one a quarter more than a very old one.
BEST_FIRST = {
    kind: f"""
(select sum(weight) from unnest($11::text[], $12::float8[]) part (query, weight) where words @@ query::tsquery)
desc nulls last,
(ts_rank_cd({WEIGHTS}, words, $6::text::tsquery) + 0.02 * ts_rank_cd({WEIGHTS}, words, $7::text::tsquery))::float8
/ ({length}) * (1 + 0.05 * prior) * (1 + 0.25 * exp(-days / 260) + exp(-days / 5)) desc,
prior desc, at desc, source desc
"""  # noqa: S608 constants only
    for kind, length in LENGTHS.items()
}
NEWEST_FIRST = "$7::text is null, $11::text[] is null, $12::float8[] is null, at desc, source desc"
# How candidates are chosen. In one thread, or by one member, all matches are read from the index of words and sorted,
# hence the sums: in the order of an index, PostgreSQL would read most documents of the site.
CANDIDATES_FIRST = {
    ("best", False): "d.prior desc, d.at desc",
    ("best", True): "d.prior + 0 desc, d.at desc",
    ("new", False): "d.at desc",
    ("new", True): "d.at + interval '0' desc",
}
# Candidates are chosen before their sources are read. Nearly all of them may be found, as the worker takes out others.
# The age in days has a maximum, as PostgreSQL refuses exp() of much less than -700.
SELECT_HITS = {
    (kind, *order): f"""
with candidate as materialized (
    select d.* from search_document d where {IS_MATCH} order by {first} limit $8
), found as (
    select d.source, d.prior, d.at, d.words,
           least(3000, greatest(0, extract(epoch from now() - d.at)::float8 / 86400)) as days
    from candidate d {joined} and d.words @@ $6::text::tsquery and {_has_phrases(kind, "$13", "$14")}
)
select source, count(*) over ()::int as count, (select count(*) from candidate) = $8 as has_more,
       array(select place::int from unnest($11::text[]) with ordinality part (query, place)
             where not words @@ query::tsquery) as missing
from found order by {BEST_FIRST[kind] if order[0] == "best" else NEWEST_FIRST} offset $9 limit $10
"""  # noqa: S608 constants only
    for kind, joined in SOURCES.items()
    for order, first in CANDIDATES_FIRST.items()
}
SELECT_AMONG_NEWEST = {
    kind: f"""
select d.source from (select * from search_document where kind = $2 order by at desc limit {NEWEST}) d {joined}
and {IS_MATCH} and d.words @@ $6::text::tsquery and {_has_phrases(kind, "$8", "$9")} order by d.at desc limit $7
"""  # noqa: S608 constants only
    for kind, joined in SOURCES.items()
}
# Of each word that a text has, whether the query asks for it, perhaps in another form.
SELECT_MARKED = """
select distinct word from unnest($1::text[]) word cross join unnest($2::text[]) configuration
where to_tsvector(configuration::regconfig, word) @@ $3::text::tsquery
"""
# Articles that the worker has not indexed yet, which takes a while after many at once, as at the first start. Those at
# which it failed do not count: they concern the operator, not readers.
IS_BEHIND = """
select exists (
    select from event e where e.indexed_at is null and e.kind in ('thread.opened', 'discussion.imported')
    and not exists (select from job_failure f where f.job = 'search' and f.item = e.id::text)
)
"""


class Search(msgspec.Struct, frozen=True):
    """What to look for. `filters` are words of the index such as `^t6`; members whom `viewer` blocked are left out."""

    text: TextQuery
    filters: tuple[str, ...]
    after: datetime
    before: datetime
    viewer: int | None
    sort: str = "best"
    # Parts of the query, as text of the type tsquery, and how much each counts, if a match may lack some of them.
    parts: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()

    @property
    def is_narrow(self) -> bool:
        """Whether the search is limited to one thread or one author."""
        return any(term.startswith(("^t", "^a")) for term in self.filters)

    def matching(self, text: str) -> str:
        """Return `text` and the filters as text of the type tsquery."""
        # A filter is a word in quotes, in which quotes and backslashes are doubled.
        quoted = ["'" + term.replace("\\", "\\\\").replace("'", "''") + "'" for term in self.filters]
        return " & ".join([*([text] if text else []), *quoted])


class FoundDocument(msgspec.Struct, frozen=True):
    source: int
    count: int
    has_more: bool
    # The places, from 1, of the parts of the query that it lacks.
    missing: list[int] = []


class Hits(msgspec.Struct, frozen=True):
    """The sources of a page of hits, and how many hits there are on all pages; there may be more if `has_more`.

    `only_newest` says that only the newest documents were searched, since all took too long. `missing` has the places,
    from 0, of the parts of the query that a hit lacks.
    """

    refs: list[int]
    count: int
    has_more: bool = False
    only_newest: bool = False
    missing: dict[int, list[int]] = {}


async def hits(search: Search, kind: Kind, *, offset: int, limit: int) -> Hits:
    """Return hits of one kind in order. Raises Busy if other searches take too long."""
    text = search.text
    phrases = (text.phrases, text.unwanted_phrases)
    most = PHRASE_CANDIDATES if any(phrases) or text.exact != text.loose else CANDIDATES
    arguments = (*_arguments(search, kind), text.any, most, offset, limit, search.parts, search.weights, *phrases)
    try:
        async with _limit():
            rows = await db.fetch(FoundDocument, SELECT_HITS[kind, search.sort, search.is_narrow], *arguments)
            first = rows[0] if rows else FoundDocument(0, 0, has_more=False)
            missing = {row.source: [place - 1 for place in row.missing] for row in rows if row.missing}
            return Hits([row.source for row in rows], first.count, first.has_more, missing=missing)
    except asyncpg.QueryCanceledError:
        async with _limit():
            refs = await db.values(SELECT_AMONG_NEWEST[kind], *_arguments(search, kind), limit, *phrases)
            return Hits(refs, len(refs), has_more=True, only_newest=True)


def _arguments(search: Search, kind: Kind) -> tuple[object, ...]:
    loose, exact = search.matching(search.text.loose), search.matching(search.text.exact)
    return (search.viewer, int(kind), loose, search.after, search.before, exact)


@asynccontextmanager
async def _limit() -> AsyncIterator[None]:
    """Wait until few enough searches are running, and limit the time of each statement."""
    async with AsyncExitStack() as stack:
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await stack.enter_async_context(_running.hold())
        except TimeoutError:
            raise Busy(N_("The site is busy right now. Please try again in a moment."), 2) from None
        async with db.atomic():
            await db.execute(CHANGE_SETTINGS, str(STATEMENT_MILLISECONDS))
            yield


async def asked_for(words: Sequence[str], text: TextQuery) -> frozenset[str]:
    """Return which of these folded words a query asks for, in any form."""
    if not words or not text.any:
        return frozenset()
    return frozenset(await db.values(SELECT_MARKED, list(words), list(text.configurations), text.any))


async def is_behind() -> bool:
    """Whether articles still wait to be indexed, so that a search may miss some."""
    return bool(await db.value(IS_BEHIND))
