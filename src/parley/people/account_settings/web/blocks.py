"""Muting and blocking other members, and the list of them."""

from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.people.accounts import blocks, queries
from parley.people.sign_in.web.common import see_other
from parley.platform.errors import NotFound
from parley.platform.http.access import MEMBER, AnyRequest, signed_in
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import local_path, page
from parley.platform.text.messages import N_


@post("/u/{name:str}/mute", name="accounts:mute", opt={"who": MEMBER})
async def mute(request: AnyRequest, name: FromPath[str]) -> Redirect:
    """Collapse a member's comments for the viewer. `on=0` undoes it."""
    return await _put(request, name, "mute")


@post("/u/{name:str}/block", name="accounts:block", opt={"who": MEMBER})
async def block(request: AnyRequest, name: FromPath[str]) -> Redirect:
    """Mute a member, and keep each of the two from answering the other. `on=0` undoes it."""
    return await _put(request, name, "block")


async def _put(request: AnyRequest, name: str, kind: blocks.Kind) -> Redirect:
    person = await queries.by_name(name)
    if person is None or person.state == "unverified":
        raise NotFound(N_("There is no member with this name."))
    form = Form(await posted_fields(request))
    await blocks.put(signed_in(request), person, kind, on=form.flag("on"))
    back = local_path(form.values.get("next"))
    return see_other(back if back != "/" else f"/u/{quote(person.name)}")


@get("/settings/muted", name="accounts:muted", opt={"who": MEMBER})
async def muted_page(request: AnyRequest) -> Response[object]:
    return page(request, "people/accounts/muted.html", listed=await blocks.list_blocked(signed_in(request)))


handlers: list[object] = [mute, block, muted_page]
