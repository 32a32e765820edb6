"""The settings of accounts at other sites: which are connected, and disconnecting one."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from parley.people.second_factors import step_up
from parley.people.second_factors.web.proving import to_prove
from parley.people.sign_in.web.common import account_of, invalid, see_other
from parley.people.sso import ops, queries
from parley.platform.errors import NotFound, Refused
from parley.platform.http.access import MEMBER, AnyRequest, signed_in
from parley.platform.http.forms import Form
from parley.platform.http.pages import page
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

PAGE = "/settings/security/links"
TEMPLATE = "people/sso/links.html"


@get(PAGE, name="sso:links", opt={"who": MEMBER})
async def links_page(request: AnyRequest) -> Response[Any]:
    return page(request, TEMPLATE, form=Form({}), saved="saved" in request.query_params, **await _page_context(request))


@post(f"{PAGE}/{{link:str}}/end", name="sso:end-link", opt={"who": MEMBER})
async def end_link(request: AnyRequest, link: FromPath[str]) -> Response[Any]:
    viewer = signed_in(request)
    if not await step_up.is_proven(viewer):
        return to_prove(PAGE)
    number = as_id(link)
    if number is None:
        raise NotFound(N_("This account is not connected any more."))
    try:
        await ops.disconnect(viewer.id, number)
    except Refused as refusal:
        return invalid(request, TEMPLATE, Form({}), refusal, saved=False, **await _page_context(request))
    return see_other(f"{PAGE}?saved")


async def _page_context(request: AnyRequest) -> dict[str, Any]:
    account = await account_of(request)
    links = await queries.links(account.id)
    has_no_password = account.password_hash is None
    return {"links": links, "others": queries.not_connected(links), "has_no_password": has_no_password}


handlers: list[object] = [links_page, end_link]
