"""Proving who one is before something sensitive, by a code or the password."""

from litestar import Response, get, post
from litestar.response import Redirect

from parley.accounts import authenticators, step_up
from parley.accounts.forms import ProofForm
from parley.accounts.web.common import client_of, invalid, next_of, see_other
from parley.core.errors import Refused, TooMany
from parley.core.http.access import MEMBER, AnyRequest, signed_in
from parley.core.http.forms import Form, posted
from parley.core.http.pages import leading_back, page

TEMPLATE = "accounts/prove.html"


@get("/prove", name="accounts:prove", opt={"who": MEMBER})
async def prove_page(request: AnyRequest) -> Response[object]:
    return page(request, TEMPLATE, form=Form({}), next_url=next_of(request), by_code=await _by_code(request))


@post("/prove", opt={"who": MEMBER})
async def prove(request: AnyRequest) -> Response[object]:
    form = ProofForm({"next": request.query_params.get("next"), **await posted(request)})
    by_code = await _by_code(request)
    try:
        await step_up.prove(signed_in(request), client_of(request), password=form.password, code=form.code)
    except Refused as refusal:
        form.errors["code" if by_code else "password"] = refusal.message
        return invalid(request, TEMPLATE, form, next_url=form.next, by_code=by_code)
    except TooMany as error:
        return invalid(request, TEMPLATE, form, error, next_url=form.next, by_code=by_code)
    return see_other(form.next)


async def _by_code(request: AnyRequest) -> bool:
    return await authenticators.is_on(signed_in(request).id)


def to_prove(path: str) -> Redirect:
    """Ask the viewer to prove who they are, and then lead to the page `path`."""
    return see_other(leading_back("/prove", path))


handlers: list[object] = [prove_page, prove]
