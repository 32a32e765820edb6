"""Following and muting threads and topics, muting and blocking members, muted words, and my notifications."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar import Response, Router, get, post, put
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from parley.discussion.commenting.web import thread_at
from parley.interfaces.api import fields
from parley.interfaces.api.answers import answer_member, answer_write, from_row, problems
from parley.interfaces.api.bodies import Body
from parley.interfaces.api.paging import After, after_id, page_of
from parley.interfaces.api.people.members_web import member_at
from parley.interfaces.api.scopes import FOLLOW
from parley.letters.notifications import ops, queries
from parley.people.accounts import blocks, muted_words
from parley.people.accounts.viewer import signed_in
from parley.platform.errors import NotFound
from parley.platform.http.access import MEMBER, AnyRequest

Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]
Level = Annotated[Literal["follow", "mute", "none"], Meta(description="What I do with it; `none` ends that.")]


Moment = Annotated[datetime, Meta(tz=True)]
MutedUntil = Annotated[Moment | None, Meta(description="When a mute ends; null: it does not.")]


class Following(Body, frozen=True):
    """Whether I follow a thread, mute it, or neither."""

    level: Level
    channel: Annotated[
        Literal["page", "mail", "digest"] | None,
        Meta(description="Where notifications of it go: `page`, `mail` or `digest`; null: my default."),
    ] = None
    muted_until: MutedUntil = None


class TopicFollowing(Body, frozen=True):
    """Whether I follow a topic, mute it, or neither."""

    level: Level
    muted_until: MutedUntil = None


class Muting(Body, frozen=True):
    """Whether I mute a member, block them, or neither."""

    level: Annotated[Literal["mute", "block", "none"], Meta(description="What I do with them; `none` ends that.")]
    muted_until: MutedUntil = None


class MutedWord(Body, frozen=True):
    """A word or phrase that I muted."""

    word: Annotated[str, Meta(description="The word or phrase, in lower case.")]
    muted_until: MutedUntil = None


class MutedWords(msgspec.Struct, frozen=True):
    items: fields.Items[MutedWord]


class Unmuted(Body, frozen=True):
    """A word or phrase that I no longer mute."""

    word: Annotated[str, Meta(description="The word or phrase, as it is kept.")]


class Notification(msgspec.Struct, frozen=True):
    """A notification. It has no text: read the comment, if that may still be read."""

    id: fields.Id
    kind: fields.Kind
    thread: fields.ThreadOrNone
    title: Annotated[str | None, Meta(description="The title of the thread; null: it is about none.")]
    comment: fields.CommentOrNone
    decision: Annotated[int | None, Meta(description="The id of a decision; null: it is about none.")]
    is_unread: Annotated[bool, Meta(description="Whether I have not read it yet.")]
    created_at: fields.CreatedAt


class NotificationPage(msgspec.Struct, frozen=True):
    items: fields.Items[Notification]
    next: fields.NextPage


class ReadUpTo(Body, frozen=True):
    """Which notifications I have read."""

    upto: Annotated[Id, Meta(description="The id of the newest notification that I have read.")]
    thread: (
        Annotated[int, Meta(ge=1, le=2**63 - 1, description="Only notifications of this thread; null for all.")] | None
    ) = None


@get("/threads/{thread:str}/following", name="api:following", responses=problems(403, 404))
async def following(request: AnyRequest, thread: fields.ThreadPath) -> Response[Following]:
    """Whether I follow or mute a thread."""
    subscription = await queries.following(signed_in(request).id, (await thread_at(thread)).id)
    return answer_member(request, msgspec.convert(subscription, Following, from_attributes=True))


@put("/threads/{thread:str}/following", name="api:follow", status_code=200, responses=problems(403, 404))
async def follow(request: AnyRequest, thread: fields.ThreadPath, data: JSONBody[Following]) -> Response[Following]:
    """Follow a thread, mute it, or neither."""
    row = await thread_at(thread)
    await ops.follow_thread(signed_in(request).id, row.id, data.level, data.channel, data.muted_until)
    return answer_write(data)


@put("/topics/{topic:str}/following", name="api:follow-topic", status_code=200, responses=problems(403, 404))
async def follow_topic(
    request: AnyRequest,
    topic: Annotated[str, PathParameter(description="The slug of a topic.")],
    data: JSONBody[TopicFollowing],
) -> Response[TopicFollowing]:
    """Follow a topic, mute it, or neither."""
    if not topic.isprintable():
        raise NotFound
    viewer = signed_in(request)
    if data.level == "none":
        for level in ("follow", "mute"):
            await ops.follow_topic(viewer.id, topic, level, on=False)
    else:
        await ops.follow_topic(
            viewer.id, topic, data.level, on=True, until=data.muted_until if data.level == "mute" else None
        )
    return answer_write(data)


@put("/members/{name:str}/muting", name="api:mute-member", status_code=200, responses=problems(403, 404, 422))
async def mute_member(request: AnyRequest, name: fields.NamePath, data: JSONBody[Muting]) -> Response[Muting]:
    """Mute a member, block them, or neither."""
    viewer = signed_in(request)
    other = await member_at(name, viewer)
    present = await blocks.kind_of(viewer, other.id)
    if present is not None and present != data.level:
        await blocks.put(viewer, other, present, on=False)
    if data.level != "none":
        await blocks.put(viewer, other, data.level, on=True, until=data.muted_until)
    return answer_write(data)


@get("/muted-words", name="api:muted-words", responses=problems(403))
async def list_words(request: AnyRequest) -> Response[MutedWords]:
    """The words that I muted: what contains them is not told me as new, and folded in discussions."""
    rows = await muted_words.list_words(signed_in(request))
    return answer_member(request, MutedWords([from_row(MutedWord, row) for row in rows]))


@put("/muted-words", name="api:mute-word", status_code=200, responses=problems(403, 422))
async def mute_word(request: AnyRequest, data: JSONBody[MutedWord]) -> Response[MutedWord]:
    """Mute a word or phrase, or change until when."""
    word = await muted_words.mute(signed_in(request), data.word, data.muted_until)
    return answer_write(MutedWord(word, data.muted_until))


@post("/muted-words/remove", name="api:unmute-word", status_code=204, responses=problems(403, 422))
async def unmute_word(request: AnyRequest, data: JSONBody[Unmuted]) -> None:
    """Mute a word or phrase no longer."""
    await muted_words.unmute(signed_in(request), data.word)


@get("/notifications", name="api:notifications", responses=problems(403, 422))
async def notifications(request: AnyRequest, after: After = None) -> Response[NotificationPage]:
    """A page of my notifications, the newest first. Reading them here does not mark them as read."""
    rows = await queries.list_page(signed_in(request).id, after_id(after))
    shown, following = page_of(request, rows, queries.PAGE)
    items = [from_row(Notification, row, title=row.thread_title) for row in shown]
    return answer_member(request, NotificationPage(items, following))


@post("/notifications/read", name="api:read-notifications", status_code=204, responses=problems(403, 422))
async def read_notifications(request: AnyRequest, data: JSONBody[ReadUpTo]) -> None:
    """Mark notifications as read, up to one of them."""
    await ops.read_all(signed_in(request).id, data.upto, data.thread)


handlers = [
    Router(
        "/",
        route_handlers=[
            following,
            follow,
            follow_topic,
            mute_member,
            list_words,
            mute_word,
            unmute_word,
            notifications,
            read_notifications,
        ],
        opt={"who": MEMBER, "scope": FOLLOW},
    )
]
