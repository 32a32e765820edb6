"""Suggested updates of articles: correcting a passage, reading what one changes, and deciding."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, Router, get, post
from litestar.params import JSONBody
from msgspec import Meta

from parley.articles.imports.forms import LONGEST_REASON
from parley.discussion.suggestions import corrections, ops, queries
from parley.discussion.suggestions.web import LONGEST_PASSAGE, difference, visible_suggestion
from parley.discussion.threads.edit_ops import StaleEdit
from parley.discussion.threads.revision_web import thread_and_article
from parley.interfaces.api import fields
from parley.interfaces.api.answers import answer_member, answer_write, from_row, problems
from parley.interfaces.api.bodies import Body, as_fields, check
from parley.interfaces.api.scopes import ARTICLE
from parley.people.accounts.viewer import signed_in
from parley.platform.errors import ChangedMeanwhile
from parley.platform.http.access import MODERATOR, VERIFIED, AnyRequest, address_of
from parley.platform.http.forms import Form
from parley.platform.ratelimit import POST, take_each, take_volume
from parley.platform.text.messages import N_


class Update(msgspec.Struct, frozen=True):
    """A suggested update of the article of a thread."""

    id: fields.Id
    thread: fields.ThreadId


class UpdateSummary(msgspec.Struct, frozen=True):
    """A suggested update in a list."""

    id: fields.Id
    thread: fields.ThreadId
    title: fields.Title
    member: fields.MemberOrNone
    state: fields.State
    created_at: fields.CreatedAt


class UpdateList(msgspec.Struct, frozen=True):
    items: fields.Items[UpdateSummary]


class UpdateDetail(msgspec.Struct, frozen=True):
    """What a suggested update changes."""

    id: fields.Id
    thread: fields.ThreadId
    member: fields.MemberOrNone
    state: fields.State
    reason: fields.Reason
    passage: fields.Lineage
    changes: Annotated[int, Meta(description="How many passages the update changes.")]
    conflicts: Annotated[int, Meta(description="How many of the passages were corrected here too.")]
    version: Annotated[str | None, Meta(description="Names what I read: send it with the decision.")]
    created_at: fields.CreatedAt


class NewCorrection(Body, frozen=True):
    """A correction of a passage, and why."""

    passage: Annotated[int, Meta(description="The lineage of a passage of the article.")]
    text: Annotated[str, Meta(description="Markdown to put in the place of the passage.")]
    reason: fields.Reason = ""


class UpdateDecision(Body, frozen=True):
    """A decision about a suggested update."""

    decision: Annotated[Literal["accept", "decline"], Meta(description="Whether to accept the update.")]
    version: Annotated[str, Meta(description="The `version` of what I read: if it changed, the answer is 412.")] = ""
    answer: fields.Answer = ""
    source: Annotated[
        list[int], Meta(description="The numbers, from 1, of the conflicts in which the source's text is taken.")
    ] = []


@post(
    "/threads/{thread:str}/corrections",
    name="api:correct",
    request_max_body_size=500_000,
    responses=problems(403, 404, 413, 422),
)
async def correct(request: AnyRequest, thread: fields.ThreadPath, data: JSONBody[NewCorrection]) -> Response[Update]:
    """Suggest a correction of a passage to those who may edit the article. It replaces my earlier one."""
    viewer, (row, _), form = signed_in(request), await thread_and_article(thread), Form(as_fields(data))
    text = form.text("text", most=LONGEST_PASSAGE, least=1, missing=N_("A correction needs a text."), lines=True)
    correction = corrections.Correction(form.id("passage") or 0, text, form.text("reason", most=LONGEST_REASON))
    check(form)
    await take_each(POST, viewer.id, address_of(request))
    await take_volume(viewer.id, len(text.encode()))
    suggestion = await corrections.suggest(viewer=viewer, thread_id=row.id, correction=correction)
    return answer_write(Update(suggestion, row.id), 201)


@get("/updates", name="api:updates", responses=problems(403))
async def updates(request: AnyRequest) -> Response[UpdateList]:
    """Suggested updates that I may decide, and those that I suggested."""
    viewer = signed_in(request)
    rows = await queries.list_suggestions(viewer.id, every=viewer.access >= MODERATOR)
    return answer_member(request, UpdateList(msgspec.convert(rows, list[UpdateSummary], from_attributes=True)))


@get("/threads/{thread:str}/updates/{update:str}", name="api:update", responses=problems(403, 404))
async def one_update(
    request: AnyRequest, thread: fields.ThreadPath, update: fields.UpdatePath
) -> Response[UpdateDetail]:
    """What a suggested update would change, for the member who suggested it and those who may decide."""
    row, article, suggestion = await visible_suggestion(request, thread, update)
    waits = suggestion.state == "waiting"
    changes: dict[str, Any] = await difference(suggestion, article) if waits else {}
    detail = from_row(
        UpdateDetail,
        suggestion,
        thread=row.id,
        changes=changes.get("changes", 0),
        conflicts=len(changes.get("conflicts", ())),
        version=changes.get("version"),
    )
    return answer_member(request, detail)


@post(
    "/threads/{thread:str}/updates/{update:str}/decide",
    name="api:decide-update",
    status_code=204,
    responses=problems(403, 404, 412, 422),
)
async def decide(
    request: AnyRequest, thread: fields.ThreadPath, update: fields.UpdatePath, data: JSONBody[UpdateDecision]
) -> None:
    """Accept or decline a suggested update. 412 means that the article or the update changed since."""
    row, _, suggestion = await visible_suggestion(request, thread, update)
    form = Form({"answer": data.answer})
    decision = ops.SuggestionDecision(
        signed_in(request), row.id, suggestion.id, form.text("answer", most=LONGEST_REASON)
    )
    check(form)
    try:
        if data.decision == "decline":
            await ops.decline(decision, data.version)
        else:
            await ops.accept(decision, data.version, {number - 1 for number in data.source})
    except StaleEdit as error:
        raise ChangedMeanwhile(error.message) from error


handlers = [Router("/", route_handlers=[correct, updates, one_update, decide], opt={"who": VERIFIED, "scope": ARTICLE})]
