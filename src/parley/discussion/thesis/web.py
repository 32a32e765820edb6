"""Setting the thesis of a thread, and answering it, with htmx or plain forms."""

from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.articles.articles import queries as articles
from parley.articles.articles.queries import ArticleRow
from parley.articles.articles.thesis import suggest
from parley.discussion.thesis import ops, queries, rules
from parley.discussion.thesis.display import thesis_box
from parley.discussion.thesis.forms import ThesisAnswerForm, ThesisForm
from parley.discussion.thesis.tokens import given_token, was_given
from parley.discussion.threads import queries as threads
from parley.discussion.threads.queries import ThreadRow
from parley.people.accounts.viewer import signed_in, viewer_of
from parley.platform.errors import NotFound, ParleyError, Refused
from parley.platform.http.access import ANYONE, VERIFIED, AnyRequest, address_of
from parley.platform.http.forms import posted_fields
from parley.platform.http.pages import fragment, page, wants_fragment
from parley.platform.ratelimit import POST, VOTE, take_each
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_, Message, join

# The box shows what a member thinks.
PRIVATE = {"Cache-Control": "no-store"}


async def _thread_at(thread: str) -> tuple[ThreadRow, ArticleRow]:
    number = as_id(thread)
    if number is None:
        raise NotFound(N_("This thread does not exist."))
    return await threads.with_article(number)


@get("/t/{thread:str}/thesis", name="thesis:form", opt={"who": ANYONE, "reading": True})
async def thesis_page(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    """Show what the article claims and what it was said to claim before; with a form for those who may set it."""
    row, article = await _thread_at(thread)
    present = await queries.of_thread(row.id)
    return await _show(request, row, article, ThesisForm({"text": present.text if present else ""}))


async def _show(
    request: AnyRequest, thread: ThreadRow, article: ArticleRow, form: ThesisForm, status: int = 200
) -> Response[Any]:
    viewer = viewer_of(request)
    own = await queries.of_member(viewer.id, thread.id) if viewer else queries.ViewerThesis()
    may_set = rules.may_set(viewer, thread, article, is_author=own.is_author)
    present, earlier = await queries.of_thread(thread.id), await queries.earlier(thread.id)
    if not may_set and present is None and not earlier:
        raise NotFound(N_("Nobody has said yet what this article claims."))
    return page(
        request,
        "discussion/thesis/page.html",
        status=status,
        thread=thread,
        article=article,
        thesis=present,
        earlier=earlier,
        form=form,
        may_set=may_set,
        suggestions=await _suggestions(thread, article) if may_set else [],
    )


async def _suggestions(thread: ThreadRow, article: ArticleRow) -> list[str]:
    rows = await articles.passages(article.revision_id, thread.id)
    return suggest([row.text for row in rows if row.kind == "paragraph"], article.title)


@post("/t/{thread:str}/thesis", name="thesis:set", opt={"who": VERIFIED})
async def set_thesis(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    row, article = await _thread_at(thread)
    viewer, form = signed_in(request), ThesisForm(await posted_fields(request))
    own = await queries.of_member(viewer.id, row.id)
    rules.require_set_allowed(viewer, row, article, is_author=own.is_author)
    if not form.errors:
        with form.refusals():
            await take_each(POST, viewer.id, address_of(request))
            await ops.set_thesis(viewer, row.id, form.text_)
    if form.errors:
        return await _show(request, row, article, form, form.status)
    return Redirect(f"{row.address}#discussion", status_code=303)


@get("/t/{thread:str}/thesis/answer", name="thesis:box", opt={"who": ANYONE})
async def box(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    """Give the answer of somebody who has just signed in; or show the box, with the balance (`see`) or without."""
    row, _ = await _thread_at(thread)
    viewer, form = viewer_of(request), ThesisAnswerForm(request.query_params)
    if viewer is not None and form.value is not None and not form.errors:
        if await was_given(request, viewer, row.id, form):
            try:
                await ops.answer(viewer, row.id, form.value, version=form.version, only_first=True)
            except ParleyError as error:
                return await _show_box(request, row, problem=error.message, status=error.status)
        return Redirect(f"{row.address}#thesis", status_code=303)
    return await _answered(request, row, looks=form.looks)


async def _answered(request: AnyRequest, thread: ThreadRow, *, looks: bool) -> Response[Any]:
    if not wants_fragment(request):
        return Redirect(f"{thread.address}{'?see=thesis' if looks else ''}#thesis", status_code=303)
    return await _show_box(request, thread, looks=looks)


@post("/t/{thread:str}/thesis/answer", name="thesis:answer", opt={"who": ANYONE})
async def answer(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    """Store a member's answer. A visitor is asked to sign in first, and their answer comes along."""
    row, _ = await _thread_at(thread)
    viewer, form = viewer_of(request), ThesisAnswerForm(await posted_fields(request))
    try:
        if form.errors:
            raise Refused(join(" ", form.errors.values()))
        if viewer is None:
            return Redirect(f"/login?next={quote(_coming_back(request, row.id, form), safe='/')}", status_code=303)
        await take_each(VOTE, viewer.id, address_of(request))
        if form.looks:
            await ops.look(viewer, row.id)
        elif not form.hides:
            await ops.answer(viewer, row.id, form.value, version=form.version)
    except ParleyError as error:
        if form.on_card and wants_fragment(request):
            return await _show_card(request, row, problem=error.message, status=error.status)
        return await _show_box(request, row, problem=error.message, status=error.status)
    if form.on_card:
        return await _show_card(request, row) if wants_fragment(request) else _to_card(row)
    return await _answered(request, row, looks=form.looks)


def _to_card(thread: ThreadRow) -> Redirect:
    return Redirect(f"/#t{thread.id}", status_code=303)


async def _show_card(
    request: AnyRequest, thread: ThreadRow, *, problem: Message | None = None, status: int = 200
) -> Response[Any]:
    """Show the thesis as the thread's card does."""
    row, own = await queries.of_thread(thread.id), await queries.of_member(signed_in(request).id, thread.id)
    thesis = thesis_box(row, own, thread_state=thread.state)
    if thesis is None:
        return _to_card(thread)
    context = {"card": thread.id, "thesis": thesis, "address": thread.address, "problem": problem}
    return fragment(
        request,
        "discussion/thesis/_on_card.html",
        status,
        for_member=True,
        is_closed=thread.state != "open",
        **context,
    )


def _coming_back(request: AnyRequest, thread: int, form: ThesisAnswerForm) -> str:
    """Return the address that gives a visitor's answer once they have signed in."""
    if form.value is None:
        return f"/t/{thread}"
    given = given_token(request, thread, form)
    version = f"&version={form.version}" if form.version is not None else ""
    return f"/t/{thread}/thesis/answer?value={form.value}{version}&given={given}"


async def _show_box(
    request: AnyRequest, thread: ThreadRow, *, looks: bool = False, problem: Message | None = None, status: int = 200
) -> Response[Any]:
    viewer = viewer_of(request)
    own = await queries.of_member(viewer.id, thread.id) if viewer else None
    thesis = thesis_box(await queries.of_thread(thread.id), own, thread_state=thread.state, looks=looks)
    context: dict[str, Any] = {"thread": thread, "thesis": thesis, "problem": problem, "may_set_thesis": False}
    return page(request, "discussion/thesis/answered.html", "thesis", status, PRIVATE, **context)


handlers: list[object] = [thesis_page, set_thesis, box, answer]
