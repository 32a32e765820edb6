"""Comments that a filter finds: choose some, review one decision on all of them, apply it, undo it."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post

from parley.moderation.decisions.forms import DecisionForm
from parley.moderation.decisions.rules import ACTIONS, LENGTHS, MOST_IN_BULK, SANCTIONS
from parley.moderation.guidelines import queries as guidelines
from parley.moderation.modqueue import bulk, comment_bulk, comments
from parley.moderation.modqueue import queries as modqueue
from parley.moderation.modqueue.comments import FoundComment
from parley.moderation.modqueue.filters import DAYS, CommentFilter
from parley.moderation.modqueue.requests import decision_form, text_in
from parley.people.community.queries import grounds
from parley.platform.errors import Refused
from parley.platform.http.access import MODERATOR, AnyRequest, staff
from parley.platform.http.forms import posted_fields
from parley.platform.http.pages import page
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

PREFIX = "comment-"
# What can be decided about many comments.
CHOICES = ("remove", "collapse", "approve")
# The same for those that a moderator removed or collapsed.
RESTORING = ("restore",)
SPANS = {1: N_("A day"), 7: N_("A week"), DAYS: N_("30 days"), 365: N_("A year")}


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


def _chosen_versions(data: Mapping[str, Any]) -> dict[int, int | None]:
    """The versions of the selected comments that the page showed, by id. Raises Refused for none and for too many."""
    versions = {
        number: as_id(str(value))
        for name, value in data.items()
        if name.startswith(PREFIX) and (number := as_id(name.removeprefix(PREFIX)))
    }
    if not versions:
        raise Refused(N_("No comment was selected. Please go back and select some."))
    if len(versions) > MOST_IN_BULK:
        raise Refused(N_("At most {most} comments can be decided at once. Please select fewer."), most=MOST_IN_BULK)
    return versions


@get("/mod/comments", name="moderation:comments", opt={"who": MODERATOR})
async def comments_page(request: AnyRequest) -> Response[Any]:
    """The newest comments that the filter finds, with the form of the decision."""
    wanted = _filter_from(request)
    return await _show(request, await comments.matching(staff(request).id, wanted), DecisionForm({}))


@post("/mod/comments", name="moderation:decide-comments", opt={"who": MODERATOR}, status_code=200)
async def decide(request: AnyRequest) -> Response[Any]:
    """Show what the decision would do; with `sure=1` decide."""
    viewer, data = staff(request), await posted_fields(request)
    wanted, versions = _filter_from(request), _chosen_versions(data)
    selected = await comments.selected_comments(viewer.id, list(versions), wanted.moderator)
    form = await decision_form(request)
    form.require()
    if form.action not in (None, *_choices(wanted)):
        form.errors.setdefault("action", N_("Please choose what to do."))
    if form.errors:
        return await _show(request, selected, form, 422)
    done = form.flag("sure")
    outcomes = await comment_bulk.decide(
        viewer, selected, form.choice_for(0), form.sanction, versions=versions, commit=done
    )
    return await _show(request, selected, form, outcomes=outcomes, done=done)


@post("/mod/comments/undo", name="moderation:undo-comments", opt={"who": MODERATOR}, status_code=200)
async def undo(request: AnyRequest) -> Response[Any]:
    """Undo decisions on many comments and their authors within half a minute, the last first."""
    viewer, data = staff(request), await posted_fields(request)
    decision_ids = [number for part in str(data.get("decisions", "")).split(",") if (number := as_id(part))]
    undone = await bulk.undo(viewer, {number: number for number in decision_ids[: 2 * MOST_IN_BULK]})
    refusals = [outcome.refusal for outcome in undone if outcome.refusal]
    return await _show(request, [], DecisionForm({}), undone=len(undone) - len(refusals), refused=refusals)


async def _show(
    request: AnyRequest, selected: list[FoundComment], form: DecisionForm, status: int = 200, **context: Any
) -> Response[Any]:
    wanted = _filter_from(request)
    shown: dict[str, Any] = {"outcomes": None, "done": False, "undone": None, "refused": []} | context
    return page(
        request,
        "moderation/modqueue/comments.html",
        status=status,
        found=selected,
        form=form,
        wanted=wanted,
        spans=SPANS,
        rules=await modqueue.rules(),
        grounds=await grounds(),
        saved=await guidelines.reasons(staff(request).id),
        actions=[ACTIONS[name] for name in _choices(wanted)],
        sanctions=[ACTIONS[name] for name in SANCTIONS],
        all_actions=ACTIONS,
        lengths=LENGTHS,
        **shown,
    )


handlers: list[object] = [comments_page, decide, undo]
