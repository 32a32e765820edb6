"""Opening other work than an item beside the list of the queue."""

from typing import Any

from litestar import Response

from parley.moderation.modqueue import kinds
from parley.moderation.modqueue.requests import wanted_of
from parley.moderation.modqueue.web.listing import beside_list
from parley.people.accounts.viewer import staff
from parley.platform.errors import NotFound
from parley.platform.http.access import MODERATOR, AnyRequest
from parley.platform.http.pages import page
from parley.platform.text.cleaning import as_id


async def open_work(request: AnyRequest) -> Response[Any] | None:
    """The queue with what `open` names, or with the first of the kind in the filter; None where there is none.

    Raises NotFound where nothing of this name waits for the viewer.
    """
    named, is_named, number = request.query_params.get("open", "").rpartition("-")
    kind = kinds.known().get(named if is_named else wanted_of(request).kind or "")
    if kind is None or kind.panel is None:
        return None
    opened = as_id(number) if is_named else await _first(request, kind.name)
    if opened is None:
        return None
    return await show_work(request, kind.name, opened, chosen=bool(is_named) or not kind.waiting)


async def show_work(request: AnyRequest, name: str, number: int, status: int = 200, **more: Any) -> Response[Any]:
    kind = kinds.known()[name]
    if kind.panel is None or not (kind.in_rooms or staff(request).access >= MODERATOR):
        raise NotFound
    panel = await kind.panel(request, number) | more
    shown = await beside_list(request, opened=(name, number), **panel)
    return page(request, kind.template, status=status, **shown)


async def _first(request: AnyRequest, name: str) -> int | None:
    """The id of the first of a kind that the viewer may decide; 0 where its panel opens without one."""
    rows = await kinds.rows(staff(request), name)
    return next((row.id for row in rows if row.blocked is None), 0 if kinds.known()[name].opens_empty else None)
