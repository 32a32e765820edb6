"""Reading suggested updates, and what one of them would change."""

from datetime import datetime
from typing import Any

import msgspec

from parley.articles import versions
from parley.articles.differences import compare, count, foresee
from parley.articles.drafts import decode
from parley.articles.losses import loss
from parley.articles.queries import ArticleRow
from parley.articles.updating import as_update
from parley.core import db


class SuggestionRow(msgspec.Struct, frozen=True):
    """A suggested update; `member` is None for somebody who left."""

    id: int
    thread: int
    title: str
    member_id: int
    member: str | None
    state: str
    draft: bytes | None
    answer: str
    created_at: datetime
    decided_at: datetime | None


ONE = """
select s.id, s.thread, t.title, s.member as member_id, m.name as member, s.state, s.draft, s.answer,
       s.created_at, s.decided_at
from suggested_update s join thread t on t.id = s.thread left join member m on m.id = s.member
where s.id = $1 and s.thread = $2
"""


async def one(suggestion: int, thread: int) -> SuggestionRow | None:
    return await db.fetch_one(SuggestionRow, ONE, suggestion, thread)


class Listed(msgspec.Struct, frozen=True):
    """A suggested update in a list, without its text."""

    id: int
    thread: int
    title: str
    member: str | None
    state: str
    created_at: datetime


# Those that the viewer $1 may decide ($2: all that wait, for a moderator), and the last of their own.
LISTED = """
select s.id, s.thread, t.title, m.name as member, s.state, s.created_at
from suggested_update s join thread t on t.id = s.thread left join member m on m.id = s.member
where s.state = 'waiting' and ($2 or t.starter = $1) or s.member = $1
order by s.state = 'waiting' desc, s.id desc limit 100
"""


async def listed(member: int, *, every: bool) -> list[Listed]:
    """The suggested updates that concern a member; `every` one that waits, for a moderator."""
    return await db.fetch(Listed, LISTED, member, every)


# Visible comments on the article whose passage is one of these.
ON_PASSAGES = """
select count(*) from comment
where thread = $1 and passage = any($2::bigint[]) and parent is null and state = 'visible' and anchor <> 'lost'
"""


async def difference(row: SuggestionRow, article: ArticleRow) -> dict[str, Any]:
    """What a waiting suggestion would change, and how many comments stand on passages that change or go."""
    before = await versions.readable(article.revision_id)
    update = await as_update(article, decode(row.draft or b""))
    runs = compare(before, foresee(before, update.passages))
    lost = loss(before, update.passages)
    return {
        "runs": runs,
        "changes": count(runs),
        "lost": lost,
        "on_changed": await db.value(ON_PASSAGES, row.thread, list(lost.changed)),
        "on_gone": await db.value(ON_PASSAGES, row.thread, list(lost.gone)),
    }
