"""Changing a member's name in what others wrote: `@name` in comments; to erase it, also in the texts of moderators."""

import re

import msgspec

from parley.comments import rendering
from parley.core import db
from parley.core.errors import Refused
from parley.core.events.event_log import emit
from parley.modlog import ops as modlog
from parley.threads.queries import lock_thread

# It replaces the name. No member can have it, since it is reserved (accounts/names.py).
FORMER = "former-member"

SELECT_COMMENTS = """
select id, thread, body, statement from comment
where strpos(lower(body || ' ' || coalesce(statement, '')), lower('@' || $1)) > 0
"""
SELECT_VERSIONS = """
select id, body, statement from comment_version
where strpos(lower(body || ' ' || coalesce(statement, '')), lower('@' || $1)) > 0
"""
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


class Mentioning(msgspec.Struct, frozen=True):
    """A comment that mentions the member."""

    id: int
    thread: int
    body: str
    statement: str | None


class MentioningVersion(msgspec.Struct, frozen=True):
    id: int
    body: str
    statement: str | None


async def rename(name: str, to: str) -> None:
    """Replace `@name` by `@to` in all comments and their versions."""
    at_name = re.compile(rf"@{re.escape(name)}(?![\w-]|\.\w)", re.IGNORECASE)
    for comment in await db.fetch(Mentioning, SELECT_COMMENTS, name):
        async with db.atomic():
            await lock_thread(comment.thread)
            body, statement = _rename(at_name, to, comment.body) or "", _rename(at_name, to, comment.statement)
            if (body, statement) != (comment.body, comment.statement):
                await db.execute(REWRITE_COMMENT, comment.id, body, await _html(body), statement)
                await emit("comment.edited", thread=comment.thread, comment=comment.id, actor=None)
    for version in await db.fetch(MentioningVersion, SELECT_VERSIONS, name):
        texts = _rename(at_name, to, version.body), _rename(at_name, to, version.statement)
        await db.execute(REWRITE_VERSION, version.id, *texts)


async def erase(name: str) -> None:
    """Replace `@name` in all comments and their versions, and `name` in the texts of moderation."""
    await rename(name, FORMER)
    pattern = rf"(?<![\w-]){re.escape(name)}(?![\w-]|\.\w)"
    await modlog.forget(pattern)
    await db.execute(EMPTY_LETTERS, pattern)
    for table, column in TEXTS:
        await db.execute(_in_text(table, column), name, pattern)


def _rename(at_name: re.Pattern[str], to: str, text: str | None) -> str | None:
    return at_name.sub(f"@{to}", text) if text else text


async def _html(body: str) -> str:
    try:
        return await rendering.render(body)
    except Refused:
        # It was written when more links were allowed: rendered again later (comments/jobs.py).
        return ""


def _in_text(table: str, column: str) -> str:
    return f"""
    update {table} set {column} = regexp_replace({column}, $2, '{FORMER}', 'gi')
    where strpos(lower({column}), lower($1)) > 0
    """  # noqa: S608 names from TEXTS
