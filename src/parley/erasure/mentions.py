"""Changing a member's name in what others wrote: `@name` in comments; to erase it, also in the texts of moderators."""

import re

import msgspec

from parley.comments import rendering
from parley.comments.states import lock_comment
from parley.core import db
from parley.core.events.event_log import emit
from parley.core.text.mentions import BEGINS
from parley.modlog import ops as modlog

# It replaces the name. No member can have it, since it is reserved (accounts/names.py).
FORMER = "former-member"

HAS_NAME = "strpos(lower(body || ' ' || coalesce(statement, '')), lower('@' || $1)) > 0"
# An imported comment mentions people of another site, not members.
SELECT_COMMENTS = f"select id from comment where author is not null and {HAS_NAME} order by id"  # noqa: S608 a constant
SELECT_VERSIONS = f"""
select id from comment_version v where {HAS_NAME}
  and exists (select from comment c where c.id = v.comment and c.author is not null) order by id
"""  # noqa: S608 a constant
SELECT_COMMENT = "select body, statement from comment where id = $1"
SELECT_VERSION = "select body, statement from comment_version where id = $1 for no key update"
REWRITE_COMMENT = "update comment set body = $2, html = $3, statement = $4 where id = $1"
REWRITE_VERSION = "update comment_version set body = $2, statement = $3 where id = $1"
# Letters that were sent and name the member: their text is no longer needed.
EMPTY_LETTERS = """
update mail set subject = '', text = '', html = null, message = null
where state not in ('planned', 'claimed', 'data') and concat_ws(' ', subject, text, html) ~* $1
"""
# Texts of staff, and what members wrote to them: table and column.
TEXTS = (
    ("decision", "reason"),
    ("appeal", "text"),
    ("appeal", "answer"),
    ("note", "text"),
    ("report", "text"),
    ("revision", "reason"),
    ("suggested_update", "reason"),
    ("suggested_update", "answer"),
    ("thread", "state_reason"),
)


class MentioningText(msgspec.Struct, frozen=True):
    """The words of a comment, or of an earlier version."""

    body: str
    statement: str | None


async def rename(name: str, to: str) -> None:
    """Replace `@name` by `@to` in all comments and their versions.

    Each is read again under its lock, since it may have been edited or erased while others were rewritten.
    """
    at_name = re.compile(rf"{BEGINS.pattern}{re.escape(name)}(?![\w-]|\.\w)", re.IGNORECASE)
    for comment in await db.values(SELECT_COMMENTS, name):
        async with db.atomic():
            await _rewrite_comment(comment, at_name, to)
    for version in await db.values(SELECT_VERSIONS, name):
        async with db.atomic():
            await _rewrite_version(version, at_name, to)


async def _rewrite_comment(comment: int, at_name: re.Pattern[str], to: str) -> None:
    thread = (await lock_comment(comment)).thread
    [words] = await db.fetch(MentioningText, SELECT_COMMENT, comment)
    new = _rename(at_name, to, words)
    if new != words:
        await db.execute(REWRITE_COMMENT, comment, new.body, await rendering.render_again(new.body), new.statement)
        await emit("comment.edited", thread=thread, comment=comment, actor=None)


async def _rewrite_version(version: int, at_name: re.Pattern[str], to: str) -> None:
    # No row if its comment was erased meanwhile.
    for words in await db.fetch(MentioningText, SELECT_VERSION, version):
        new = _rename(at_name, to, words)
        await db.execute(REWRITE_VERSION, version, new.body, new.statement)


async def erase(name: str) -> None:
    """Replace `@name` in all comments and their versions, and `name` in the texts of moderation."""
    await rename(name, FORMER)
    pattern = rf"(?<![\w-]){re.escape(name)}(?![\w-]|\.\w)"
    await modlog.forget(pattern)
    await db.execute(EMPTY_LETTERS, pattern)
    for table, column in TEXTS:
        await db.execute(_in_text(table, column), name, pattern)


def _rename(at_name: re.Pattern[str], to: str, words: MentioningText) -> MentioningText:
    body, statement = (at_name.sub(f"@{to}", text) if text else text for text in (words.body, words.statement))
    return MentioningText(body or "", statement)


def _in_text(table: str, column: str) -> str:
    return f"""
    update {table} set {column} = regexp_replace({column}, $2, '{FORMER}', 'gi')
    where strpos(lower({column}), lower($1)) > 0
    """  # noqa: S608 names from TEXTS
