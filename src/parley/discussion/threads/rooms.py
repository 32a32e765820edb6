"""Rooms: topics with moderators of their own, who see and decide only there.

This is the one place that says what a moderator may see: `moderates` for queries, `require` for what acts.
"""

from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import NotFound
from parley.platform.http.access import MODERATOR, ROOM_MODERATOR

# The thread of what a decision `d` is about: comments move.
THREAD_OF_DECISION = """
case d.kind when 'comment' then (select o.thread from comment o where o.id = d.target) else d.thread end
"""
SELECT_TOPIC = "select topic from thread where id = $1"


def moderates(thread: str, moderator: str = "$1") -> str:
    """SQL condition: this member moderates this thread, or what belongs to no thread.

    Moderators and admins of the site do everywhere, moderators of rooms in the threads of their topics only.
    """
    return f"""(
    (select staff.role in ('moderator', 'admin') from member staff where staff.id = {moderator})
    or exists (select from thread moderated join room_moderator room on room.topic = moderated.topic
               where moderated.id = {thread} and room.member = {moderator}))"""  # noqa: S608 names of columns and parameters


def is_in(thread: str, topics: str) -> str:
    """SQL condition: this thread has one of these topics, or any where that parameter is null."""
    return f"({topics}::text[] is null or (select its.topic from thread its where its.id = {thread}) = any({topics}))"  # noqa: S608 as above


IS_MODERATED_DECISION = f"select {moderates(THREAD_OF_DECISION)} from decision d where d.id = $2"  # noqa: S608 as above


async def require(viewer: Viewer, thread: int | None) -> None:
    """Raise NotFound unless the viewer moderates this thread, or everything where it is about none."""
    if viewer.access >= MODERATOR:
        return
    if viewer.access < ROOM_MODERATOR or thread is None or await db.value(SELECT_TOPIC, thread) not in viewer.rooms:
        raise NotFound


async def require_decision(viewer: Viewer, decision: int) -> None:
    """Raise NotFound unless the viewer moderates where this decision was made."""
    if not viewer.moderates or not await db.value(IS_MODERATED_DECISION, viewer.id, decision):
        raise NotFound


def chosen_topics(viewer: Viewer, topic: str | None) -> list[str] | None:
    """The topics that figures are about: the one that was asked for, or all that the viewer moderates.

    None is the whole site. Raises NotFound for a topic that the viewer does not moderate.
    """
    if topic is not None:
        if not viewer.moderates_in(topic):
            raise NotFound
        return [topic]
    return None if viewer.access >= MODERATOR else sorted(viewer.rooms)
