"""Finding members by the beginning of their names."""

import msgspec

from parley.interfaces.search.parsing import Query
from parley.people.accounts import names
from parley.platform import db

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


class MemberHit(msgspec.Struct, frozen=True):
    name: str
    title: str


async def members(query: Query, viewer: int | None, *, offset: int, limit: int) -> list[MemberHit]:
    """Return members whose names begin with one of the query's words, those with exactly this name first."""
    keys = [names.key(term.text.removeprefix("@")) for term in query.wanted[:MOST_NAMES]]
    keys = [key for key in keys if len(key) >= SHORTEST]
    return await db.fetch(MemberHit, SELECT_BY_BEGINNING, keys, viewer, offset, limit) if keys else []
