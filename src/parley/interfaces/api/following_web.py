"""Following and muting threads and topics, muting and blocking members, and reading my notifications."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, post, put
from litestar.params import FromPath, JSONBody

from parley.discussion.commenting.web import thread_at
from parley.interfaces.api.answers import answer, answer_write, problems
from parley.interfaces.api.members_web import member_at
from parley.interfaces.api.paging import After, after_id, next_page
from parley.interfaces.api.scopes import FOLLOW
from parley.letters.notifications import ops, queries
from parley.letters.notifications.queries import NotificationRow
from parley.people.accounts import blocks
from parley.platform.errors import NotFound
from parley.platform.http.access import MEMBER, AnyRequest, signed_in
from parley.platform.text.messages import N_

FOLLOWING = {"who": MEMBER, "scope": FOLLOW, "any_body": True}
Level = Literal["follow", "mute", "none"]
Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]


class Following(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether I follow a thread, mute it, or neither; with a channel for its notifications, or null for my default."""

    level: Level
    channel: Literal["page", "mail", "digest"] | None = None


class TopicFollowing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether I follow a topic, mute it, or neither."""

    level: Level


class Muting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether I mute a member, block them, or neither."""

    level: Literal["mute", "block", "none"]


class Notification(msgspec.Struct, frozen=True):
    """Something that I should know. It says no words: read the comment, as far as it may still be read."""

    id: int
    kind: str
    thread: int | None
    title: str | None
    comment: int | None
    decision: int | None
    is_unread: bool
    created_at: datetime


class NotificationPage(msgspec.Struct, frozen=True):
    items: list[Notification]
    next: str | None


class ReadUpTo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The newest notification that I have read; with a thread, only those of it."""

    upto: Id
    thread: Id | None = None


@get("/threads/{thread:str}/following", name="api:following", opt=FOLLOWING, responses=problems(403, 404))
async def following(request: AnyRequest, thread: FromPath[str]) -> Response[Following]:
    """Whether I follow or mute a thread."""
    viewer = signed_in(request)

    async def make() -> Following:
        subscription = await queries.following(viewer.id, (await thread_at(thread)).id)
        return Following(subscription.level, subscription.channel)  # type: ignore[arg-type]

    return await answer(request, make)


@put(
    "/threads/{thread:str}/following",
    name="api:follow",
    opt=FOLLOWING,
    status_code=200,
    responses=problems(403, 404),
)
async def follow(request: AnyRequest, thread: FromPath[str], data: JSONBody[Following]) -> Response[Following]:
    """Follow a thread, mute it, or neither."""
    row = await thread_at(thread)
    await ops.follow_thread(signed_in(request).id, row.id, data.level, data.channel)
    return answer_write(data)


@put(
    "/topics/{topic:str}/following",
    name="api:follow-topic",
    opt=FOLLOWING,
    status_code=200,
    responses=problems(403, 404),
)
async def follow_topic(
    request: AnyRequest, topic: FromPath[str], data: JSONBody[TopicFollowing]
) -> Response[TopicFollowing]:
    """Follow a topic, mute it, or neither."""
    if not topic.isprintable():
        raise NotFound(N_("There is no such topic."))
    viewer = signed_in(request)
    if data.level == "none":
        for level in ("follow", "mute"):
            await ops.follow_topic(viewer.id, topic, level, on=False)
    else:
        await ops.follow_topic(viewer.id, topic, data.level, on=True)
    return answer_write(data)


@put(
    "/members/{name:str}/muting",
    name="api:mute-member",
    opt=FOLLOWING,
    status_code=200,
    responses=problems(403, 404, 422),
)
async def mute_member(request: AnyRequest, name: FromPath[str], data: JSONBody[Muting]) -> Response[Muting]:
    """Mute a member, block them, or neither."""
    viewer = signed_in(request)
    other = await member_at(name, viewer)
    present = await blocks.kind_of(viewer, other.id)
    if present is not None and present != data.level:
        await blocks.put(viewer, other, present, on=False)
    if data.level != "none":
        await blocks.put(viewer, other, data.level, on=True)
    return answer_write(data)


@get("/notifications", name="api:notifications", opt=FOLLOWING, responses=problems(403, 422))
async def notifications(request: AnyRequest, after: After = None) -> Response[NotificationPage]:
    """A page of my notifications, the newest first. Reading them here does not mark them as read."""
    viewer, position = signed_in(request), after_id(after)

    async def make() -> NotificationPage:
        rows = await queries.list_page(viewer.id, position)
        following = next_page(request, rows[queries.PAGE - 1].id) if len(rows) > queries.PAGE else None
        return NotificationPage([_notification(row) for row in rows[: queries.PAGE]], following)

    return await answer(request, make)


def _notification(row: NotificationRow) -> Notification:
    return Notification(
        id=row.id,
        kind=row.kind,
        thread=row.thread,
        title=row.thread_title,
        comment=row.comment,
        decision=row.decision,
        is_unread=row.is_unread,
        created_at=row.created_at,
    )


@post(
    "/notifications/read",
    name="api:read-notifications",
    opt=FOLLOWING,
    status_code=204,
    responses=problems(403, 422),
)
async def read_notifications(request: AnyRequest, data: JSONBody[ReadUpTo]) -> None:
    """Mark notifications as read, up to one of them."""
    await ops.read_all(signed_in(request).id, data.upto, data.thread)


handlers: list[Any] = [following, follow, follow_topic, mute_member, notifications, read_notifications]
