"""The page of a member's tokens for the API."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from litestar import Response, post
from litestar.params import FromPath

from parley.interfaces.api import tokens
from parley.interfaces.api.scopes import MODERATE, SCOPES
from parley.people.account_settings.sections import Section, show
from parley.people.accounts.viewer import Viewer, signed_in
from parley.people.second_factors import step_up
from parley.people.second_factors.web.proving import to_prove
from parley.platform.errors import NotFound
from parley.platform.http.access import MEMBER, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.return_paths import leading_back
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

LONGEST_NAME = 60


class TokenForm(Form):
    """A new token: its name, a field for each scope, and the days for which it works."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.name = self.text("name", most=LONGEST_NAME, least=1)
        self.scopes = [scope for scope in SCOPES if self.flag(scope)]
        self.days = int(self.choice("days", [str(days) for days in tokens.LIFETIMES]) or 90)


def _offered_scopes(viewer: Viewer) -> dict[str, str]:
    return {scope: label for scope, label in SCOPES.items() if scope != MODERATE or viewer.moderates}


async def _tokens(request: AnyRequest) -> dict[str, Any]:
    """The tokens, and the form for a new one to members who proved their password recently."""
    viewer = signed_in(request)
    if not await step_up.is_proven(viewer):
        return {"is_proven": False, "proof": leading_back("/prove", TOKENS.path)}
    return {
        "is_proven": True,
        # What was typed before the proof.
        "form": Form(request.query_params),
        "new_token": None,
        "ended": "revoked" in request.query_params,
        "tokens": await tokens.list_tokens(viewer),
        "scopes": _offered_scopes(viewer),
        "days": tokens.LIFETIMES,
    }


TOKENS = Section("security", "tokens", N_("API keys"), "interfaces/api/_tokens.html", _tokens)


@post("/settings/tokens", name="api:make-token", opt={"who": MEMBER})
async def make_token(request: AnyRequest) -> Response[Any]:
    """Make a token, and show it once: an address to redirect to could not hold it."""
    viewer, form = signed_in(request), TokenForm(await posted_fields(request))
    if not await step_up.is_proven(viewer):
        # The page then has what was typed.
        return to_prove(f"/settings/security?{urlencode(form.values, errors='replace')}#tokens")
    if not form.errors:
        with form.refusals():
            new_token = await tokens.make(viewer, form.name, form.scopes, form.days)
            return await show(request, "security", 201, section=TOKENS, form=Form({}), new_token=new_token)
    return await TOKENS.invalid(request, form)


@post("/settings/tokens/{number:str}/end", name="api:end-token", opt={"who": MEMBER})
async def end_token(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
    token_id = as_id(number)
    if token_id is None:
        raise NotFound
    await tokens.end(signed_in(request), token_id)
    return TOKENS.saved("revoked")


handlers: list[object] = [make_token, end_token]
