"""The page about a topic, and the page on which admins describe it and appoint its moderators."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.moderation.rooms import ops, queries
from parley.moderation.rooms.ops import Description
from parley.moderation.rooms.queries import Room
from parley.people.accounts.names import LONGEST_NAME
from parley.people.accounts.viewer import staff
from parley.platform.errors import NotFound
from parley.platform.http.access import ADMIN, ANYONE, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.text.messages import N_

LONGEST_INTRO, LONGEST_RULES = 2_000, 10_000
# Who may write: by for how many days they have been members.
WRITERS = {
    0: N_("All members"),
    1: N_("Members since yesterday"),
    7: N_("Members for a week"),
    30: N_("Members for 30 days"),
}

# The colours of the mark of a topic, by their hue (templates/_macros/ui.html).
HUES = {
    "": N_("None"),
    "25": N_("Red"),
    "60": N_("Orange"),
    "145": N_("Green"),
    "195": N_("Teal"),
    "255": N_("Blue"),
    "300": N_("Violet"),
    "350": N_("Pink"),
}


class RoomForm(Form):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        intro = self.text("intro", most=LONGEST_INTRO, lines=True)
        rules = self.text("rules", most=LONGEST_RULES, lines=True)
        min_days, hue = self.choice("min_days", [str(days) for days in WRITERS]), self.choice("hue", list(HUES))
        self.description = Description(intro, rules, int(min_days or 0), int(hue) if hue else None)


class AppointForm(Form):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.name = self.text("name", most=LONGEST_NAME, least=1)


async def room_at(topic: str) -> Room:
    """The room at an address. Raises NotFound."""
    room = await queries.room(topic) if topic.isprintable() else None
    if room is None:
        raise NotFound
    return room


@get("/topics", name="rooms:list", opt={"who": ANYONE, "reading": True})
async def all_topics(request: AnyRequest) -> Response[Any]:
    """Every topic, where the menu has no room for them."""
    return page(request, "moderation/rooms/topics.html")


@get("/topic/{topic:str}/about", name="rooms:about", opt={"who": ANYONE, "reading": True})
async def about(request: AnyRequest, topic: FromPath[str]) -> Response[Any]:
    room = await room_at(topic)
    return page(
        request,
        "moderation/rooms/about.html",
        room=room,
        moderators=await queries.moderators(room.slug),
        writers=WRITERS,
    )


async def _show(request: AnyRequest, room: Room, form: Form, status: int = 200) -> Response[Any]:
    moderators = await queries.moderators(room.slug)
    return page(
        request,
        "moderation/rooms/edit.html",
        status=status,
        room=room,
        moderators=moderators,
        form=form,
        writers=WRITERS,
        hues=HUES,
    )


def _stored(room: Room) -> dict[str, str]:
    shown = {"intro": room.intro, "rules": room.rules, "min_days": str(room.min_days)}
    return shown | {"hue": "" if room.hue is None else str(room.hue)}


@get("/mod/rooms/{topic:str}", name="rooms:edit-form", opt={"who": ADMIN})
async def edit_form(request: AnyRequest, topic: FromPath[str]) -> Response[Any]:
    room = await room_at(topic)
    return await _show(request, room, RoomForm(_stored(room)))


@post("/mod/rooms/{topic:str}", name="rooms:edit", opt={"who": ADMIN}, status_code=200)
async def edit(request: AnyRequest, topic: FromPath[str]) -> Response[Any]:
    room, form = await room_at(topic), RoomForm(await posted_fields(request))
    if form.errors:
        return await _show(request, room, form, 422)
    await ops.describe(staff(request), room.slug, form.description)
    return Redirect(f"/topic/{room.slug}/about", status_code=303)


@post("/mod/rooms/{topic:str}/moderators", name="rooms:appoint", opt={"who": ADMIN}, status_code=200)
async def appoint(request: AnyRequest, topic: FromPath[str]) -> Response[Any]:
    """Appoint a member; with `on=0` they moderate the topic no more."""
    room, form = await room_at(topic), AppointForm(await posted_fields(request))
    if not form.errors:
        with form.refusals():
            await ops.appoint(staff(request), room.slug, form.name, on=form.values.get("on") != "0")
    if form.errors:
        form.values |= _stored(room)
        return await _show(request, room, form, form.status)
    return Redirect(f"/mod/rooms/{room.slug}", status_code=303)


handlers: list[object] = [all_topics, about, edit_form, edit, appoint]
