"""The texts of one comment: as its author edits it, its versions, and those that are held."""

from datetime import datetime

import msgspec
from markupsafe import Markup

from parley.platform import db

SELECT_COMMENT_TEXT = """
select id, thread, parent, stance, assisted, version, body, html as raw_html, state from comment where id = $1
"""
# The newest versions before number $2: at most $4, with at most $3 characters together. There are always at least two,
# since the page shows what each version changed in the one before.
SELECT_VERSIONS = """
with version as (
    select number, body, statement, written_at as at from comment_version where comment = $1
    union all
    select version, body, statement, coalesce(edited_at, created_at) from comment where id = $1
), newest as (
    select number, at, body, statement, sum(length(body)) over (order by number desc) as characters,
           row_number() over (order by number desc) as place, number = min(number) over () as is_first
    from version where number < $2
)
select number, body, statement, at, is_first from newest
where place <= 2 or (characters <= $3 and place <= $4) order by number
"""
# A held comment expires after 14 days, and is listed for another 30; a withdrawn one for a day.
IS_HELD = """
author = $1 and thread = $2
and (state in ('pending', 'hidden') or state = 'expired' and created_at > now() - interval '44 days'
     or state = 'withdrawn' and deleted_at > now() - interval '1 day')
"""
# The newest ones, since a member may have hundreds: at most this many, with so many characters together.
MOST_HELD, HELD_CHARACTERS = 20, 100_000
# One that was published and then hidden until a moderator decides has the reason. `older` are those left out.
SELECT_HELD_COMMENTS = f"""
select id, state, statement, body, coalesce(beginning, html) as raw_html, created_at, case when state = 'hidden' then (
           select a.reason from mod_action a where a.kind = 'comment' and a.target = newest.id and a.action = 'hold'
           order by a.id desc limit 1) end as reason,
       (select count(*) from comment where {IS_HELD}) - count(*) over () as older
from (
    select *, sum(length(body)) over (order by id desc) as characters
    from (select * from comment where {IS_HELD} order by id desc limit {MOST_HELD}) held
) newest where characters <= {HELD_CHARACTERS} order by id
"""  # noqa: S608 constants only


class CommentText(msgspec.Struct, frozen=True):
    """A comment's present text, to be edited or quoted: its version, Markdown and HTML, and what an edit can change."""

    id: int
    thread: int
    parent: int | None
    stance: str | None
    assisted: bool
    version: int
    body: str
    raw_html: str
    state: str

    @property
    def html(self) -> Markup:
        return Markup(self.raw_html)  # noqa: S704 rendered safe by platform/text/markdown.py

    @property
    def is_held(self) -> bool:
        return self.state == "pending"


async def text(comment_id: int) -> CommentText:
    [row] = await db.fetch(CommentText, SELECT_COMMENT_TEXT, comment_id)
    return row


class CommentVersionRow(msgspec.Struct, frozen=True):
    """One version of a comment's text; the highest number is the present one."""

    number: int
    body: str
    statement: str | None
    at: datetime
    # Whether no earlier version is stored.
    is_first: bool


async def versions(comment_id: int, before: int, *, characters: int, most: int) -> list[CommentVersionRow]:
    """Return the newest versions of a comment before number `before`, oldest first."""
    return await db.fetch(CommentVersionRow, SELECT_VERSIONS, comment_id, before, characters, most)


class HeldComment(msgspec.Struct, frozen=True):
    """A held, hidden, expired or withdrawn comment as its author sees it."""

    id: int
    state: str
    statement: str | None
    body: str
    raw_html: str
    created_at: datetime
    reason: str | None = None
    older: int = 0

    @property
    def html(self) -> Markup:
        return Markup(self.raw_html)  # noqa: S704 rendered safe by platform/text/markdown.py


async def held_comments(author: int, thread: int) -> list[HeldComment]:
    return await db.fetch(HeldComment, SELECT_HELD_COMMENTS, author, thread)
