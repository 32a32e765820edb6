"""The list of the queue, beside whatever is open: items, other kinds of work, the filter with its counts."""

from typing import Any

from parley.moderation.modqueue import kinds
from parley.moderation.modqueue import queries as modqueue
from parley.moderation.modqueue.filters import QueueFilter
from parley.moderation.modqueue.kinds import WorkRow
from parley.moderation.modqueue.queries import QueueRow
from parley.moderation.modqueue.requests import as_moment, decision_context, wanted_of
from parley.moderation.modqueue.waiting import lists_work, waiting
from parley.people.accounts.viewer import Viewer, staff
from parley.platform.http.access import AnyRequest
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_


async def list_context(request: AnyRequest, rows: list[QueueRow] | None = None) -> dict[str, Any]:
    """What the list shows; `rows` are its items, if they were read already."""
    viewer, wanted, after = staff(request), wanted_of(request), following_item(request)
    if rows is None:
        rows = await item_rows(viewer, wanted, after)
    done, count = as_id(request.query_params.get("done", "")), await waiting(viewer, wanted)
    return {
        "rows": rows,
        "work": await work_rows(viewer, wanted, is_first=after is None, is_last=len(rows) < modqueue.PAGE),
        "next_url": next_url(wanted, rows),
        "rules": await modqueue.rules(),
        "other_kinds": {"rights": N_("Rights requests")}
        | {kind.name: kind.label for kind in kinds.kinds if kind.in_rooms or viewer.is_staff},
        "waiting": count,
        "others_actions": [],
        "since": as_moment(count.at),
        "done": await modqueue.undoable(viewer.id, done) if done else None,
    }


async def beside_list(request: AnyRequest, **context: Any) -> dict[str, Any]:
    """What a page shows that opens other work than an item beside the list."""
    shared = {"details": None, "chosen": True, "wanted": wanted_of(request)}
    return await decision_context(request) | shared | await list_context(request) | context


async def item_rows(viewer: Viewer, wanted: QueueFilter, after: int | None) -> list[QueueRow]:
    """The items of a page of the list: none under the filter for another kind of work."""
    if wanted.kind in kinds.known():
        return []
    return await modqueue.page(viewer.id, wanted, after=after)


async def work_rows(viewer: Viewer, wanted: QueueFilter, *, is_first: bool, is_last: bool) -> dict[str, list[WorkRow]]:
    """Other work: what is nearly due stands before the items of the first page, the rest after those of the last."""
    if not lists_work(wanted):
        return {"first": [], "last": []}
    rows = await kinds.rows(viewer, wanted.kind)
    first = [row for row in rows if row.is_nearly_due]
    return {
        "first": first if is_first else [],
        "last": [row for row in rows if not row.is_nearly_due] if is_last else [],
    }


def following_item(request: AnyRequest) -> int | None:
    return as_id(request.query_params.get("after", ""))


def next_url(wanted: QueueFilter, rows: list[QueueRow]) -> str | None:
    return f"/mod/queue{wanted.query_with(after=rows[-1].id)}" if len(rows) >= modqueue.PAGE else None
