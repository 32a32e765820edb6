"""One decision on up to fifty items of the queue, or comments that a filter finds: choose, review, apply, undo."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post

from parley.moderation.decisions.forms import DecisionForm
from parley.moderation.decisions.removal_limit import CONFIRM, ConfirmationNeeded
from parley.moderation.decisions.rules import ACTIONS, MOST_IN_BULK
from parley.moderation.modqueue import bulk, comments
from parley.moderation.modqueue import queries as modqueue
from parley.moderation.modqueue.comments import FoundComment
from parley.moderation.modqueue.filters import DAYS, CommentFilter
from parley.moderation.modqueue.requests import decision_context, decision_form, text_in
from parley.people.accounts.viewer import staff
from parley.platform.errors import Refused
from parley.platform.http.access import ROOM_MODERATOR, AnyRequest
from parley.platform.http.forms import posted_fields
from parley.platform.http.pages import page
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

GONE = N_("There is no such item.")
# What can be decided about many comments, and about those that a moderator removed or collapsed.
CHOICES, RESTORING = ("remove", "collapse", "approve"), ("restore",)
SPANS = {1: N_("A day"), 7: N_("A week"), DAYS: N_("30 days"), 365: N_("A year")}


def _selected(data: Mapping[str, Any], prefix: str) -> dict[int, int | None]:
    """The number that the page sent with each selected thing, by its id."""
    return {
        number: as_id(str(value))
        for name, value in data.items()
        if name.startswith(prefix) and (number := as_id(name.removeprefix(prefix)))
    }


def _selected_items(data: Mapping[str, Any]) -> dict[int, int]:
    """The version, or decision, of each selected item by its id. Raises Refused for none and for too many."""
    versions = {item: version for item, version in _selected(data, "item-").items() if version}
    if not versions:
        raise Refused(N_("No item was selected. Please go back to the queue and select some."))
    if len(versions) > MOST_IN_BULK:
        raise Refused(
            N_("You selected {count} items; {most} can be decided at once. Please select fewer."),
            count=len(versions),
            most=MOST_IN_BULK,
        )
    return versions


@post("/mod/bulk", name="moderation:bulk", opt={"who": ROOM_MODERATOR}, status_code=200)
async def decide_items(request: AnyRequest) -> Response[Any]:
    """Without an action show the form, with one a preview; with `sure=1` decide."""
    viewer, data = staff(request), await posted_fields(request)
    items = _selected_items(data)
    rows = {row.id: row for row in await modqueue.visible_items(viewer.id, list(items))}
    form = await decision_form(request)
    if "action" not in data:
        return await _show_items(request, items, rows, form)
    form.require()
    if form.errors:
        return await _show_items(request, items, rows, form, 422)
    choices = [form.choice_for(item, items[item]) for item in items if item in rows]
    done = form.flag("sure")
    outcomes = await bulk.decide(viewer, choices, commit=done)
    if left := [outcome.item for outcome in outcomes if outcome.needs_confirmation]:
        form.refuse(ConfirmationNeeded(CONFIRM))
        return await _show_items(request, {item: items[item] for item in left}, rows, form, 422)
    outcomes += [bulk.Outcome(item, GONE) for item in items if item not in rows]
    return await _show_items(request, items, rows, form, outcomes=outcomes, done=done)


@post("/mod/bulk/undo", name="moderation:bulk-undo", opt={"who": ROOM_MODERATOR}, status_code=200)
async def undo_items(request: AnyRequest) -> Response[Any]:
    """Undo decisions on many items within half a minute."""
    viewer, data = staff(request), await posted_fields(request)
    items = _selected_items(data)
    rows = {row.id: row for row in await modqueue.visible_items(viewer.id, list(items))}
    outcomes = await bulk.undo(viewer, items)
    return await _show_items(request, items, rows, DecisionForm({}), outcomes=outcomes, undone=True)


async def _show_items(
    request: AnyRequest,
    items: dict[int, int],
    rows: dict[int, modqueue.QueueRow],
    form: DecisionForm,
    status: int = 200,
    outcomes: list[bulk.Outcome] | None = None,
    *,
    done: bool = False,
    undone: bool = False,
) -> Response[Any]:
    context = await decision_context(request) | {
        "items": items,
        "rows": rows,
        "form": form,
        "refusals": {outcome.item: outcome.refusal for outcome in outcomes or () if outcome.refusal},
        "made": {outcome.item: outcome.decision for outcome in outcomes or () if outcome.decision},
        "tried": outcomes is not None and not done and not undone,
        "done": done,
        "waiting": await bulk.waiting(outcome.decision for outcome in outcomes or ()),
        "undone": undone,
        "actions": [
            action
            for action in ACTIONS.values()
            if action.kinds and not action.in_place and staff(request).access >= action.access
        ],
    }
    return page(request, "moderation/modqueue/bulk.html", status=status, **context)


def _filter_from(request: AnyRequest) -> CommentFilter:
    """The filter in the address."""
    asked = request.query_params
    days = as_id(asked.get("days", ""))
    return CommentFilter(
        author=text_in(request, "author"),
        host=text_in(request, "host"),
        like=as_id(asked.get("like", "")),
        rule=as_id(asked.get("rule", "")),
        thread=as_id(asked.get("thread", "")),
        moderator=text_in(request, "moderator"),
        days=days if days in SPANS else DAYS,
    )


def _choices(wanted: CommentFilter) -> tuple[str, ...]:
    return RESTORING if wanted.moderator else CHOICES


def _selected_comments(data: Mapping[str, Any]) -> dict[int, int | None]:
    """The versions of the selected comments that the page showed, by id. Raises Refused for none and for too many."""
    versions = _selected(data, "comment-")
    if not versions:
        raise Refused(N_("No comment was selected. Please go back and select some."))
    if len(versions) > MOST_IN_BULK:
        raise Refused(N_("At most {most} comments can be decided at once. Please select fewer."), most=MOST_IN_BULK)
    return versions


@get("/mod/comments", name="moderation:comments", opt={"who": ROOM_MODERATOR})
async def comments_page(request: AnyRequest) -> Response[Any]:
    """The newest comments that the filter finds, with the form of the decision."""
    rows = await comments.matching(staff(request).id, _filter_from(request))
    return await _show_comments(request, rows, DecisionForm({}))


@post("/mod/comments", name="moderation:decide-comments", opt={"who": ROOM_MODERATOR}, status_code=200)
async def decide_comments(request: AnyRequest) -> Response[Any]:
    """Show what the decision would do; with `sure=1` decide."""
    viewer, data = staff(request), await posted_fields(request)
    wanted, versions = _filter_from(request), _selected_comments(data)
    selected = await comments.selected_comments(viewer.id, list(versions), wanted.moderator)
    form = await decision_form(request)
    form.require()
    if form.action not in (None, *_choices(wanted)):
        form.errors.setdefault("action", N_("Please choose one of these."))
    if form.errors:
        return await _show_comments(request, selected, form, 422)
    done = form.flag("sure")
    choice, sanction = form.choice_for(0), form.sanction
    outcomes = await bulk.decide_comments(viewer, selected, choice, sanction, versions=versions, commit=done)
    if left := [comment for comment in selected if outcomes.comments[comment.id].needs_confirmation]:
        form.refuse(ConfirmationNeeded(CONFIRM))
        return await _show_comments(request, left, form, 422)
    waiting = await bulk.waiting(outcomes.made)
    return await _show_comments(request, selected, form, outcomes=outcomes, done=done, waiting=waiting)


@post("/mod/comments/undo", name="moderation:undo-comments", opt={"who": ROOM_MODERATOR}, status_code=200)
async def undo_comments(request: AnyRequest) -> Response[Any]:
    """Undo decisions on many comments and their authors within half a minute, the last first."""
    viewer, data = staff(request), await posted_fields(request)
    decision_ids = [number for part in str(data.get("decisions", "")).split(",") if (number := as_id(part))]
    undone = await bulk.undo(viewer, {number: number for number in decision_ids[: 2 * MOST_IN_BULK]})
    refusals = [outcome.refusal for outcome in undone if outcome.refusal]
    return await _show_comments(request, [], DecisionForm({}), undone=len(undone) - len(refusals), refused=refusals)


async def _show_comments(
    request: AnyRequest, found: list[FoundComment], form: DecisionForm, status: int = 200, **context: Any
) -> Response[Any]:
    wanted = _filter_from(request)
    shown: dict[str, Any] = {"outcomes": None, "done": False, "waiting": 0, "undone": None, "refused": []} | context
    shown |= await decision_context(request) | {
        "found": found,
        "form": form,
        "wanted": wanted,
        "spans": SPANS,
        "rules": await modqueue.rules(),
        "actions": [ACTIONS[name] for name in _choices(wanted)],
    }
    return page(request, "moderation/modqueue/comments.html", status=status, **shown)


handlers: list[object] = [decide_items, undo_items, comments_page, decide_comments, undo_comments]
