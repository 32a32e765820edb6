"""Translations of comments, kept by comment and language until its words change or go (schema.sql)."""

from parley.discussion.comments.queries import CommentRow
from parley.discussion.comments.translator import translate
from parley.platform import db
from parley.platform.concurrency import KeyedSemaphore
from parley.platform.errors import NotFound
from parley.platform.text.messages import N_

SELECT_KEPT = "select html from comment_translation where comment = $1 and language = $2"
# Only if these are still the comment's words. The lock makes whoever changes them now wait, and delete this too.
KEEP = """
insert into comment_translation (comment, language, html)
select c.id, $2, $3 from comment c where c.id = $1 and c.state = 'visible' and c.html = $4 for share
on conflict (comment, language) do update set html = excluded.html
returning html
"""

_asking = KeyedSemaphore(1)


async def kept(comment: int, language: str) -> str | None:
    html: str | None = await db.value(SELECT_KEPT, comment, language)
    return html


async def make(comment: CommentRow, source: str, language: str) -> str:
    """Return the translation of a comment that everybody can read. Readers who ask at once share one."""
    async with _asking.hold(f"{comment.id} {language}"):
        html = await kept(comment.id, language)
        if html is None:
            made = await translate(comment.raw_html, source, language)
            html = await db.value(KEEP, comment.id, language, made, comment.raw_html)
    if html is None:
        raise NotFound(N_("This comment changed a moment ago, so nothing was done. Load the page again to see it."))
    return html
