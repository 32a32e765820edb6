"""Changing a member's name in what others wrote: `@name` in comments; to erase it, also in the texts of moderators."""

import re

import msgspec

from parley.discussion.commenting import drafts
from parley.discussion.comments.statement import LONGEST_STATEMENT
from parley.discussion.comments.states import lock_comment
from parley.discussion.comments.tables import Comment, CommentVersion
from parley.moderation.modlog import ops as modlog
from parley.platform import db
from parley.platform.events.event_log import emit
from parley.platform.text.mentions import BEGINS

# It replaces the name. No member can have it, since it is reserved (people/accounts/names.py).
FORMER = "former-member"
ENDS = r"(?![\w-]|\.\w)"

HAS_NAME = "strpos(lower(body || ' ' || coalesce(statement, '')), lower('@' || $1)) > 0"
# An imported comment mentions people of another site, not members.
SELECT_COMMENTS = f"select id from comment where author is not null and {HAS_NAME} order by id"  # noqa: S608 a constant
SELECT_VERSIONS = f"""
select id from comment_version v where {HAS_NAME}
  and exists (select from comment c where c.id = v.comment and c.author is not null) order by id
"""  # noqa: S608 a constant
SELECT_VERSION = "select body, statement from comment_version where id = $1 for no key update"
# Letters that were sent and name the member: their text is no longer needed.
EMPTY_LETTERS = """
update mail set subject = '', text = '', html = null, message = null
where state not in ('planned', 'claimed', 'data') and concat_ws(' ', subject, text, html) ~ $1
"""
OF_THREAD = "exists (select from thread t where t.id = thread and t.starter = $2)"
# Texts of staff, and what members wrote to them: table, column, and the condition for those that concern member $2.
TEXTS = (
    ("decision", "reason", "member = $2"),
    ("appeal", "text", "member = $2"),
    ("appeal", "answer", "member = $2"),
    ("note", "text", "member = $2"),
    (
        "report",
        "text",
        f"reporter = $2 or exists (select from queue_item i where i.id = item and {modlog.CONCERNS_MEMBER})",
    ),
    (
        "revision",
        "reason",
        "editor = $2 or exists (select from thread t where t.article = revision.article and t.starter = $2)",
    ),
    ("suggested_update", "reason", f"member = $2 or {OF_THREAD}"),
    ("suggested_update", "answer", f"member = $2 or {OF_THREAD}"),
    ("thread", "state_reason", "starter = $2"),
)
# A text that becomes too long for its column is cut.
TYPES = {("suggested_update", "reason"): "varchar(300)"}


class MentioningText(msgspec.Struct, frozen=True):
    body: str
    statement: str | None


async def rename(name: str, to: str) -> None:
    """Replace `@name` by `@to` in all comments and their versions.

    Each is read again under its lock, since it may have been edited or erased while others were rewritten.
    """
    at_name = re.compile(rf"{BEGINS.pattern}{re.escape(name)}{ENDS}", re.IGNORECASE)
    for comment in await db.values(SELECT_COMMENTS, name):
        async with db.atomic():
            await _rewrite_comment(comment, at_name, to)
    for version in await db.values(SELECT_VERSIONS, name):
        async with db.atomic():
            await _rewrite_version(version, at_name, to)


async def _rewrite_comment(comment: int, at_name: re.Pattern[str], to: str) -> None:
    thread = (await lock_comment(comment)).thread
    [words] = await db.fetch(MentioningText, Comment.select().where(Comment.id == comment))
    new = _rename(at_name, to, words)
    if new != words:
        html = await drafts.render_again(new.body)
        await Comment.update({Comment.body: new.body, Comment.html: html, Comment.statement: new.statement}).where(
            Comment.id == comment
        )
        await emit("comment.edited", thread=thread, comment=comment, actor=None)


async def _rewrite_version(version: int, at_name: re.Pattern[str], to: str) -> None:
    # No row if its comment was erased meanwhile.
    for words in await db.fetch(MentioningText, SELECT_VERSION, version):
        new = _rename(at_name, to, words)
        await CommentVersion.update({CommentVersion.body: new.body, CommentVersion.statement: new.statement}).where(
            CommentVersion.id == version
        )


async def erase(member: int, name: str) -> None:
    """Replace `@name` in all comments, their versions and the texts of moderation.

    The name alone, which may be a usual word, goes only from texts that concern the member.
    """
    await rename(name, FORMER)
    at_name, alone = rf"{BEGINS.pattern}{re.escape(name)}{ENDS}", rf"(?<![\w-]){re.escape(name)}{ENDS}"
    await modlog.forget(at_name)
    await modlog.forget(alone, member)
    await db.execute(EMPTY_LETTERS, alone)
    for table, column, concerns in TEXTS:
        await db.execute(_replace(table, column, f"@{FORMER}"), at_name)
        await db.execute(_replace(table, column, FORMER, f"and ({concerns})"), alone, member)


def _rename(at_name: re.Pattern[str], to: str, words: MentioningText) -> MentioningText:
    body, statement = (at_name.sub(f"@{to}", text) if text else text for text in (words.body, words.statement))
    return MentioningText(body or "", statement[:LONGEST_STATEMENT] if statement else statement)


def _replace(table: str, column: str, to: str, condition: str = "") -> str:
    replaced = f"regexp_replace({column}, $1, '{to}', 'gi')::{TYPES.get((table, column), 'text')}"
    return f"update {table} set {column} = {replaced} where {column} ~* $1 {condition}"  # noqa: S608 names from TEXTS
