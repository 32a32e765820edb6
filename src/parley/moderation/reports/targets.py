"""Targets of reports and decisions: comments, members, articles; locked in the order thread, comment, member."""

from datetime import datetime

import msgspec
from msgspec.structs import asdict

from parley.discussion.comments.rules import MOVED, CommentState
from parley.discussion.threads.locks import turn
from parley.platform import db
from parley.platform.errors import NotFound, Refused
from parley.platform.text.messages import N_

# For no key update: rows that refer to these can still be inserted meanwhile.
LOCK_MEMBER = """
select role, state as member_state, state_until as member_until from member where id = $1 for no key update
"""
LOCK_ARTICLE = f"""
with turn as materialized (select {turn("$1")})
select t.id as thread, t.state as thread_state, t.slow, coalesce(t.state_reason, '') as why, t.starter as member,
       a.restricted, a.untitled, a.removed_passages
from turn cross join thread t join article a on a.id = t.article where t.id = $1 for no key update of t, a
"""  # noqa: S608 constants only
LOCK_THREAD_OF_COMMENT = f"""
with turn as materialized (select thread, {turn("thread")} from comment where id = $1)
select t.id as thread, t.state as thread_state, t.slow, coalesce(t.state_reason, '') as why
from turn join thread t on t.id = turn.thread for no key update of t
"""  # noqa: S608 constants only
LOCK_COMMENT = "select thread, author, state, deleted_at, collapsed from comment where id = $1 for no key update"


class Target(msgspec.Struct, frozen=True):
    """A target in its state when it was locked.

    `member` is the comment's author, the member who added the article, or the member themselves.
    """

    kind: str
    id: int
    thread: int | None
    member: int | None
    state: str
    role: str = "member"
    member_state: str | None = None
    member_until: datetime | None = None
    comment: CommentState | None = None
    collapsed: str | None = None
    thread_state: str | None = None
    slow: int = 0
    # The reason that readers see for the thread's state.
    why: str = ""
    # What moderators restricted an article to (articles/articles/restricting.py).
    restricted: str = ""
    untitled: bool = False
    removed_passages: list[int] = []


class TargetMember(msgspec.Struct, frozen=True):
    role: str = "member"
    member_state: str | None = None
    member_until: datetime | None = None


class TargetThread(msgspec.Struct, frozen=True):
    thread: int
    thread_state: str
    slow: int
    why: str


class TargetArticle(TargetThread, frozen=True):
    member: int | None
    restricted: str
    untitled: bool
    removed_passages: list[int]


class TargetComment(msgspec.Struct, frozen=True):
    thread: int
    author: int | None
    state: str
    deleted_at: datetime | None
    collapsed: str | None


async def lock(kind: str, target: int) -> Target:
    """Lock a target with its thread and its member. Raises NotFound; Refused if a comment has just been moved."""
    if kind == "comment":
        return await _lock_comment(target)
    if kind == "article":
        article = await db.fetch_one(TargetArticle, LOCK_ARTICLE, target)
        if article is None:
            raise NotFound(N_("This thread does not exist."))
        member = await _lock_member(article.member)
        return Target("article", target, state=article.thread_state, **asdict(article), **asdict(member))
    member = await _lock_member(target)
    if member.member_state is None:
        raise NotFound(N_("This member does not exist."))
    return Target("member", target, None, target, member.member_state, **asdict(member))


async def _lock_member(member: int | None) -> TargetMember:
    """Lock a member, if there is one."""
    row = await db.fetch_one(TargetMember, LOCK_MEMBER, member) if member else None
    return row or TargetMember()


async def _lock_comment(comment: int) -> Target:
    thread = await db.fetch_one(TargetThread, LOCK_THREAD_OF_COMMENT, comment)
    row = await db.fetch_one(TargetComment, LOCK_COMMENT, comment)
    if thread is None or row is None:
        raise NotFound(N_("This comment does not exist."))
    if row.thread != thread.thread:
        raise Refused(MOVED)
    return Target(
        "comment",
        comment,
        member=row.author,
        state=row.state,
        comment=CommentState(comment, row.thread, row.author, row.state, row.deleted_at, thread.thread_state),
        collapsed=row.collapsed,
        **asdict(thread),
        **asdict(await _lock_member(row.author)),
    )
