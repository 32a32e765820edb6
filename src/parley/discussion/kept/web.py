"""The page of what a member keeps, and the forms that keep, note and remove."""

from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Stream

from parley.articles.articles import queries as articles
from parley.discussion.commenting.forms import new_form
from parley.discussion.commenting.web import comment_at, thread_at
from parley.discussion.comments import queries as comments
from parley.discussion.kept import ops, queries, rules
from parley.discussion.kept.exports import FORMATS, file
from parley.discussion.kept.forms import HighlightForm, KeepForm, KeptSearchForm
from parley.discussion.kept.queries import KeptRow
from parley.discussion.threads.queries import ThreadRow
from parley.people.accounts.viewer import Viewer, signed_in
from parley.platform.errors import NotFound
from parley.platform.http.access import MEMBER, VERIFIED, AnyRequest, address_of
from parley.platform.http.downloads import begin
from parley.platform.http.forms import posted_fields
from parley.platform.http.pages import page, wants_fragment
from parley.platform.networks import source
from parley.platform.ratelimit import API_ACCOUNT, SEARCH_ACCOUNT, take
from parley.platform.text.cleaning import as_id

# No shared cache and no Back button shows it to whoever signs in next.
PRIVATE = {"Cache-Control": "no-store"}


def _show(request: AnyRequest, template: str, status: int = 200, **context: Any) -> Response[Any]:
    return page(request, f"discussion/kept/{template}.html", None, status, PRIVATE, **context)


async def _item_at(viewer: Viewer, kept: str) -> KeptRow:
    """Return what an address names. Raises NotFound, also for what somebody else keeps."""
    number = as_id(kept)
    row = await queries.one(viewer, number) if number is not None else None
    if row is None:
        raise NotFound
    return row


@get("/kept", name="kept:list", opt={"who": MEMBER})
async def list_kept(request: AnyRequest) -> Response[Any]:
    """Show what the member keeps, by article, or what of it has the letters `q` in it."""
    viewer, form = signed_in(request), KeptSearchForm(request.query_params)
    if form.q:
        # It reads all that they keep.
        await take(SEARCH_ACCOUNT, str(viewer.id))
    rows = await queries.kept(viewer, query=form.q, skip=(form.page - 1) * queries.PER_PAGE)
    following = urlencode({"q": form.q, "page": form.page + 1} if form.q else {"page": form.page + 1})
    more = f"/kept?{following}" if len(rows) > queries.PER_PAGE else None
    groups = [list(items) for _, items in groupby(rows[: queries.PER_PAGE], key=lambda row: row.thread)]
    return _show(request, "list", groups=groups, form=form, next_url=more, formats=FORMATS)


@get("/kept/export/{kind:str}", name="kept:export", opt={"who": MEMBER})
async def export(request: AnyRequest, kind: FromPath[str]) -> Response[Any]:
    """All that the member keeps as a file."""
    written = FORMATS.get(kind)
    if written is None:
        raise NotFound
    viewer = signed_in(request)
    await take(API_ACCOUNT, str(viewer.id))
    begin(request.scope, source(address_of(request)))
    batches = queries.batches(viewer, most=rules.MOST_KEPT)
    headers = PRIVATE | {"Content-Disposition": f'attachment; filename="kept.{written.ending}"'}
    return Stream(file(written, batches), media_type=written.media_type, headers=headers)


@get("/kept/{kept:str}", name="kept:item", opt={"who": MEMBER})
async def show_item(request: AnyRequest, kept: FromPath[str]) -> Response[Any]:
    row = await _item_at(signed_in(request), kept)
    return _show(request, "item", item=row, form=KeepForm({"text": row.text}), live=False)


@post("/kept/{kept:str}", name="kept:note", opt={"who": MEMBER})
async def write_note(request: AnyRequest, kept: FromPath[str]) -> Response[Any]:
    viewer, form = signed_in(request), KeepForm(await posted_fields(request))
    row = await _item_at(viewer, kept)
    if form.errors:
        live = wants_fragment(request)
        return _show(request, "_form" if live else "item", form.status, item=row, form=form, live=live)
    await ops.note(viewer.id, row.id, form.note)
    return await _done(request, viewer, row)


@post("/kept/{kept:str}/remove", name="kept:remove", opt={"who": MEMBER})
async def remove(request: AnyRequest, kept: FromPath[str]) -> Response[Any]:
    viewer = signed_in(request)
    row = await _item_at(viewer, kept)
    await ops.remove(viewer.id, row.id)
    return await _done(request, viewer, row)


async def _done(request: AnyRequest, viewer: Viewer, row: KeptRow) -> Response[Any]:
    """Return the cards of the thread to its script, or to the page of all."""
    if wants_fragment(request):
        return await _cards(request, viewer, row.thread)
    return Redirect("/kept", status_code=303)


async def _cards(request: AnyRequest, viewer: Viewer, thread: int) -> Response[Any]:
    items = await queries.cards(viewer, thread)
    return _show(request, "cards", items=items, live=True)


