"""Keeping comments, articles and words of articles, and noting something about them."""

from typing import Any

from parley.articles.articles import queries as articles
from parley.discussion.comments import anchors
from parley.discussion.comments.queries import CommentRow
from parley.discussion.kept import rules
from parley.discussion.kept.tables import KeptItem
from parley.people.accounts import queries as accounts
from parley.platform import db

KEEP_COMMENT = """
insert into kept_item as k (member, thread, comment, text) values ($1, $2, $3, $4)
on conflict (member, comment) where comment is not null
do update set text = coalesce(nullif($4, ''), k.text), changed_at = now() returning id
"""
KEEP_ARTICLE = """
insert into kept_item as k (member, thread, text) values ($1, $2, $3)
on conflict (member, thread) where comment is null and passage is null
do update set text = coalesce(nullif($3, ''), k.text), changed_at = now() returning id
"""
# The same words again are the same item, also if the form was sent twice.
KEEP_WORDS = """
with same as (
    update kept_item set text = coalesce(nullif($3, ''), text), changed_at = now()
    where member = $1 and thread = $2 and passage = $4 and quote = $5 and prefix = $6 returning id
), new as (
    insert into kept_item (member, thread, text, made_on, passage, quote, prefix, suffix, revision, found_in, anchor)
    select $1, $2, $3, $4, $4, $5, $6, $7, t.revision, t.revision, 'same' from thread t
    where t.id = $2 and not exists (select from same) returning id
)
select id from same union all select id from new limit 1
"""
UPDATE_NOTE = "update kept_item set text = $3, changed_at = now() where id = $2 and member = $1"


async def keep_comment(member: int, comment: CommentRow, text: str = "") -> int:
    """Keep a comment, with a note; without one, an earlier note stays. Raises Refused."""
    rules.require_visible(comment)
    return await _keep(member, KEEP_COMMENT, comment.thread, comment.id, text)


async def keep_article(member: int, thread: int, text: str = "") -> int:
    """Keep the article of a thread, with a note; without one, an earlier note stays. Raises Refused."""
    return await _keep(member, KEEP_ARTICLE, thread, text)


async def keep_words(member: int, thread: int, passage: int, quote: str, prefix: str, text: str) -> int:
    """Highlight words of an article; without a quote, the passage. Raises Refused if it does not have them."""
    if not quote:
        now = await articles.from_passage(thread, passage)
        quote = next((row.text for row in now if row.lineage == passage), "")
    anchor = await anchors.find(thread, passage, quote, prefix, most=rules.LONGEST_HIGHLIGHT)
    at = anchor.selector
    return await _keep(member, KEEP_WORDS, thread, text, at.lineage, at.quote, at.prefix, at.suffix)


async def _keep(member: int, sql: str, *values: Any) -> int:
    """Keep one thing at a time for a member, so that two tabs neither pass the limit nor keep the same words twice."""
    async with db.atomic():
        await accounts.lock(member)
        rules.require_room(await KeptItem.count().where(KeptItem.member == member))
        kept: int = await db.value(sql, member, *values)
        return kept


async def note(member: int, kept: int, text: str) -> None:
    """Write the note of what a member keeps. Nothing happens if it is not theirs."""
    await db.execute(UPDATE_NOTE, member, kept, text)


async def remove(member: int, kept: int) -> None:
    """Keep something no longer; its note goes, too."""
    await KeptItem.delete().where((KeptItem.member == member) & (KeptItem.id == kept))


async def remove_comment(member: int, comment: int) -> None:
    await KeptItem.delete().where((KeptItem.member == member) & (KeptItem.comment == comment))


async def remove_article(member: int, thread: int) -> None:
    mine = (KeptItem.member == member) & (KeptItem.thread == thread)
    await KeptItem.delete().where(mine & KeptItem.comment.is_null() & KeptItem.passage.is_null())
