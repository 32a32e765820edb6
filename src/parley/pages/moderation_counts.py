"""The numbers of items and appeals that wait for a moderator."""

from typing import Any

from litestar import Response, get

from parley.appeals import queries as appeals
from parley.core.http.access import MODERATOR, AnyRequest, staff
from parley.core.http.pages import came_from, fragment
from parley.modqueue import queries as modqueue


@get("/mod/waiting", name="moderation:waiting", opt={"who": MODERATOR})
async def waiting(request: AnyRequest) -> Response[Any]:
    """Show these numbers in the masthead and, on pages of the workbench, in its menu."""
    viewer = staff(request)
    return fragment(
        request,
        "modqueue/_waiting.html",
        queued=(await modqueue.waiting(viewer.id)).count,
        appealed=(await appeals.counts(viewer)).here,
        in_menu=f"{came_from(request)}/".startswith("/mod/"),
    )


handlers: list[object] = [waiting]
