"""The accounts at other sites that a member connected, in the settings."""

from typing import Any

from litestar import Response, post
from litestar.params import FromPath

from parley.people.account_settings.sections import Section
from parley.people.accounts.viewer import signed_in
from parley.people.second_factors import step_up
from parley.people.second_factors.web.proving import to_prove
from parley.people.sign_in.web.common import account_of
from parley.people.sso import ops
from parley.people.sso import queries as identities
from parley.platform.errors import NotFound, Refused
from parley.platform.http.access import MEMBER, AnyRequest
from parley.platform.http.forms import Form
from parley.platform.settings import settings
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_


async def _links(request: AnyRequest) -> dict[str, Any] | None:
    if not settings().providers:
        return None
    account = await account_of(request)
    links = await identities.links(account.id)
    return {
        "form": Form({}),
        "links": links,
        "others": identities.not_connected(links),
        "has_no_password": account.password_hash is None,
    }


LINKS = Section("security", "links", N_("Connected accounts"), "people/sso/_links.html", _links)


@post("/settings/security/links/{link:str}/end", name="sso:end-link", opt={"who": MEMBER})
async def end_link(request: AnyRequest, link: FromPath[str]) -> Response[Any]:
    viewer = signed_in(request)
    if not await step_up.is_proven(viewer):
        return to_prove(LINKS.path)
    number = as_id(link)
    if number is None:
        raise NotFound(N_("This account is not connected any more."))
    try:
        await ops.disconnect(viewer.id, number)
    except Refused as refusal:
        return await LINKS.invalid(request, Form({}), refusal)
    return LINKS.saved()
