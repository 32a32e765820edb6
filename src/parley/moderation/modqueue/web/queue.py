"""The page of the queue: the list, one item open beside it, and a moderator's actions on that item.

An action (claim, skip, reveal, decide, undo) answers with the item or the next one.
"""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions import profiles, undoing
from parley.moderation.decisions.forms import DecisionForm
from parley.moderation.decisions.letters import draft_letters
from parley.moderation.decisions.rules import Stale, offered
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.moderation.modqueue import assigning, claims, in_place, items
from parley.moderation.modqueue import queries as modqueue
from parley.moderation.modqueue.bar import KEYS, Bar, bar
from parley.moderation.modqueue.items import ItemDetails, ItemRow
from parley.moderation.modqueue.queries import QueueRow
from parley.moderation.modqueue.requests import (
    LONGEST_NAME,
    decision_context,
    decision_form,
    details_at,
    item_at,
    wanted_of,
)
from parley.moderation.modqueue.waiting import waiting
from parley.moderation.modqueue.web.listing import following_item, item_rows, list_context, next_url, work_rows
from parley.moderation.modqueue.web.opening import open_work
from parley.people.accounts.viewer import Viewer, staff
from parley.platform import db
from parley.platform.errors import ParleyError
from parley.platform.http.access import ROOM_MODERATOR, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import fragment, page, wants_fragment
from parley.platform.text.cleaning import as_id


async def _answer(
    request: AnyRequest,
    details: ItemDetails | None,
    form: Form | None = None,
    status: int = 200,
    rows: list[QueueRow] | None = None,
    **context: Any,
) -> Response[Any]:
    """The list with one item open; for htmx the item only. `rows` are those of the list, if they were read already."""
    shown = await _item_context(request, details, form) | {"chosen": True} | context
    if wants_fragment(request):
        if details is None:
            shown["waiting"] = await waiting(staff(request), wanted_of(request))
        return page(request, "moderation/modqueue/queue.html", "item", status=status, **shown)
    return page(request, "moderation/modqueue/queue.html", status=status, **shown, **await list_context(request, rows))


async def _item_context(request: AnyRequest, details: ItemDetails | None, form: Form | None = None) -> dict[str, Any]:
    context, form = await decision_context(request), form or DecisionForm({})
    return context | {
        "details": details,
        "form": form,
        "bar": await _bar(details, form, context["reasons"], staff(request)) if details else None,
        "keys": KEYS,
        "wanted": wanted_of(request),
        "letter": None,
        "undone": details is not None and _is_undone(details, as_id(request.query_params.get("undone", ""))),
    }


async def _bar(details: ItemDetails, form: Form, reasons: dict[str, str], viewer: Viewer) -> Bar:
    item = details.item
    empty = await profiles.empty(item.kind, item.target)
    possible = [one.name for one in offered(viewer, item.kind) if not one.in_place and one.name not in empty]
    author = details.member.name if details.member else None
    quotes = [] if item.sensitive else details.offending_words
    return bar(item.kind, author, possible, form.values.get("rule") or item.likely, reasons, quotes)


def _is_undone(details: ItemDetails, decision: int | None) -> bool:
    """Whether this decision about the item was undone, and the item is open."""
    return details.item.state == "open" and any(
        decided.id == decision and decided.state == "undone" for decided in details.decided
    )


@get("/mod/queue", name="moderation:queue", opt={"who": ROOM_MODERATOR})
async def queue_page(request: AnyRequest, item: FromQuery[str] = "") -> Response[Any]:
    """The list with the item that the address names, or with the first item that nobody else has claimed.

    `open` names something of another kind, such as `signup-12`.
    """
    if item:
        return await _answer(request, await details_at(request, item))
    viewer, wanted, after = staff(request), wanted_of(request), following_item(request)
    if opened := await open_work(request):
        return opened
    rows = await item_rows(viewer, wanted, after)
    if after and wants_fragment(request):
        work = await work_rows(viewer, wanted, is_first=False, is_last=len(rows) < modqueue.PAGE)
        more: dict[str, Any] = {"wanted": wanted, "rows": rows, "work": work, "next_url": next_url(wanted, rows)}
        return fragment(request, "moderation/modqueue/rows.html", details=None, **more)
    first = next((row.id for row in rows if row.holder is None), None)
    return await _answer(request, await items.details(viewer.id, first) if first else None, rows=rows, chosen=False)


@get("/mod/item/{item:str}", name="moderation:item", opt={"who": ROOM_MODERATOR})
async def item_page(request: AnyRequest, item: FromPath[str]) -> Response[Any]:
    return await _answer(request, await details_at(request, item))


@post("/mod/item/{item:str}/claim", name="moderation:claim", opt={"who": ROOM_MODERATOR}, status_code=200)
async def claim(request: AnyRequest, item: FromPath[str]) -> Response[Any]:
    """Claim an item. Where another moderator has it or decided it, show that."""
    row, form, status = await item_at(request, item), Form({}), 200
    try:
        await claims.claim(staff(request), row.id)
    except Stale as stale:
        form.errors["form"], status = stale.message, stale.status
    if wants_fragment(request):
        context = await _item_context(request, await details_at(request, item), form)
        return page(request, "moderation/modqueue/queue.html", "claim", status=status, **context)
    if form.errors:
        return await _show(request, item, form, status)
    return _to_item(request, row.id)


