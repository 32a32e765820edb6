"""What is decided about: a comment, a member, the article of a thread. Locked in the order thread, comment, member."""

from datetime import datetime

import msgspec

from parley.comments import states
from parley.core import db
from parley.core.errors import NotFound


class Target(msgspec.Struct, frozen=True):
    """A locked target as it is, with the member whom a decision about it concerns."""

    kind: str
    id: int
    thread: int | None
    member: int | None
    role: str
    state: str
    member_state: str | None = None
    member_until: datetime | None = None
    collapsed: str | None = None
    thread_state: str | None = None
    slow: int = 0
    # What readers are told of why the thread is held.
    why: str = ""


class TargetMember(msgspec.Struct, frozen=True):
    id: int
    role: str
    state: str
    until: datetime | None


class TargetThread(msgspec.Struct, frozen=True):
    state: str
    slow: int
    why: str


PERSON = "select id, role, state, state_until as until from member where id = $1 for no key update"
PLACE = "select state, slow, coalesce(state_reason, '') as why from thread where id = $1 for no key update"


async def lock(kind: str, target: int) -> Target:
    """Lock a target and whom it concerns. Raises NotFound."""
    if kind == "comment":
        return await _comment(target)
    if kind == "article":
        return await _article(target)
    person = await db.fetch_one(TargetMember, PERSON, target)
    if person is None:
        raise NotFound("This member does not exist.")
    return Target("member", target, None, person.id, person.role, person.state, person.state, person.until)


async def _comment(comment: int) -> Target:
    found = await states.locked(comment)
    place = await _place(found.thread)
    person = await db.fetch_one(TargetMember, PERSON, found.author) if found.author else None
    folded = await db.value("select collapsed from comment where id = $1", comment)
    return Target(
        "comment",
        comment,
        found.thread,
        found.author,
        person.role if person else "member",
        found.state,
        person.state if person else None,
        person.until if person else None,
        folded,
        place.state,
        place.slow,
        place.why,
    )


async def _article(thread: int) -> Target:
    place = await _place(thread)
    return Target(
        "article",
        thread,
        thread,
        None,
        "member",
        place.state,
        thread_state=place.state,
        slow=place.slow,
        why=place.why,
    )


async def _place(thread: int) -> TargetThread:
    place = await db.fetch_one(TargetThread, PLACE, thread)
    if place is None:
        raise NotFound("This thread does not exist.")
    return place
