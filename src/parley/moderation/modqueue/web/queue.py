"""The page of the queue: the list, and one item open beside it."""

from typing import Any

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from parley.discussion.threads import queries as threads
from parley.moderation.decisions.forms import DecisionForm
from parley.moderation.decisions.rules import ACTIONS, LENGTHS, SANCTIONS, Action
from parley.moderation.guidelines import queries as guidelines
from parley.moderation.modqueue import items
from parley.moderation.modqueue import queries as modqueue
from parley.moderation.modqueue.filters import QueueFilter
from parley.moderation.modqueue.items import ItemDetails
from parley.moderation.modqueue.queries import QueueRow
from parley.moderation.modqueue.requests import as_moment, details_at, wanted_of
from parley.people.community.queries import grounds
from parley.platform.http.access import MODERATOR, AnyRequest, staff
from parley.platform.http.forms import Form
from parley.platform.http.pages import fragment, page, wants_fragment
from parley.platform.text.cleaning import as_id

KEYS = {"approve": "a", "remove": "r", "collapse": "c", "warn": "w", "lock": "l", "escalate": "e"}


async def queue_answer(
    request: AnyRequest,
    details: ItemDetails | None,
    form: Form | None = None,
    status: int = 200,
    rows: list[QueueRow] | None = None,
    **context: Any,
) -> Response[Any]:
    """The list with one item open; for htmx the item only. `rows` are those of the list, if they were read already."""
    shown = await item_context(request, details, form) | {"chosen": True} | context
    if wants_fragment(request):
        return page(request, "moderation/modqueue/queue.html", "item", status=status, **shown)
    return page(request, "moderation/modqueue/queue.html", status=status, **shown, **await _list_context(request, rows))


async def item_context(request: AnyRequest, details: ItemDetails | None, form: Form | None = None) -> dict[str, Any]:
    """The context of the template of an item."""
    kind = details.item.kind if details else ""
    return {
        "details": details,
        "form": form or DecisionForm({}),
        "actions": _actions(kind),
        "all_actions": ACTIONS,
        "grounds": await grounds(),
        "saved": await guidelines.reasons(staff(request).id),
        "sanctions": [ACTIONS[name] for name in SANCTIONS],
        "keys": KEYS,
        "lengths": LENGTHS,
        "wanted": wanted_of(request),
        "letter": None,
        "undone": details is not None and _is_undone(details, as_id(request.query_params.get("undone", ""))),
    }


def _actions(kind: str) -> list[Action]:
    """What can be decided about an item of this kind, the actions with keys first."""
    possible = (action for action in ACTIONS.values() if kind in action.kinds and not action.in_place)
    return sorted(possible, key=lambda action: action.name not in KEYS)


def _is_undone(details: ItemDetails, decision: int | None) -> bool:
    """Whether this decision about the item was undone, and the item is open."""
    return details.item.state == "open" and any(
        decided.id == decision and decided.state == "undone" for decided in details.decided
    )


async def _list_context(request: AnyRequest, rows: list[QueueRow] | None) -> dict[str, Any]:
    viewer, wanted = staff(request), wanted_of(request)
    if rows is None:
        rows = await modqueue.page(viewer.id, wanted, after=_following_item(request))
    done, count = as_id(request.query_params.get("done", "")), await modqueue.waiting(viewer.id, wanted)
    return {
        "rows": rows,
        "next_url": _next_url(wanted, rows),
        "topics": await threads.topics(),
        "rules": await modqueue.rules(),
        "waiting": count,
        "others_actions": [],
        "since": as_moment(count.at),
        "done": await modqueue.undoable(viewer.id, done) if done else None,
    }


def _following_item(request: AnyRequest) -> int | None:
    return as_id(request.query_params.get("after", ""))


def _next_url(wanted: QueueFilter, rows: list[QueueRow]) -> str | None:
    if len(rows) < modqueue.PAGE:
        return None
    return f"/mod/queue{wanted.query}{'&' if wanted.query else '?'}after={rows[-1].id}"


@get("/mod/queue", name="moderation:queue", opt={"who": MODERATOR})
async def queue_page(request: AnyRequest, item: FromQuery[str] = "") -> Response[Any]:
    """The list with the item that the address names, or with the first item that nobody else has claimed."""
    if item:
        return await queue_answer(request, await details_at(request, item))
    viewer, wanted, after = staff(request), wanted_of(request), _following_item(request)
    rows = await modqueue.page(viewer.id, wanted, after=after)
    if after and wants_fragment(request):
        more: dict[str, Any] = {"wanted": wanted, "rows": rows, "next_url": _next_url(wanted, rows)}
        return fragment(request, "moderation/modqueue/rows.html", details=None, **more)
    first = next((row.id for row in rows if row.holder is None), None)
    return await queue_answer(
        request, await items.details(viewer.id, first) if first else None, rows=rows, chosen=False
    )


@get("/mod/item/{item:str}", name="moderation:item", opt={"who": MODERATOR})
async def item_page(request: AnyRequest, item: FromPath[str]) -> Response[Any]:
    return await queue_answer(request, await details_at(request, item))


handlers: list[object] = [queue_page, item_page]
