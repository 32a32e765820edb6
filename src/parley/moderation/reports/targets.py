"""Targets of reports and decisions: comments, members, articles; locked in the order thread, comment, member."""

from datetime import datetime

import msgspec

from parley.discussion.comments.rules import MOVED, CommentState
from parley.platform import db
from parley.platform.errors import NotFound, Refused
from parley.platform.text.messages import N_


class Target(msgspec.Struct, frozen=True):
    """A target in its state when it was locked.

    `member` is the comment's author, the member who added the article, or the member themselves.
    """

    kind: str
    id: int
    thread: int | None
    member: int | None
    role: str
    state: str
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
    withheld: list[int] = []


class TargetMember(msgspec.Struct, frozen=True):
    id: int
    role: str
    state: str
    until: datetime | None


class TargetThread(msgspec.Struct, frozen=True):
    id: int
    state: str
    slow: int
    why: str


class TargetArticle(TargetThread, frozen=True):
    starter: int | None
    restricted: str
    untitled: bool
    withheld: list[int]


class TargetComment(msgspec.Struct, frozen=True):
    thread: int
    author: int | None
    state: str
    deleted_at: datetime | None
    collapsed: str | None


# For no key update: rows that refer to these can still be inserted meanwhile.
LOCK_MEMBER = "select id, role, state, state_until as until from member where id = $1 for no key update"
LOCK_ARTICLE = """
select t.id, t.state, t.slow, coalesce(t.state_reason, '') as why, t.starter, a.restricted, a.untitled, a.withheld
from thread t join article a on a.id = t.article where t.id = $1 for no key update
"""
LOCK_THREAD_OF_COMMENT = """
select id, state, slow, coalesce(state_reason, '') as why from thread
where id = (select thread from comment where id = $1) for no key update
"""
LOCK_COMMENT = "select thread, author, state, deleted_at, collapsed from comment where id = $1 for no key update"


async def lock(kind: str, target: int) -> Target:
    """Lock a target with its thread and its member. Raises NotFound; Refused if a comment has just been moved."""
    if kind == "comment":
        return await _lock_comment(target)
    if kind == "article":
        return await _lock_article(target)
    member = await db.fetch_one(TargetMember, LOCK_MEMBER, target)
    if member is None:
        raise NotFound(N_("This member does not exist."))
    return Target("member", target, None, member.id, member.role, member.state, member.state, member.until)


async def _lock_comment(comment: int) -> Target:
    thread = await db.fetch_one(TargetThread, LOCK_THREAD_OF_COMMENT, comment)
    row = await db.fetch_one(TargetComment, LOCK_COMMENT, comment)
    if thread is None or row is None:
        raise NotFound(N_("This comment does not exist."))
    if row.thread != thread.id:
        raise Refused(MOVED)
    member = await db.fetch_one(TargetMember, LOCK_MEMBER, row.author) if row.author else None
    return Target(
        "comment",
        comment,
        thread.id,
        row.author,
        member.role if member else "member",
        row.state,
        member.state if member else None,
        member.until if member else None,
        CommentState(comment, thread.id, row.author, row.state, row.deleted_at, thread.state),
        row.collapsed,
        thread.state,
        thread.slow,
        thread.why,
    )


async def _lock_article(thread: int) -> Target:
    row = await db.fetch_one(TargetArticle, LOCK_ARTICLE, thread)
    if row is None:
        raise NotFound(N_("This thread does not exist."))
    member = await db.fetch_one(TargetMember, LOCK_MEMBER, row.starter) if row.starter else None
    return Target(
        "article",
        thread,
        thread,
        row.starter,
        member.role if member else "member",
        row.state,
        member.state if member else None,
        member.until if member else None,
        thread_state=row.state,
        slow=row.slow,
        why=row.why,
        restricted=row.restricted,
        untitled=row.untitled,
        withheld=row.withheld,
    )
