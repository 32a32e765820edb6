"""The passages that comments are about, as readers may see them."""

from collections.abc import Sequence

import msgspec

from parley.articles.articles.rules import READABLE, WITHHELD
from parley.platform import db

SELECT_PASSAGES = f"""
select c.id as comment, p.text
from comment c join thread t on t.id = c.thread join article a on a.id = t.article
join revision r on r.article = a.id and r.number = t.revision cross join {READABLE} p
where c.id = any($1::bigint[]) and c.passage is not null and c.anchor <> 'lost' and p.lineage = c.passage
  and p.kind <> '{WITHHELD}'
"""  # noqa: S608 constants only


class PassageWords(msgspec.Struct, frozen=True):
    comment: int
    text: str


async def passages(comments: Sequence[int]) -> dict[int, str]:
    """Return the text of the present passage that each of these comments is about, if it is about one."""
    return {row.comment: row.text for row in await db.fetch(PassageWords, SELECT_PASSAGES, list(comments))}
