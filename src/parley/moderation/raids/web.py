"""The page on which moderators switch raid mode on and off."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.discussion.threads import queries as threads
from parley.moderation.raids import ops
from parley.moderation.raids.ops import Switch
from parley.people.accounts.viewer import staff
from parley.platform.http.access import ROOM_MODERATOR, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_


class RaidForm(Form):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        holds = self.choice("holds", list(ops.HOLDS))
        if holds is None:
            self.errors.setdefault("holds", N_("Please choose what waits for a moderator."))
        topic, hours = self.text("topic", most=40) or None, self.id("hours") or 0
        self.switch = Switch(topic, holds or "", hours, self.flag("closes_sign_up") or holds == "nothing")


async def _show(request: AnyRequest, form: Form, status: int = 200) -> Response[Any]:
    viewer = staff(request)
    topics = [topic for topic in await threads.topics() if viewer.moderates_in(topic.slug)]
    shown: dict[str, Any] = {
        "raids": await ops.current(viewer),
        "places": {topic.slug: topic.name for topic in topics},
        "holds": ops.HOLDS,
        "hours": ops.HOURS,
        "form": form,
    }
    return page(request, "moderation/raids/raids.html", status=status, **shown)


@get("/mod/raids", name="raids:page", opt={"who": ROOM_MODERATOR})
async def raids_page(request: AnyRequest) -> Response[Any]:
    return await _show(request, Form({}))


@post("/mod/raids", name="raids:begin", opt={"who": ROOM_MODERATOR}, status_code=200)
async def begin(request: AnyRequest) -> Response[Any]:
    form = RaidForm(await posted_fields(request))
    if not form.errors:
        with form.refusals():
            await ops.begin(staff(request), form.switch)
            return Redirect("/mod/raids", status_code=303)
    return await _show(request, form, form.status)


@post("/mod/raids/{raid:str}/end", name="raids:end", opt={"who": ROOM_MODERATOR})
async def end(request: AnyRequest, raid: FromPath[str]) -> Redirect:
    await ops.end(staff(request), as_id(raid) or 0)
    return Redirect("/mod/raids", status_code=303)


handlers: list[object] = [raids_page, begin, end]
