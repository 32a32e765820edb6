"""The same decision on up to fifty items: choose, preview, confirm, undo."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, post

from parley.moderation.decisions.forms import DecisionForm
from parley.moderation.decisions.rules import ACTIONS, LENGTHS, MOST_IN_BULK, Choice
from parley.moderation.modqueue import bulk
from parley.moderation.modqueue import queries as modqueue
from parley.moderation.modqueue.requests import decision_form
from parley.people.community.queries import grounds
from parley.platform.errors import Refused
from parley.platform.http.access import MODERATOR, AnyRequest, staff
from parley.platform.http.forms import posted_fields
from parley.platform.http.pages import page
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

PREFIX = "item-"
GONE = N_("There is no such item.")


def selected_versions(data: Mapping[str, Any]) -> dict[int, int]:
    """The version, or decision, of each selected item by its id. Raises Refused for none and for too many."""
    pairs = ((as_id(name.removeprefix(PREFIX)), as_id(str(data[name]))) for name in data if name.startswith(PREFIX))
    versions = {item: version for item, version in pairs if item and version}
    if not versions:
        raise Refused(N_("No item was selected. Please go back to the queue and select some."))
    if len(versions) > MOST_IN_BULK:
        raise Refused(
            N_("You selected {count} items; {most} can be decided at once. Please select fewer."),
            count=len(versions),
            most=MOST_IN_BULK,
        )
    return versions


@post("/mod/bulk", name="moderation:bulk", opt={"who": MODERATOR}, status_code=200)
async def decide_many(request: AnyRequest) -> Response[Any]:
    """Without an action show the form, with one a preview; with `sure=1` decide."""
    viewer, data = staff(request), await posted_fields(request)
    items = selected_versions(data)
    rows = {row.id: row for row in await modqueue.visible_items(viewer.id, list(items))}
    form = await decision_form(request)
    if "action" not in data:
        return await _answer(request, items, rows, form)
    form.require()
    if form.errors:
        return await _answer(request, items, rows, form, 422)
    choices: list[Choice] = [form.choice_for(item, items[item]) for item in items if item in rows]
    done = form.flag("sure")
    outcomes = await bulk.decide(viewer, choices) if done else await bulk.rehearse(viewer, choices)
    outcomes += [bulk.Outcome(item, GONE) for item in items if item not in rows]
    return await _answer(request, items, rows, form, outcomes=outcomes, done=done)


@post("/mod/bulk/undo", name="moderation:bulk-undo", opt={"who": MODERATOR}, status_code=200)
async def undo_many(request: AnyRequest) -> Response[Any]:
    """Undo decisions on many items within half a minute."""
    viewer, data = staff(request), await posted_fields(request)
    items = selected_versions(data)
    rows = {row.id: row for row in await modqueue.visible_items(viewer.id, list(items))}
    outcomes = await bulk.undo(viewer, items)
    return await _answer(request, items, rows, DecisionForm({}), outcomes=outcomes, undone=True)


async def _answer(
    request: AnyRequest,
    items: dict[int, int],
    rows: dict[int, modqueue.ItemName],
    form: DecisionForm,
    status: int = 200,
    outcomes: list[bulk.Outcome] | None = None,
    *,
    done: bool = False,
    undone: bool = False,
) -> Response[Any]:
    return page(
        request,
        "moderation/modqueue/bulk.html",
        status=status,
        items=items,
        rows=rows,
        form=form,
        refusals={outcome.item: outcome.refusal for outcome in outcomes or () if outcome.refusal},
        made={outcome.item: outcome.decision for outcome in outcomes or () if outcome.decision},
        tried=outcomes is not None and not done and not undone,
        done=done,
        undone=undone,
        grounds=await grounds(),
        actions=[action for action in ACTIONS.values() if action.kinds and not action.in_place],
        all_actions=ACTIONS,
        lengths=LENGTHS,
    )


handlers: list[object] = [decide_many, undo_many]
