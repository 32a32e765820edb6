"""Suggested updates of articles: correcting a passage, reading what one changes, and deciding."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from parley.articles.imports.forms import LONGEST_REASON
from parley.discussion.suggestions import corrections, ops, queries
from parley.discussion.suggestions.web import LONGEST_PASSAGE, difference, visible_suggestion
from parley.discussion.threads.edit_ops import StaleEdit
from parley.discussion.threads.revision_web import thread_and_article
from parley.interfaces.api.answers import answer, answer_write, problems
from parley.interfaces.api.bodies import as_fields, check
from parley.interfaces.api.scopes import ARTICLE
from parley.platform.errors import ChangedMeanwhile
from parley.platform.http.access import MODERATOR, VERIFIED, AnyRequest, address_of, signed_in
from parley.platform.http.forms import Form
from parley.platform.ratelimit import POST, take_each, take_volume
from parley.platform.text.messages import N_

EDITING = {"who": VERIFIED, "scope": ARTICLE, "any_body": True}


class Update(msgspec.Struct, frozen=True):
    """A suggested update of the article of a thread."""

    id: int
    thread: int


class UpdateSummary(msgspec.Struct, frozen=True):
    """A suggested update in a list. `member` is null for one from the article's source."""

    id: int
    thread: int
    title: str
    member: str | None
    state: str
    created_at: datetime


class UpdateList(msgspec.Struct, frozen=True):
    items: list[UpdateSummary]


class UpdateDetail(msgspec.Struct, frozen=True):
    """What a suggested update changes. Send `version` with the decision: it names what you read.

    `conflicts` is how many of its passages were corrected here too.
    """

    id: int
    thread: int
    member: str | None
    state: str
    reason: str
    passage: int | None
    changes: int
    conflicts: int
    version: str | None
    created_at: datetime


class NewCorrection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A correction: the lineage of a `passage`, Markdown to put in its place, and why."""

    passage: int
    text: str
    reason: str = ""


class UpdateDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A decision. In the conflicts with these numbers, from 1, the text of `source` is taken."""

    decision: Literal["accept", "decline"]
    version: str = ""
    answer: str = ""
    source: list[int] = []


@post(
    "/threads/{thread:str}/corrections",
    name="api:correct",
    opt=EDITING,
    request_max_body_size=500_000,
    responses=problems(403, 404, 413, 422),
)
async def correct(request: AnyRequest, thread: FromPath[str], data: JSONBody[NewCorrection]) -> Response[Update]:
    """Suggest a correction of a passage to whoever may edit the article. It replaces my earlier one."""
    viewer, (row, _), form = signed_in(request), await thread_and_article(thread), Form(as_fields(data))
    text = form.text("text", most=LONGEST_PASSAGE, least=1, missing=N_("A correction needs a text."), lines=True)
    correction = corrections.Correction(form.id("passage") or 0, text, form.text("reason", most=LONGEST_REASON))
    check(form)
    await take_each(POST, viewer.id, address_of(request))
    await take_volume(viewer.id, len(text.encode()))
    suggestion = await corrections.suggest(viewer=viewer, thread_id=row.id, correction=correction)
    return answer_write(Update(suggestion, row.id), 201)


@get("/updates", name="api:updates", opt=EDITING, responses=problems(403))
async def updates(request: AnyRequest) -> Response[UpdateList]:
    """Suggested updates that I may decide, and those that I suggested."""
    viewer = signed_in(request)

    async def make() -> UpdateList:
        rows = await queries.list_suggestions(viewer.id, every=viewer.access >= MODERATOR)
        return UpdateList([UpdateSummary(r.id, r.thread, r.title, r.member, r.state, r.created_at) for r in rows])

    return await answer(request, make)


@get("/threads/{thread:str}/updates/{update:str}", name="api:update", opt=EDITING, responses=problems(403, 404))
async def one_update(request: AnyRequest, thread: FromPath[str], update: FromPath[str]) -> Response[UpdateDetail]:
    """What a suggested update would change, for who suggested it and who may decide."""

    async def make() -> UpdateDetail:
        row, article, suggestion = await visible_suggestion(request, thread, update)
        waits = suggestion.state == "waiting"
        changes: dict[str, Any] = await difference(suggestion, article) if waits else {}
        return UpdateDetail(
            id=suggestion.id,
            thread=row.id,
            member=suggestion.member,
            state=suggestion.state,
            reason=suggestion.reason,
            passage=suggestion.passage,
            changes=changes.get("changes", 0),
            conflicts=len(changes.get("conflicts", ())),
            version=changes.get("version"),
            created_at=suggestion.created_at,
        )

    return await answer(request, make)


@post(
    "/threads/{thread:str}/updates/{update:str}/decide",
    name="api:decide-update",
    opt=EDITING,
    status_code=204,
    responses=problems(403, 404, 412, 422),
)
async def decide(
    request: AnyRequest, thread: FromPath[str], update: FromPath[str], data: JSONBody[UpdateDecision]
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


handlers: list[Any] = [correct, updates, one_update, decide]
