"""Why a comment is missing from a member's next issue, as `parley digest why` says it.

It uses the same checks as building an issue.
"""

from collections.abc import Iterator
from datetime import datetime

from parley.discussion.comments.rules import IS_VISIBLE
from parley.letters.digests import items
from parley.letters.digests.queries import SubscriptionRow
from parley.letters.news.candidates import Candidate, CandidateRow, DigestReader
from parley.letters.news.queries import BEST, IS_QUESTION, shared_candidates
from parley.letters.news.readers import readers
from parley.letters.news.rules import (
    ARTICLE_IS_CLEARED,
    HAS_CONTEXT,
    IS_CLEARED,
    IS_ELIGIBLE,
    NEEDS_NO_RESPONSE,
    NEWS_DAYS,
    OPPOSES,
    QUALITY_COLUMNS,
    YOUNGEST_ACCOUNT_MINUTES,
)
from parley.letters.news.selection import (
    collapses,
    has_muted_word,
    has_seen,
    hides_author,
    is_already_sent,
    is_author,
    mutes,
)
from parley.platform import db

SELECT_COMMENT = f"""
select t.id as thread, t.topic, c.created_at as at, {BEST} as best, c.id as comment,
       coalesce(c.author::text, c.imported_author) as author, c.stance, c.assisted, {QUALITY_COLUMNS}, {OPPOSES},
       coalesce((select n.kind from notification n where n.member = $2 and n.comment = c.id order by n.id limit 1),
                case when {IS_QUESTION} then 'question' else 'best' end) as kind,
       {IS_VISIBLE} as is_visible, {IS_ELIGIBLE} as is_eligible, {IS_CLEARED} as is_cleared,
       {HAS_CONTEXT} as has_context, {ARTICLE_IS_CLEARED} as article_is_cleared,
       t.state <> 'archived' as is_not_archived,
       c.created_at > $3::timestamptz - {NEWS_DAYS} * interval '1 day' as is_new
from comment c join thread t on t.id = c.thread where c.id = $1
"""  # noqa: S608 constants only
# The reason if no other applies.
OTHERS_WERE_BETTER = (
    "No rule excludes it, but others were better: an issue has at most ten items, one per author, and from each thread "
    "the best, or the two that disagree about the same words."
)


class CheckedComment(CandidateRow, frozen=True):
    """A comment with what an issue requires of it."""

    kind: str
    is_visible: bool
    is_eligible: bool
    is_cleared: bool
    has_context: bool
    article_is_cleared: bool
    is_not_archived: bool
    is_new: bool


async def reasons(subscription: SubscriptionRow, comment: int, now: datetime) -> list[str] | None:
    """Return why a comment is not in a member's next issue.

    Returns an empty list if it is, and None if there is no such comment.
    """
    row = await db.fetch_one(CheckedComment, SELECT_COMMENT, comment, subscription.member, now)
    if row is None:
        return None
    [chosen] = await items.choose([subscription.issue("", now)], await shared_candidates(now), now)
    if any(chosen_item.comment == comment for chosen_item in chosen):
        return []
    [reader] = await readers([subscription.member], [comment], [], ())
    specific = [*_of_comment(row), *_of_reader(reader, row.candidate(row.kind, now))]
    return specific or [OTHERS_WERE_BETTER]


def _of_comment(row: CheckedComment) -> Iterator[str]:
    if not row.is_visible:
        yield "It is held, deleted or removed."
    elif not row.is_eligible:
        yield "It is collapsed, or more members voted against it than for it."
    if not row.is_cleared:
        yield "It waits for a moderator, or its author is suspended or deleted their account."
    if not row.has_context:
        yield "The comment that it answers is not shown, or is collapsed."
    if not row.article_is_cleared:
        yield "Its article waits for a moderator, or lost its title."
    if not row.is_not_archived:
        yield "Its thread is archived."
    if not row.is_new:
        yield f"It is older than {NEWS_DAYS} days."
    yield from _of_quality(row)


def _of_quality(row: CheckedComment) -> Iterator[str]:
    if row.account_minutes is not None and row.account_minutes < YOUNGEST_ACCOUNT_MINUTES:
        yield f"Its author's account was younger than {YOUNGEST_ACCOUNT_MINUTES} minutes."
    elif not row.is_worth_featuring(row.kind) and row.kind not in NEEDS_NO_RESPONSE:
        yield "Nobody voted that it is worth reading, and nobody else replied."


def _of_reader(reader: DigestReader, candidate: Candidate) -> Iterator[str]:
    if is_author(reader, candidate):
        yield "The member wrote it."
    elif has_seen(reader, candidate):
        yield "The member has read it, replied to it or voted on it."
    if is_already_sent(reader, candidate):
        yield "It was in an earlier issue, or in a notification that was mailed or read."
    if mutes(reader, candidate):
        yield "The member muted the thread or leaves its topic out of the digest."
    if has_muted_word(reader, candidate):
        yield "It contains a word that the member muted."
    if hides_author(reader, candidate):
        yield "The member muted or blocked its author, or its author blocked them."
    if collapses(reader, candidate):
        yield "It was written with AI assistance, which the member does not want to read."
