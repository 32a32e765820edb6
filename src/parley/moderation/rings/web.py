"""Judging voting rings, which the page of members shows."""

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.moderation.rings import ops
from parley.people.accounts.viewer import staff
from parley.platform.http.access import MODERATOR, AnyRequest
from parley.platform.text.cleaning import as_id


@post("/mod/rings/{ring:str}/dismiss", name="moderation:ring-dismiss", opt={"who": MODERATOR})
async def dismiss(request: AnyRequest, ring: FromPath[str]) -> Redirect:
    await ops.dismiss(staff(request), as_id(ring) or 0)
    return Redirect("/mod/members#rings", status_code=303)


handlers: list[object] = [dismiss]