@get("/kept/{kept:str}/respond", name="kept:respond", opt={"who": VERIFIED})
async def respond(request: AnyRequest, kept: FromPath[str]) -> Response[Any]:
    """Show the form of a response or a reply with the note filled in. Nothing is public before it is sent."""
    viewer = signed_in(request)
    row = await _item_at(viewer, kept)
    thread = await thread_at(str(row.thread))
    form = new_form(thread.id, body=row.text, parent=row.comment)
    if row.kind == "highlight" and row.anchor != "lost" and row.present:
        form.passage, form.quote, form.prefix = row.passage, row.present, "" if row.words else row.prefix or ""
    parent = await comments.one(row.comment) if row.comment is not None else None
    answered = comments.seen_by(parent, viewer) if parent is not None else None
    return page(request, "discussion/comments/write.html", headers=PRIVATE, thread=thread, comment=answered, form=form)


@get("/c/{comment:str}/keep", name="kept:comment-form", opt={"who": MEMBER})
async def comment_form(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    row = await comment_at(comment, signed_in(request))
    rules.require_visible(row)
    return _show(request, "keep", at=f"/c/{row.id}", excerpt=row.excerpt, title=None, form=KeepForm({}))


@post("/c/{comment:str}/keep", name="kept:comment", opt={"who": MEMBER})
async def keep_comment(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    """Keep a comment with a note, or with `on=0` no longer."""
    viewer, form = signed_in(request), KeepForm(await posted_fields(request))
    number, kept = as_id(comment), None
    if not form.on and number is not None:
        await ops.remove_comment(viewer.id, number)
    row = await comment_at(comment, viewer)
    if form.on and not form.errors:
        with form.refusals():
            kept = await ops.keep_comment(viewer.id, row, form.note)
    at = f"/c/{row.id}"
    if form.errors:
        return _show(request, "keep", form.status, at=at, excerpt=row.excerpt, title=None, form=form)
    return _kept(request, at, kept)


@get("/t/{thread:str}/keep", name="kept:article-form", opt={"who": MEMBER})
async def article_form(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    row = await thread_at(thread)
    return _show(request, "keep", at=f"/t/{row.id}", title=row.title, form=KeepForm({}))


@post("/t/{thread:str}/keep", name="kept:article", opt={"who": MEMBER})
async def keep_article(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    """Keep an article with a note, or with `on=0` no longer."""
    viewer, form = signed_in(request), KeepForm(await posted_fields(request))
    row, kept = await thread_at(thread), None
    if not form.on:
        await ops.remove_article(viewer.id, row.id)
    elif not form.errors:
        with form.refusals():
            kept = await ops.keep_article(viewer.id, row.id, form.note)
    if form.errors:
        return _show(request, "keep", form.status, at=f"/t/{row.id}", title=row.title, form=form)
    return _kept(request, row.address, kept)


@get("/t/{thread:str}/notes", name="kept:notes", opt={"who": MEMBER})
async def notes(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    """Show what the member keeps of a thread; with a `passage`, also the form that highlights words of it."""
    viewer, row = signed_in(request), await thread_at(thread)
    if wants_fragment(request):
        return await _cards(request, viewer, row.id)
    asks = "passage" in request.query_params
    return await _notes_page(request, viewer, row, HighlightForm(request.query_params) if asks else None)


@post("/t/{thread:str}/notes", name="kept:highlight", opt={"who": MEMBER})
async def highlight(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    viewer, form = signed_in(request), HighlightForm(await posted_fields(request))
    row, kept = await thread_at(thread), None
    if not form.errors and form.passage is not None:
        with form.refusals():
            kept = await ops.keep_words(viewer.id, row.id, form.passage, form.quote, form.prefix, form.note)
    if form.errors:
        return await _notes_page(request, viewer, row, form, form.status)
    return _kept(request, f"{row.address}#p{form.passage}", kept)


async def _notes_page(
    request: AnyRequest, viewer: Viewer, thread: ThreadRow, form: HighlightForm | None, status: int = 200
) -> Response[Any]:
    number = form.passage if form is not None else None
    now = await articles.from_passage(thread.id, number) if number is not None else []
    passage = next((row for row in now if row.lineage == number), None)
    items = await queries.cards(viewer, thread.id)
    return _show(request, "notes", status, thread=thread, items=items, form=form, passage=passage)


def _kept(request: AnyRequest, back: str, kept: int | None) -> Response[Any]:
    """Name what is kept now to a script, or lead back to it."""
    if wants_fragment(request):
        return Response(None, status_code=204, headers=PRIVATE | ({"Location": f"/kept/{kept}"} if kept else {}))
    return Redirect(back, status_code=303)


handlers: list[object] = [
    list_kept, export, show_item, write_note, remove, respond, comment_form, keep_comment, article_form, keep_article,
    notes, highlight,
]  # fmt: skip
