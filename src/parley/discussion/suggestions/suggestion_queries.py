"""Reading suggested updates, and what each would change."""

from datetime import datetime
from typing import Any

import msgspec

from parley.articles.articles import versions
from parley.articles.articles.queries import ArticleRow
from parley.articles.articles.versions import StoredPassage
from parley.articles.imports.drafts import decode
from parley.articles.revisions.differences import ChangeRun, both_sides, compare, count, preview
from parley.articles.revisions.losses import Loss, loss
from parley.articles.revisions.updating import as_update
from parley.discussion.suggestions import corrections
from parley.discussion.suggestions.suggestion_rows import SuggestionRow
from parley.discussion.threads import comment_outcomes
from parley.extraction.html.passages import ImportedPassage
from parley.platform import db
from parley.platform.concurrency import in_thread


class SuggestionSummary(msgspec.Struct, frozen=True):
    """A suggested update in a list, without its text."""

    id: int
    thread: int
    title: str
    member_id: int | None
    member: str | None
    state: str
    created_at: datetime


# Those that member $1 may decide (all waiting ones if $2, for moderators), and the latest of their own.
SELECT_SUGGESTIONS = """
select s.id, s.thread, t.title, s.member as member_id, m.name as member, s.state, s.created_at
from suggested_update s join thread t on t.id = s.thread
left join member m on m.id = s.member and m.state <> 'anonymised'
where s.state = 'waiting' and ($2 or t.starter = $1) or s.member = $1
order by s.state = 'waiting' desc, s.id desc limit 100
"""


async def list_suggestions(member: int, *, every: bool) -> list[SuggestionSummary]:
    """The suggested updates that concern a member; with `every`, all waiting ones, for moderators."""
    return await db.fetch(SuggestionSummary, SELECT_SUGGESTIONS, member, every)


# A form can have this many fields, and real corrections have a few conflicts.
MOST_CONFLICTS = 100


async def difference(row: SuggestionRow, article: ArticleRow) -> dict[str, Any]:
    """What a waiting suggestion would change, and what becomes of the comments on the article."""
    before = await versions.readable(article.revision_id)
    if row.passage is not None:
        return await _correction(row, article, before)
    update = await as_update(article, decode(row.draft or b""))
    runs, lost = await in_thread(_compare, before, update.text.passages)
    conflicts = await in_thread(lambda: [both_sides(conflict) for conflict in update.merged.conflicts[:MOST_CONFLICTS]])
    return {
        "runs": runs,
        "changes": count(runs),
        "lost": lost,
        "conflicts": conflicts,
        "more_conflicts": len(update.merged.conflicts) - len(conflicts),
        "version": update.version,
        **await comment_outcomes.summary(row.thread, article, update.text),
    }


async def _correction(row: SuggestionRow, article: ArticleRow, before: list[StoredPassage]) -> dict[str, Any]:
    text = await corrections.as_text(row.passage, row.draft, article)
    runs, lost = await in_thread(_compare, before, text.passages if text else [stored.passage for stored in before])
    on_comments = await comment_outcomes.summary(row.thread, article, text) if text else comment_outcomes.NO_OUTCOMES
    return {
        "runs": runs,
        "changes": count(runs),
        "lost": lost,
        "conflicts": [],
        "more_conflicts": 0,
        "version": corrections.version(row, article),
        "is_gone": text is None,
        **on_comments,
    }


def _compare(before: list[StoredPassage], after: list[ImportedPassage]) -> tuple[list[ChangeRun], Loss]:
    return compare(before, preview(before, after)), loss(before, after)
