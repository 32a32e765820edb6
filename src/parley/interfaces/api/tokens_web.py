"""The page of a member's tokens for the API."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromPath

from parley.interfaces.api import tokens
from parley.interfaces.api.scopes import MODERATE, SCOPES
from parley.people.accounts.viewer import Viewer, signed_in
from parley.people.second_factors import step_up
from parley.people.second_factors.web.proving import to_prove
from parley.people.sign_in.web.common import see_other
from parley.platform.errors import NotFound, Refused
from parley.platform.http.access import MEMBER, MODERATOR, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

PAGE = "/settings/tokens"
LONGEST_NAME = 60


class TokenForm(Form):
    """A new token: its name, a field for each scope, and the days for which it works."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.name = self.text("name", most=LONGEST_NAME, least=1, missing=N_("Please give the API key a name."))
        self.scopes = [scope for scope in SCOPES if self.flag(scope)]
        self.days = int(self.choice("days", [str(days) for days in tokens.LIFETIMES]) or 90)


async def _show(request: AnyRequest, form: Form, status: int = 200, new_token: str | None = None) -> Response[Any]:
    viewer = signed_in(request)
    return page(
        request,
        "interfaces/api/tokens.html",
        status=status,
        form=form,
        new_token=new_token,
        ended="ended" in request.query_params,
        tokens=await tokens.list_tokens(viewer),
        scopes=_offered_scopes(viewer),
        days=tokens.LIFETIMES,
    )


def _offered_scopes(viewer: Viewer) -> dict[str, str]:
    return {scope: label for scope, label in SCOPES.items() if scope != MODERATE or viewer.access >= MODERATOR}


@get(PAGE, name="api:tokens", opt={"who": MEMBER})
async def tokens_page(request: AnyRequest) -> Response[Any]:
    """Show the tokens, and the form for a new one to members who proved their password recently."""
    if not await step_up.is_proven(signed_in(request)):
        return to_prove(PAGE)
    return await _show(request, Form(request.query_params))


@post(PAGE, name="api:make-token", opt={"who": MEMBER})
async def make_token(request: AnyRequest) -> Response[Any]:
    """Make a token, and show it once: an address to redirect to could not hold it."""
    viewer, form = signed_in(request), TokenForm(await posted_fields(request))
    if not await step_up.is_proven(viewer):
        # The page then has what was typed.
        return to_prove(f"{PAGE}?{urlencode(form.values, errors='replace')}")
    if not form.errors:
        try:
            new_token = await tokens.make(viewer, form.name, form.scopes, form.days)
            return await _show(request, Form({}), 201, new_token)
        except Refused as refusal:
            form.errors["form"] = refusal.message
    return await _show(request, form, 422)


@post("/settings/tokens/{number:str}/end", name="api:end-token", opt={"who": MEMBER})
async def end_token(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
    token_id = as_id(number)
    if token_id is None:
        raise NotFound(N_("There is no such API key."))
    await tokens.end(signed_in(request), token_id)
    return see_other(f"{PAGE}?ended")


handlers: list[object] = [tokens_page, make_token, end_token]
