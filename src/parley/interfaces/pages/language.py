"""Choosing a language: a member's is kept in their account, a visitor's in a cookie."""

from typing import Any

from litestar import Response, post
from litestar.response import Redirect

from parley.people.accounts.viewer import viewer_of
from parley.people.sign_in import ops
from parley.platform.http import cookies
from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.languages import COOKIE, offered
from parley.platform.http.return_paths import came_from

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


handlers: list[object] = [choose]
