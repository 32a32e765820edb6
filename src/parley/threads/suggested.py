"""Reading suggested updates, and what one of them would change."""

import asyncio
from datetime import datetime
from typing import Any

import msgspec

from parley.articles import versions
from parley.articles.differences import ChangeRun, beside, compare, count, foresee
from parley.articles.drafts import decode
from parley.articles.importing.passages import ImportedPassage
from parley.articles.losses import Loss, loss
from parley.articles.queries import ArticleRow
from parley.articles.updating import as_update
from parley.articles.versions import Kept
from parley.core import db


class SuggestionRow(msgspec.Struct, frozen=True):
    """A suggested update; `member` is None for somebody who left. Conflicts with the source have no `member_id`."""

    id: int
    thread: int
    title: str
    member_id: int | None
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


class SuggestionSummary(msgspec.Struct, frozen=True):
    """A suggested update in a list, without its text."""

    id: int
    thread: int
    title: str
    member_id: int | None
    member: str | None
    state: str
    created_at: datetime


# Those that the viewer $1 may decide ($2: all that wait, for a moderator), and the last of their own.
LISTED = """
select s.id, s.thread, t.title, s.member as member_id, m.name as member, s.state, s.created_at
from suggested_update s join thread t on t.id = s.thread left join member m on m.id = s.member
where s.state = 'waiting' and ($2 or t.starter = $1) or s.member = $1
order by s.state = 'waiting' desc, s.id desc limit 100
"""


async def listed(member: int, *, every: bool) -> list[SuggestionSummary]:
    """The suggested updates that concern a member; `every` one that waits, for a moderator."""
    return await db.fetch(SuggestionSummary, LISTED, member, every)


# Visible comments on the article whose passage is one of these.
ON_PASSAGES = """
select count(*) from comment
where thread = $1 and passage = any($2::bigint[]) and parent is null and state = 'visible' and anchor <> 'lost'
"""


# So many fields a form may have, and more than a few conflicts at a time are no correction.
MOST_CONFLICTS = 100


async def difference(row: SuggestionRow, article: ArticleRow) -> dict[str, Any]:
    """What a waiting suggestion would change, and how many comments stand on passages that change or go."""
    before = await versions.readable(article.revision_id)
    update = await as_update(article, decode(row.draft or b""))
    runs, lost = await asyncio.to_thread(_compared, before, update.text.passages)
    conflicts = await asyncio.to_thread(lambda: [beside(one) for one in update.merged.conflicts[:MOST_CONFLICTS]])
    return {
        "runs": runs,
        "changes": count(runs),
        "lost": lost,
        "conflicts": conflicts,
        "more_conflicts": len(update.merged.conflicts) - len(conflicts),
        "version": update.version,
        "on_changed": await db.value(ON_PASSAGES, row.thread, list(lost.changed)),
        "on_gone": await db.value(ON_PASSAGES, row.thread, list(lost.gone)),
    }


def _compared(before: list[Kept], after: list[ImportedPassage]) -> tuple[list[ChangeRun], Loss]:
    return compare(before, foresee(before, after)), loss(before, after)
