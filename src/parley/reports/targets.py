"""Targets of reports and decisions: comments, members, articles; locked in the order thread, comment, member."""

from datetime import datetime

import msgspec

from parley.comments.rules import MOVED, CommentState
from parley.core import db
from parley.core.errors import NotFound, Refused
from parley.core.text.messages import N_


class Target(msgspec.Struct, frozen=True):
    """A locked target, as it was then; `member` is its author, who added the article, or the member themselves."""

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
    # What moderators restricted an article to (articles/restricting.py).
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
    """Lock a target with its thread and its member. Raises NotFound."""
    if kind == "comment":
        return await _lock_comment(target)
    if kind == "article":
        return await _lock_article(target)
    member = await db.fetch_one(TargetMember, LOCK_MEMBER, target)
    if member is None:
        raise NotFound(N_("This member does not exist."))
    return Target("member", target, None, member.id, member.role, member.state, member.state, member.until)


async def _lock_comment(number: int) -> Target:
    thread = await db.fetch_one(TargetThread, LOCK_THREAD_OF_COMMENT, number)
    comment = await db.fetch_one(TargetComment, LOCK_COMMENT, number)
    if thread is None or comment is None:
        raise NotFound(N_("This comment does not exist."))
    if comment.thread != thread.id:
        raise Refused(MOVED)
    member = await db.fetch_one(TargetMember, LOCK_MEMBER, comment.author) if comment.author else None
    return Target(
        "comment",
        number,
        thread.id,
        comment.author,
        member.role if member else "member",
        comment.state,
        member.state if member else None,
        member.until if member else None,
        CommentState(number, thread.id, comment.author, comment.state, comment.deleted_at, thread.state),
        comment.collapsed,
        thread.state,
        thread.slow,
        thread.why,
    )


async def _lock_article(number: int) -> Target:
    thread = await db.fetch_one(TargetArticle, LOCK_ARTICLE, number)
    if thread is None:
        raise NotFound(N_("This thread does not exist."))
    member = await db.fetch_one(TargetMember, LOCK_MEMBER, thread.starter) if thread.starter else None
    return Target(
        "article",
        number,
        number,
        thread.starter,
        member.role if member else "member",
        thread.state,
        member.state if member else None,
        member.until if member else None,
        thread_state=thread.state,
        slow=thread.slow,
        why=thread.why,
        restricted=thread.restricted,
        untitled=thread.untitled,
        withheld=thread.withheld,
    )
