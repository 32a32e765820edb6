"""Suggested updates: suggesting one, their list, what each changes, and deciding."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.articles.articles import queries as articles
from parley.articles.articles import versions
from parley.articles.articles.rules import may_decide_update
from parley.articles.articles.text import ArticleText
from parley.articles.imports.forms import LONGEST_REASON
from parley.articles.imports.ops import decode
from parley.articles.imports.web import own_import
from parley.articles.revisions import differences
from parley.articles.revisions.losses import loss
from parley.articles.revisions.updating import as_update
from parley.discussion.suggestions import corrections, ops, queries
from parley.discussion.suggestions.queries import SuggestionRow
from parley.discussion.threads import comment_outcomes
from parley.discussion.threads.queries import ThreadRow
from parley.discussion.threads.revision_web import thread_and_article
from parley.discussion.threads.updating import note_seen
from parley.people.accounts.viewer import Viewer, signed_in
from parley.platform.concurrency import in_thread
from parley.platform.errors import NotFound
from parley.platform.http.access import MODERATOR, VERIFIED, AnyRequest, address_of
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page, pending_of
from parley.platform.ratelimit import POST, take_each, take_volume
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

LONGEST_PASSAGE = 40_000
# A form can have this many fields, and real corrections have a few conflicts.
MOST_CONFLICTS = 100


@post("/new/{number:str}/suggest", name="threads:suggest", opt={"who": VERIFIED})
async def suggest(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
    """Suggest an import as an update of the existing article."""
    viewer, draft = signed_in(request), await own_import(request, number)
    if draft.state != "ready":
        return Redirect(f"/new/{draft.id}", status_code=303)
    await take_each(POST, viewer.id, address_of(request))
    thread, suggestion = await ops.suggest(viewer=viewer, draft=draft)
    return Redirect(f"/t/{thread}/updates/{suggestion}", status_code=303)


@get("/updates", name="threads:updates", opt={"who": VERIFIED})
async def updates(request: AnyRequest) -> Response[Any] | Redirect:
    """The suggested updates that the viewer may decide, and those they suggested. Moderators find all in the queue."""
    viewer = signed_in(request)
    if viewer.access >= MODERATOR:
        return Redirect("/mod/queue?kind=update", status_code=303)
    rows = await queries.list_suggestions(viewer.id, every=False)
    return page(
        request,
        "articles/updates.html",
        updates=rows,
        declined="declined" in request.query_params,
    )


async def visible_suggestion(
    request: AnyRequest, thread: str, number: str
) -> tuple[ThreadRow, articles.ArticleRow, SuggestionRow]:
    """A suggested update that the viewer may see. Raises NotFound."""
    row, article = await thread_and_article(thread)
    viewer, suggestion = signed_in(request), as_id(number)
    update = await queries.one(suggestion, row.id) if suggestion else None
    if update is None or not _may_see(viewer, row, article, update):
        raise NotFound
    return row, article, update


def _may_see(viewer: Viewer, thread: ThreadRow, article: articles.ArticleRow, update: SuggestionRow) -> bool:
    """Whether the viewer may see a suggested update. A waiting one shows the whole text, not only an excerpt."""
    concerns = viewer.id == update.member_id or viewer.name == thread.starter
    if update.state != "waiting":
        return concerns or viewer.access >= MODERATOR
    return not article.is_frozen and (viewer.access >= MODERATOR or (concerns and article.display == "full"))


@get("/t/{thread:str}/updates/{number:str}", name="threads:update", opt={"who": VERIFIED})
async def update(request: AnyRequest, thread: FromPath[str], number: FromPath[str]) -> Response[Any]:
    """One suggested update: what it changes, and how many comments that concerns."""
    row, article, suggestion = await visible_suggestion(request, thread, number)
    if (unread := await note_seen(signed_in(request).id, suggestion.id)) is not None:
        pending_of(request.scope)["for_you"] = unread
    return await _page(request, row, article, suggestion, Form({}))


@post("/t/{thread:str}/updates/{number:str}", name="threads:decide-update", opt={"who": VERIFIED})
async def decide(request: AnyRequest, thread: FromPath[str], number: FromPath[str]) -> Response[Any]:
    row, _, suggestion = await visible_suggestion(request, thread, number)
    form = Form(await posted_fields(request))
    accepts = form.choice("decision", ("accept", "decline"))
    if accepts is None:
        form.errors.setdefault("form", N_("Please accept or decline the update."))
    answer = form.text("answer", most=LONGEST_REASON)
    if not form.errors:
        decision = ops.SuggestionDecision(signed_in(request), row.id, suggestion.id, answer)
        with form.refusals():
            if accepts == "decline":
                await ops.decline(decision, form.values.get("version", ""))
                return Redirect("/updates?declined", status_code=303)
            await ops.accept(decision, form.values.get("version", ""), _chosen_conflicts(form))
            return Redirect(row.address, status_code=303)
    return await _page(request, *await visible_suggestion(request, thread, number), form, form.status)


def _chosen_conflicts(form: Form) -> set[int]:
    """The numbers of the conflicts, from 0, in which the source's text was chosen."""
    chosen = (as_id(name.removeprefix("conflict-")) for name, value in form.values.items() if value == "source")
    return {number - 1 for number in chosen if number is not None}


