"""Choosing a language: a member's is kept in their account, a visitor's in a cookie."""

from typing import Any

from litestar import Response, post
from litestar.response import Redirect

from parley.people.accounts.viewer import signed_in, viewer_of
from parley.people.sign_in import ops
from parley.platform.http import cookies
from parley.platform.http.access import ANYONE, MEMBER, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.languages import COOKIE, offered
from parley.platform.http.return_paths import came_from
from parley.platform.text.detection import NAMES

YEAR = 365 * 86_400


@post("/language", name="pages:language", opt={"who": ANYONE, "without_token": True})
async def choose(request: AnyRequest) -> Response[Any]:
    """Set the reader's language, and return to the page. An unknown one, as an empty one, is the browser's."""
    chosen = Form(await posted_fields(request)).values.get("language", "")
    language = chosen if chosen in offered() else ""
    viewer = viewer_of(request)
    if viewer:
        await ops.set_language(viewer, language)
        return Redirect(came_from(request), status_code=303)
    return Redirect(came_from(request), status_code=303, cookies=[cookies.make(COOKIE, language, YEAR)])


@post("/settings/languages", name="pages:languages", opt={"who": MEMBER})
async def read(request: AnyRequest) -> Redirect:
    """Set the languages that a member reads: a field for each, by its code."""
    form = Form(await posted_fields(request))
    await ops.set_reads(signed_in(request), [code for code in NAMES if form.flag(code)])
    return Redirect("/settings/profile?saved=language#language", status_code=303)


handlers: list[object] = [choose, read]
