"""The moderator's desk: the list of what waits, and one item of it open beside it."""

from typing import Any

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from parley.core.access import MODERATOR
from parley.core.forms import Form
from parley.core.pages import came_from, fragment, page, wants_fragment
from parley.core.text import as_id
from parley.moderation.forms import DecisionForm
from parley.moderation.queries import appeals, items, queue
from parley.moderation.queries.grounds import grounds
from parley.moderation.queries.items import Dossier
from parley.moderation.queries.queue import QueueRow, Wanted
from parley.moderation.rules import ACTIONS
from parley.moderation.web.staff import AnyRequest, as_moment, dossier_at, staff, wanted_of

# For how long one may be silenced or suspended, in days; without one it is for good.
LENGTHS = {1: "a day", 3: "three days", 7: "a week", 30: "a month", 90: "three months", 365: "a year"}
KEYS = {"approve": "a", "remove": "r", "collapse": "c", "warn": "w", "lock": "l", "escalate": "e"}


async def desk(
    request: AnyRequest,
    dossier: Dossier | None,
    form: Form | None = None,
    status: int = 200,
    rows: list[QueueRow] | None = None,
    **context: Any,
) -> Response[Any]:
    """The list with one item open; to htmx the item alone. `rows` are the list's, where they were read before."""
    shown = await item_context(request, dossier, form) | {"chosen": True} | context
    if wants_fragment(request):
        return page(request, "moderation/desk.html", "item", status=status, **shown)
    return page(request, "moderation/desk.html", status=status, **shown, **await _list_context(request, rows))


async def item_context(request: AnyRequest, dossier: Dossier | None, form: Form | None = None) -> dict[str, Any]:
    """What the template of one item is given."""
    kind = dossier.item.kind if dossier else ""
    return {
        "dossier": dossier,
        "form": form or DecisionForm({}),
        "actions": sorted((one for one in ACTIONS.values() if kind in one.kinds), key=lambda one: one.name not in KEYS),
        "all_actions": ACTIONS,
        "grounds": await grounds(),
        "keys": KEYS,
        "lengths": LENGTHS,
        "wanted": wanted_of(request),
        "letter": None,
        "undone": dossier is not None and _is_undone(dossier, as_id(request.query_params.get("undone", ""))),
    }


def _is_undone(dossier: Dossier, decision: int | None) -> bool:
    """Whether this decision about the item was taken back, and the item waits since."""
    return dossier.item.state == "open" and any(one.id == decision and one.state == "undone" for one in dossier.decided)


async def _list_context(request: AnyRequest, rows: list[QueueRow] | None) -> dict[str, Any]:
    viewer, wanted = staff(request), wanted_of(request)
    if rows is None:
        rows = await queue.page(viewer.id, wanted, after=_after(request))
    done, waits = as_id(request.query_params.get("done", "")), await queue.waiting(viewer.id, wanted)
    return {
        "rows": rows,
        "next_url": _next_url(wanted, rows),
        "waiting": waits,
        "deeds": [],
        "since": as_moment(waits.at),
        "done": await queue.just_done(viewer.id, done) if done else None,
    }


def _after(request: AnyRequest) -> int | None:
    return as_id(request.query_params.get("after", ""))


def _next_url(wanted: Wanted, rows: list[QueueRow]) -> str | None:
    if len(rows) < queue.PAGE:
        return None
    return f"/mod/queue{wanted.query}{'&' if wanted.query else '?'}after={rows[-1].id}"


@get("/mod/queue", name="moderation:queue", opt={"who": MODERATOR})
async def queue_page(request: AnyRequest, item: FromQuery[str] = "") -> Response[Any]:
    """The list; beside it the item that is asked for, or the first one that nobody else looks at."""
    if item:
        return await desk(request, await dossier_at(request, item))
    viewer, wanted, after = staff(request), wanted_of(request), _after(request)
    rows = await queue.page(viewer.id, wanted, after=after)
    if after and wants_fragment(request):
        more: dict[str, Any] = {"wanted": wanted, "rows": rows, "next_url": _next_url(wanted, rows)}
        return fragment(request, "moderation/rows.html", dossier=None, **more)
    first = next((row.id for row in rows if row.holder is None), None)
    return await desk(request, await items.dossier(viewer.id, first) if first else None, rows=rows, chosen=False)


@get("/mod/item/{item:str}", name="moderation:item", opt={"who": MODERATOR})
async def item_page(request: AnyRequest, item: FromPath[str]) -> Response[Any]:
    return await desk(request, await dossier_at(request, item))


@get("/mod/waiting", name="moderation:waiting", opt={"who": MODERATOR})
async def waiting(request: AnyRequest) -> Response[Any]:
    """How much waits, for the masthead and, on pages of the workbench, its menu."""
    viewer = staff(request)
    return fragment(
        request,
        "moderation/_waiting.html",
        queued=(await queue.waiting(viewer.id)).count,
        appealed=(await appeals.counts(viewer)).here,
        in_menu=f"{came_from(request)}/".startswith("/mod/"),
    )


handlers: list[object] = [queue_page, item_page, waiting]