async def difference(row: SuggestionRow, article: articles.ArticleRow) -> dict[str, Any]:
    """What a waiting suggestion would change, and what becomes of the comments on the article."""
    before = await versions.readable(article.revision_id)
    text: ArticleText | None
    if row.passage is None:
        update = await as_update(article, await in_thread(decode, row.draft or b""))
        version = await in_thread(lambda: update.version)
        text, conflicts = update.text, update.merged.conflicts
    else:
        text, version, conflicts = await corrections.as_text(row, article), corrections.version(row, article), []
    after = text.passages if text else [stored.passage for stored in before]
    found, lost, sides = await in_thread(
        lambda: (
            differences.difference(before, differences.preview(before, after)),
            loss(before, after),
            [differences.both_sides(conflict) for conflict in conflicts[:MOST_CONFLICTS]],
        )
    )
    return {
        "difference": found.html,
        "changes": found.changes,
        "lost": lost,
        "conflicts": sides,
        "more_conflicts": len(conflicts) - len(sides),
        "version": version,
        "is_gone": text is None,
        **(await comment_outcomes.summary(row.thread, article, text) if text else comment_outcomes.NO_OUTCOMES),
    }


async def _page(
    request: AnyRequest,
    row: ThreadRow,
    article: articles.ArticleRow,
    suggestion: SuggestionRow,
    form: Form,
    status: int = 200,
) -> Response[Any]:
    decides = suggestion.state == "waiting" and may_decide_update(signed_in(request), row, suggestion.member)
    context = await difference(suggestion, article) if suggestion.state == "waiting" else {}
    chosen = {name for name, value in form.values.items() if value == "source"}
    return page(
        request,
        "articles/update.html",
        status=status,
        thread=row,
        article=article,
        suggestion=suggestion,
        decides=decides,
        only_moderators=decides and signed_in(request).access < MODERATOR and context["lost"].is_too_much,
        answer=form.values.get("answer", ""),
        chosen=chosen,
        errors=form.errors,
        placed=None,
        **context,
    )


@get("/t/{thread:str}/correct", name="threads:correct-form", opt={"who": VERIFIED})
async def correct_form(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    """The form to correct a passage; without one, the passages to choose from."""
    row, article = await thread_and_article(thread)
    form = Form({"passage": request.query_params.get("passage", "")})
    chosen = await corrections.passage(article, as_id(form.values["passage"]))
    if chosen is not None:
        form.values["text"] = await corrections.source(article, chosen)
    return await _correction_page(request, row, article, form)


@post("/t/{thread:str}/correct", name="threads:correct", opt={"who": VERIFIED})
async def correct(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    """Suggest a correction to those who may edit the article."""
    row, article = await thread_and_article(thread)
    form = Form(await posted_fields(request))
    missing = N_("A correction needs a text. To suggest removing the passage, say so in a comment.")
    text = form.text("text", most=LONGEST_PASSAGE, least=1, missing=missing, lines=True)
    correction = corrections.Correction(form.id("passage") or 0, text, form.text("reason", most=LONGEST_REASON))
    if not form.errors:
        with form.refusals():
            await take_each(POST, signed_in(request).id, address_of(request))
            await take_volume(signed_in(request).id, len(text.encode()))
            suggestion = await corrections.suggest(viewer=signed_in(request), thread_id=row.id, correction=correction)
            return Redirect(f"/t/{row.id}/updates/{suggestion}", status_code=303)
    return await _correction_page(request, row, article, form, form.status)


async def _correction_page(
    request: AnyRequest, row: ThreadRow, article: articles.ArticleRow, form: Form, status: int = 200
) -> Response[Any]:
    chosen = await corrections.passage(article, as_id(form.values.get("passage", "")))
    return page(
        request,
        "articles/correct.html",
        status=status,
        thread=row,
        article=article,
        chosen=chosen,
        passages=[] if chosen else await versions.readable(article.revision_id),
        text=form.values.get("text", ""),
        reason=form.values.get("reason", ""),
        errors=form.errors,
    )


handlers: list[object] = [suggest, updates, update, decide, correct_form, correct]
