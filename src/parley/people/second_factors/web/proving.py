"""The step-up before sensitive actions: by a passkey, a code or the password."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from parley.people.accounts.viewer import signed_in
from parley.people.second_factors import passkeys, step_up
from parley.people.sign_in.forms import CodeForm
from parley.people.sign_in.web.common import client_of, invalid, next_of, see_other
from parley.platform.errors import Refused, TooMany
from parley.platform.http.access import MEMBER, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.http.return_paths import leading_back

TEMPLATE = "people/accounts/prove.html"


@get("/prove", name="accounts:prove", opt={"who": MEMBER})
async def prove_page(request: AnyRequest) -> Response[object]:
    methods = await step_up.methods_of(signed_in(request).id)
    return page(request, TEMPLATE, form=Form({}), next_url=next_of(request), methods=methods)


@post("/prove", opt={"who": MEMBER})
async def prove(request: AnyRequest) -> Response[object]:
    form = CodeForm({"next": request.query_params.get("next"), **await posted_fields(request)})
    viewer = signed_in(request)
    methods = await step_up.methods_of(viewer.id)
    try:
        await step_up.prove(
            viewer, client_of(request), password=form.password, code=form.code, credential=form.credential
        )
    except (Refused, TooMany) as error:
        return invalid(request, TEMPLATE, form, error, _field(form, methods), next_url=form.next, methods=methods)
    return see_other(form.next)


@post("/prove/options", opt={"who": MEMBER}, status_code=200)
async def passkey_options(request: AnyRequest) -> dict[str, Any]:
    viewer = signed_in(request)
    return await passkeys.options(step_up.purpose(viewer), viewer.id)


def _field(form: CodeForm, methods: step_up.ProofMethods) -> str:
    """The field beside which an error is shown."""
    if form.credential or not (methods.by_code or methods.by_password):
        return "form"
    return "code" if methods.by_code else "password"


def to_prove(path: str) -> Redirect:
    """Ask the viewer to prove who they are, and then lead to the page `path`."""
    return see_other(leading_back("/prove", path))


handlers: list[object] = [prove_page, prove, passkey_options]
