"""Appointing the moderators of a room, and saying what the room is about."""

from typing import Any

import msgspec
import structlog

from parley.discussion.commenting.drafts import Draft
from parley.discussion.threads.queries import ThreadRow
from parley.discussion.threads.tables import RoomModerator, Topic
from parley.moderation.matching.current import forget_after_commit, switches
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.people.accounts import queries as accounts
from parley.people.accounts import viewer_cache
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Forbidden, NotFound, Refused
from parley.platform.http.access import ADMIN
from parley.platform.text.messages import N_, Message, plural

log = structlog.get_logger(__name__)
MOST_MODERATORS = 20
SELECT_TOO_NEW = """
select topic.min_days from thread t join topic on topic.slug = t.topic join member m on m.id = $2
where t.id = $1 and m.created_at > now() - topic.min_days * interval '1 day' and m.role = 'member'
  and not exists (select from room_moderator r where r.topic = topic.slug and r.member = m.id)
"""


async def appoint(viewer: Viewer | None, topic: str, name: str, *, on: bool) -> None:
    """Let a member moderate a topic, or no more; without a viewer it is whoever runs the installation.

    Raises Forbidden for anybody but admins, NotFound for an unknown topic, Refused for a name that nobody active has,
    and where there are too many already.
    """
    _require_admin(viewer)
    person = await accounts.by_name(name)
    if person is None or person.state != "active":
        raise Refused(N_("There is no active member with this name."))
    async with db.atomic():
        if not await Topic.select(Topic.slug).where(Topic.slug == topic).lock_rows("NO KEY UPDATE"):
            raise NotFound
        of_topic = RoomModerator.topic == topic
        if on and await RoomModerator.count().where(of_topic) >= MOST_MODERATORS:
            raise Refused(N_("A topic has at most {most} moderators."), most=MOST_MODERATORS)
        if on:
            row = RoomModerator(topic=topic, member=person.id)
            unique = (RoomModerator.topic, RoomModerator.member)
            changed = await RoomModerator.insert(row).on_conflict(unique, "DO NOTHING")
        else:
            gone = RoomModerator.delete().where(of_topic, RoomModerator.member == person.id)
            changed = await gone.returning(RoomModerator.id)
        if changed:
            action = "room.appoint" if on else "room.dismiss"
            role = viewer.role if viewer else "operator"
            await modlog.write(viewer, Entry(action, "member", person.id, reason=topic), role=role)
        # At the next request they moderate the topic, or do not.
        viewer_cache.clear_after_commit()
    log.info("moderator of a topic changed", topic=topic, member=person.id, on=on)


class Description(msgspec.Struct, frozen=True):
    """What the page of a topic says, its colour, and who may write there."""

    intro: str
    rules: str
    min_days: int
    hue: int | None


async def describe(viewer: Viewer, topic: str, new: Description) -> None:
    """Describe a topic anew. Raises Forbidden for anybody but admins."""
    _require_admin(viewer)
    changes: dict[Any, Any] = msgspec.structs.asdict(new)
    async with db.atomic():
        await Topic.update(changes).where(Topic.slug == topic)
        await modlog.write(viewer, Entry("room.change", "ground", 0, reason=topic))
        forget_after_commit()
    log.info("topic described", topic=topic, member=viewer.id)


async def check(draft: Draft) -> None:
    """Raise Refused for a comment by a member who has not been here long enough for the topic."""
    if (refusal := await _too_new(draft.author, draft.thread)) is not None:
        raise Refused(refusal)


async def wait_of(viewer: Viewer, thread: ThreadRow, _parent: int | None) -> Message | None:
    """The sentence above the form of a member who has not been here long enough for the topic."""
    return await _too_new(viewer, thread.id)


async def _too_new(member: Viewer, thread: int) -> Message | None:
    has_waits = (await switches()).has_waits
    days: int | None = await db.value(SELECT_TOO_NEW, thread, member.id) if has_waits else None
    if days is None:
        return None
    return plural(
        "In this topic, you can write once you have been a member for {count} day.",
        "In this topic, you can write once you have been a member for {count} days.",
        days,
    )


def _require_admin(viewer: Viewer | None) -> None:
    if viewer is not None and viewer.access < ADMIN:
        raise Forbidden(N_("Only admins can do this."))