@post("/mod/item/{item:str}/assign", name="moderation:assign", opt={"who": ROOM_MODERATOR}, status_code=200)
async def assign(request: AnyRequest, item: FromPath[str]) -> Response[Any]:
    """Ask a colleague to decide; an empty name: nobody."""
    row, form = await item_at(request, item), Form(await posted_fields(request))
    with form.refusals():
        await assigning.assign(staff(request), row.id, form.text("name", most=LONGEST_NAME))
        return _to_item(request, row.id)
    return await _show(request, item, form, form.status)


@post("/mod/item/{item:str}/skip", name="moderation:skip", opt={"who": ROOM_MODERATOR}, status_code=200)
async def skip(request: AnyRequest, item: FromPath[str]) -> Response[Any]:
    """Leave an item to others and claim the next one."""
    return await _show_next(request, await item_at(request, item))


@post("/mod/item/{item:str}/reveal", name="moderation:reveal", opt={"who": ROOM_MODERATOR}, status_code=200)
async def reveal(request: AnyRequest, item: FromPath[str]) -> Response[Any]:
    """Show sensitive words, and record who looked."""
    row = await item_at(request, item)
    if row.sensitive:
        async with db.atomic():
            await modlog.write(staff(request), Entry("reveal", row.kind, row.target))
    return await _show(request, item) if wants_fragment(request) else _to_item(request, row.id)


@post("/mod/item/{item:str}/decide", name="moderation:decide", opt={"who": ROOM_MODERATOR}, status_code=200)
async def decide(request: AnyRequest, item: FromPath[str]) -> Response[Any]:
    row = await item_at(request, item)
    form = await decision_form(request)
    form.require()
    if form.errors:
        return await _show(request, item, form, 422)
    if form.flag("preview"):
        return await _preview(request, row, form)
    try:
        async with db.atomic():
            decision = await decisions.decide(staff(request), form.choice_for(row.id))
            await in_place.sanction(staff(request), row.member, row.thread, form.sanction)
    except ParleyError as error:
        form.refuse(error)
        return await _show(request, item, form, form.status)
    return await _show_next(request, row, decision)


@post("/mod/item/{item:str}/undo", name="moderation:undo", opt={"who": ROOM_MODERATOR}, status_code=200)
async def undo(request: AnyRequest, item: FromPath[str]) -> Response[Any]:
    """Undo one's own decision. If it is too late, show the item as it is now with the reason."""
    viewer, form = staff(request), Form(await posted_fields(request))
    decision = form.id("decision") or 0
    try:
        await undoing.undo(viewer, decision)
    except ParleyError as error:
        form.errors["form"] = error.message
        return await _show(request, item, form, error.status)
    if not wants_fragment(request):
        row = await item_at(request, item)
        return _to_item(request, row.id, undone=decision)
    details = await details_at(request, item)
    context = await _item_context(request, details) | {"chosen": True, "undone": True}
    rows = await modqueue.visible_items(viewer.id, [details.item.id]) if details.item.state == "open" else []
    context |= {"row": rows[0] if rows else None, "waiting": await waiting(viewer, wanted_of(request))}
    return fragment(request, "moderation/modqueue/undone.html", **context)


async def _show(request: AnyRequest, item: str, form: Form | None = None, status: int = 200) -> Response[Any]:
    """The item as it is now, with the form and its errors."""
    return await _answer(request, await details_at(request, item), form, status)


def _to_item(request: AnyRequest, item: int, undone: int | None = None) -> Redirect:
    return Redirect(f"/mod/item/{item}{wanted_of(request).query_with(undone=undone)}", status_code=303)


async def _show_next(request: AnyRequest, row: ItemRow, decision: int | None = None) -> Response[Any]:
    """Claim and show the next item, with a button that undoes `decision`."""
    viewer, wanted = staff(request), wanted_of(request)
    following = await claims.take_next(viewer, wanted, row.id)
    if not wants_fragment(request):
        path = f"/mod/item/{following}" if following else "/mod/queue"
        return Redirect(f"{path}{wanted.query_with(done=decision)}", status_code=303)
    context = await _item_context(request, await items.details(viewer.id, following) if following else None)
    return fragment(
        request,
        "moderation/modqueue/decided.html",
        **context,
        chosen=True,
        done=await modqueue.undoable(viewer.id, decision) if decision else None,
        waiting=await waiting(viewer, wanted),
    )


async def _preview(request: AnyRequest, row: ItemRow, form: DecisionForm) -> Response[Any]:
    letter = await draft_letters(form.choice_for(row.id), row.member, row.kind, form.sanction)
    if wants_fragment(request):
        return fragment(request, "moderation/modqueue/_letter.html", letter=letter, form=form)
    return await _answer(request, await details_at(request, str(row.id)), form, letter=letter)


handlers: list[object] = [queue_page, item_page, claim, assign, skip, reveal, decide, undo]
