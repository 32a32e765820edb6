"""Topics with moderators of their own, and raid mode."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, Router, get, post
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from parley.interfaces.api import fields
from parley.interfaces.api.answers import READING, answer, answer_member, answer_write, from_row, problems
from parley.interfaces.api.bodies import Body, as_fields, check
from parley.interfaces.api.scopes import MODERATE
from parley.moderation.raids import ops as raids
from parley.moderation.raids.ops import RaidRow
from parley.moderation.raids.web import RaidForm
from parley.moderation.rooms import ops, queries
from parley.moderation.rooms.web import AppointForm, RoomForm, room_at
from parley.people.accounts.viewer import staff
from parley.platform.http.access import ADMIN, ROOM_MODERATOR, AnyRequest
from parley.platform.text.cleaning import as_id

TopicPath = Annotated[str, PathParameter(description="The slug of a topic.")]
Intro = Annotated[str, Meta(description="What the topic is about, in Markdown.")]
Rules = Annotated[str, Meta(description="Rules that hold there beside those of the site, in Markdown.")]
MinDays = Annotated[int, Meta(description="For how many days members must have been here to write: 0, 1, 7 or 30.")]
Hue = Annotated[
    int | None,
    Meta(description="The hue of its colour, as OKLCH has it: 25, 60, 145, 195, 255, 300 or 350; null for none."),
]
Holds = Annotated[str, Meta(description="Which comments wait: `newcomers`, `links`, `all`, or `nothing`.")]
ClosesSignUp = Annotated[bool, Meta(description="Whether nobody can sign up meanwhile; for the whole site only.")]
OfTopic = Annotated[str | None, Meta(description="The slug of the topic; null: the whole site.")]


class Room(msgspec.Struct, frozen=True):
    """A topic, with what is said about it and who moderates it."""

    slug: fields.TopicSlug
    name: fields.Name
    intro: Intro
    rules: Rules
    min_days: MinDays
    hue: Hue
    moderators: Annotated[list[str], Meta(description="The names of its moderators, who moderate nothing else.")]


class RoomTexts(Body, frozen=True):
    """What the page about a topic says."""

    intro: Intro = ""
    rules: Rules = ""
    min_days: MinDays = 0
    hue: Hue = None


class Appointment(Body, frozen=True):
    """Who moderates a topic, or no longer."""

    name: Annotated[str, Meta(description="The name of a member.")]
    on: Annotated[bool, Meta(description="Whether they moderate the topic from now on; false: no longer.")] = True


class Raid(msgspec.Struct, frozen=True):
    """Raid mode: for some hours, comments wait for a moderator."""

    id: fields.Id
    topic: OfTopic
    holds: Holds
    closes_sign_up: ClosesSignUp
    until: Annotated[datetime, Meta(description="When it ends by itself.")]
    is_on: Annotated[bool, Meta(description="Whether it is on now.")]
    waiting: Annotated[int, Meta(description="How many of the comments that it held wait for a decision.")]


class Raids(msgspec.Struct, frozen=True):
    items: fields.Items[Raid]


class NewRaid(Body, frozen=True):
    """Raid mode to switch on."""

    holds: Holds
    hours: Annotated[int, Meta(description="For how long: 1, 3, 12 or 24.")]
    topic: OfTopic = None
    closes_sign_up: ClosesSignUp = False


def raid_from(row: RaidRow) -> Raid:
    return from_row(Raid, row)


@get("/topics/{topic:str}", name="api:topic", responses=problems(404))
async def one_topic(request: AnyRequest, topic: TopicPath) -> Response[Room]:
    """What a topic is about, its rules and its moderators."""

    async def make() -> Room:
        return await _room(topic)

    return await answer(request, make)


async def _room(topic: str) -> Room:
    row = await room_at(topic)
    return from_row(Room, row, moderators=[person.name for person in await queries.moderators(row.slug)])


@post("/topics/{topic:str}", name="api:describe-topic", status_code=200, responses=problems(403, 404, 422))
async def describe(request: AnyRequest, topic: TopicPath, data: JSONBody[RoomTexts]) -> Response[Room]:
    """Set what the page about a topic says."""
    row, form = await room_at(topic), RoomForm(as_fields(data))
    check(form)
    await ops.describe(staff(request), row.slug, form.description)
    return answer_write(await _room(topic))


@post("/topics/{topic:str}/moderators", name="api:appoint", status_code=200, responses=problems(403, 404, 422))
async def appoint(request: AnyRequest, topic: TopicPath, data: JSONBody[Appointment]) -> Response[Room]:
    """Let a member moderate a topic, or no longer."""
    row, form = await room_at(topic), AppointForm(as_fields(data))
    check(form)
    await ops.appoint(staff(request), row.slug, form.name, on=data.on)
    return answer_write(await _room(topic))


@get("/moderation/raids", name="api:raids", responses=problems(403, 404))
async def raid_list(request: AnyRequest) -> Response[Raids]:
    """Raid mode where it is on, or where comments still wait for it, as far as I moderate there."""
    return answer_member(request, Raids([raid_from(row) for row in await raids.current(staff(request))]))


@post("/moderation/raids", name="api:begin-raid", responses=problems(403, 404, 422))
async def begin(request: AnyRequest, data: JSONBody[NewRaid]) -> Response[Raid]:
    """Switch raid mode on, in a topic or on the whole site."""
    viewer, form = staff(request), RaidForm(as_fields(data))
    check(form)
    raid = await raids.begin(viewer, form.switch)
    [row] = [row for row in await raids.current(viewer) if row.id == raid]
    return answer_write(raid_from(row), 201)


@post("/moderation/raids/{raid:str}/end", name="api:end-raid", status_code=204, responses=problems(403, 404))
async def end(
    request: AnyRequest, raid: Annotated[str, PathParameter(description="The id of a raid mode that is on.")]
) -> None:
    """End raid mode. The comments that it held wait on."""
    await raids.end(staff(request), as_id(raid) or 0)


handlers = [
    Router("/", route_handlers=[one_topic], opt=READING),
    Router("/", route_handlers=[describe, appoint], opt={"who": ADMIN, "scope": MODERATE}),
    Router("/", route_handlers=[raid_list, begin, end], opt={"who": ROOM_MODERATOR, "scope": MODERATE}),
]
