"""Translations of comments, kept by comment and language until its words change or go (schema.sql)."""

import asyncio

from parley.discussion.comments import translator
from parley.discussion.comments.queries import CommentRow
from parley.platform import db
from parley.platform.concurrency import FairSemaphore, KeyedSemaphore
from parley.platform.errors import Busy, NotFound
from parley.platform.text.messages import N_

SELECT_KEPT = "select html from comment_translation where comment = $1 and language = $2"
# Only if these are still the comment's words. The lock makes whoever changes them now wait, and delete this too.
KEEP = """
insert into comment_translation (comment, language, html)
select c.id, $2, $3 from comment c where c.id = $1 and c.state = 'visible' and c.html = $4 for share
on conflict (comment, language) do update set html = excluded.html
returning html
"""

# One place for each network that asks. Whoever waits for one keeps nobody from asking about the same comment.
_places = FairSemaphore(4)
_asking = KeyedSemaphore(1)


async def kept(comment: int, language: str) -> str | None:
    html: str | None = await db.value(SELECT_KEPT, comment, language)
    return html


async def make(comment: CommentRow, source: str, language: str) -> str:
    """Return the translation of a comment that everybody can read. Readers who ask at once share one."""
    try:
        async with asyncio.timeout(translator.SECONDS), _places.hold(), _asking.hold(f"{comment.id} {language}"):
            html = await kept(comment.id, language)
            if html is None:
                made = await translator.translate(comment.raw_html, source, language)
                html = await db.value(KEEP, comment.id, language, made, comment.raw_html)
    except TimeoutError:
        raise Busy(translator.NOT_NOW, 60) from None
    if html is None:
        raise NotFound(N_("This comment changed a moment ago, so nothing was done. Load the page again to see it."))
    return html
