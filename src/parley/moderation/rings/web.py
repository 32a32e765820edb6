"""The page of voting rings."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.moderation.rings import ops, queries
from parley.moderation.rings.jobs import DAYS
from parley.people.accounts.viewer import staff
from parley.platform.http.access import MODERATOR, AnyRequest
from parley.platform.http.pages import page
from parley.platform.text.cleaning import as_id


@get("/mod/rings", name="moderation:rings", opt={"who": MODERATOR})
async def rings_page(request: AnyRequest) -> Response[Any]:
    return page(request, "moderation/rings/list.html", rings=await queries.rings(), days=DAYS)


@post("/mod/rings/{ring:str}/dismiss", name="moderation:ring-dismiss", opt={"who": MODERATOR})
async def dismiss(request: AnyRequest, ring: FromPath[str]) -> Redirect:
    await ops.dismiss(staff(request), as_id(ring) or 0)
    return Redirect("/mod/rings", status_code=303)


handlers: list[object] = [rings_page, dismiss]
