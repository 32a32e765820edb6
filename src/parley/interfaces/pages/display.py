"""How a reader wants to see discussions.

A member's choice is kept in their account, a visitor's in a cookie, so that it works without scripts too.
"""

from typing import Any

import msgspec
from litestar import Response, post
from litestar.datastructures import Cookie
from litestar.response import Redirect

from parley.people.accounts.viewer import viewer_of
from parley.people.sign_in import ops
from parley.people.sign_in.forms import DENSITIES
from parley.platform.http import cookies
from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.return_paths import local_path

YEAR = 365 * 86_400
COOKIE = "display"


class Display(msgspec.Struct, frozen=True):
    """`legend` says whether a member's first vote explains votes, which it does until they have dismissed it.

    `marks`: whether the words of an article that comments are about are underlined, "on" or "off".
    """

    density: str = "comfortable"
    legend: bool = False
    marks: str = "on"


def cookie_name() -> str:
    return cookies.name(COOKIE)


def display_of(request: AnyRequest) -> Display:
    """Return what the reader chose. Any other value of the cookie is ignored."""
    if viewer := viewer_of(request):
        return Display(viewer.density, viewer.legend, viewer.marks)
    chosen = request.cookies.get(cookie_name(), "").split(".")
    return Display(
        density="compact" if "compact" in chosen else "comfortable",
        marks="off" if "unmarked" in chosen else "on",
    )


@post("/reading", name="pages:display", opt={"who": ANYONE, "without_token": True})
async def choose(request: AnyRequest) -> Response[Any]:
    """Store the reader's choice, and redirect to the page that they came from."""
    form = Form(await posted_fields(request))
    display = _display_from(form, display_of(request))
    viewer = viewer_of(request)
    if viewer:
        await ops.set_display(viewer, density=display.density, legend=display.legend, marks=display.marks)
    chosen = [] if viewer else [_cookie(display)]
    return Redirect(local_path(form.values.get("next")), status_code=303, cookies=chosen)


def _display_from(form: Form, before: Display) -> Display:
    density = form.values.get("density")
    return Display(
        density=density if density in DENSITIES else before.density,
        legend=before.legend and form.values.get("legend") != "0",
        marks="off" if form.values.get("marks", before.marks) == "off" else "on",
    )


def _cookie(display: Display) -> Cookie:
    choices = [display.density, "unmarked" if display.marks == "off" else "marked"]
    return cookies.make(COOKIE, ".".join(choices), YEAR)


handlers: list[object] = [choose]
