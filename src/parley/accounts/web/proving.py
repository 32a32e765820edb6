"""Giving the password again before something sensitive."""

from litestar import Response, get, post
from litestar.response import Redirect

from parley.accounts import step_up
from parley.accounts.forms import ProofForm
from parley.accounts.web.common import client_of, invalid, next_of, see_other
from parley.core.errors import Refused, TooMany
from parley.core.http.access import MEMBER, AnyRequest, signed_in
from parley.core.http.forms import Form, posted
from parley.core.http.pages import leading_back, page


@get("/prove", name="accounts:prove", opt={"who": MEMBER})
async def prove_page(request: AnyRequest) -> Response[object]:
    return page(request, "accounts/prove.html", form=Form({}), next_url=next_of(request))


@post("/prove", opt={"who": MEMBER})
async def prove(request: AnyRequest) -> Response[object]:
    form = ProofForm({"next": request.query_params.get("next"), **await posted(request)})
    try:
        await step_up.prove(signed_in(request), form.password, client_of(request))
    except Refused as refusal:
        form.errors["password"] = refusal.message
        return invalid(request, "accounts/prove.html", form, next_url=form.next)
    except TooMany as error:
        return invalid(request, "accounts/prove.html", form, error, next_url=form.next)
    return see_other(form.next)


def to_prove(path: str) -> Redirect:
    """Ask for the password, and then lead to the page `path`."""
    return see_other(leading_back("/prove", path))


handlers: list[object] = [prove_page, prove]
