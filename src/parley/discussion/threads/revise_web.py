"""Editing an article over HTTP."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.articles.articles import queries as articles
from parley.articles.articles import versions
from parley.articles.imports.forms import ReviseForm
from parley.articles.revisions.differences import compare, count, preview
from parley.articles.revisions.editing import as_markdown, read_markdown
from parley.discussion.threads import comment_outcomes, edit_ops, queries
from parley.discussion.threads.comment_outcomes import Misplaced
from parley.discussion.threads.revision_web import difference, thread_and_article
from parley.platform.concurrency import in_thread
from parley.platform.errors import ParleyError
from parley.platform.http.access import VERIFIED, AnyRequest, address_of, signed_in
from parley.platform.http.forms import make_form, posted_fields
from parley.platform.http.pages import page
from parley.platform.ratelimit import POST, PREVIEW, take_each, take_volume
from parley.platform.text.messages import Message

# Half a million characters of up to four bytes, and the other fields.
BODY_LIMIT = 2_300_000
# A text is stored as HTML and as plain text.
COPIES = 2


async def editable_article(request: AnyRequest, thread: str) -> tuple[queries.ThreadRow, articles.ArticleRow]:
    row, article = await thread_and_article(thread)
    edit_ops.require_edit_allowed(signed_in(request), row, article)
    return row, article


@get("/t/{thread:str}/revise", name="threads:revise-form", opt={"who": VERIFIED})
async def revise_form(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    """The form to edit the article's text."""
    row, article = await editable_article(request, thread)
    passages = await versions.readable(article.revision_id)
    text = await in_thread(as_markdown, passages, article.address)
    values = {"title": article.title, "byline": article.byline or "", "text": text, "reason": ""}
    return _page(request, row, article, values, {})


@post("/t/{thread:str}/revise", name="threads:revise", opt={"who": VERIFIED}, request_max_body_size=BODY_LIMIT)
async def revise(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    """Save an edit as the next revision, or with `preview` show what it would change."""
    row, article = await editable_article(request, thread)
    form = await make_form(ReviseForm, await posted_fields(request))
    if form.errors:
        return _page(request, row, article, form.values, form.errors, status=422)
    if form.revision != article.revision:
        return await _stale(request, row, article, form)
    passages = await versions.readable(article.revision_id)
    try:
        await take_each(PREVIEW if form.previews else POST, signed_in(request).id, address_of(request))
        if not form.previews:
            await take_volume(signed_in(request).id, COPIES * len(form.text_.encode()))
        edited = await in_thread(read_markdown, form.text_, passages, article.address)
        edit = edit_ops.ArticleEdit(article.revision, form.title, form.byline or None, edited, form.reason, form.placed)
        if form.previews:
            return await _preview(request, row, article, form, edit)
        return await _save(request, row, article, form, edit)
    except edit_ops.StaleEdit:
        return await _stale(request, *await thread_and_article(thread), form)
    except ParleyError as error:
        return _page(request, row, article, form.values, {"form": error.message}, status=error.status)


async def _save(
    request: AnyRequest,
    row: queries.ThreadRow,
    article: articles.ArticleRow,
    form: ReviseForm,
    edit: edit_ops.ArticleEdit,
) -> Response[Any]:
    try:
        await edit_ops.edit_article(viewer=signed_in(request), thread_id=row.id, edit=edit)
    except Misplaced as error:
        return await _preview(request, row, article, form, edit, error)
    return Redirect(row.address, status_code=303)


async def _preview(
    request: AnyRequest,
    row: queries.ThreadRow,
    article: articles.ArticleRow,
    form: ReviseForm,
    edit: edit_ops.ArticleEdit,
    error: Misplaced | None = None,
) -> Response[Any]:
    """What an edit would change, and what would become of the comments."""
    former = await versions.readable(article.revision_id)
    runs = await in_thread(lambda: compare(former, preview(former, edit.passages)))
    return _page(
        request,
        row,
        article,
        form.values,
        {"form": error.message} if error else {},
        status=422 if error else 200,
        runs=runs,
        changes=count(runs),
        previewed=True,
        older=article,
        newer=edit,
        placed=form.placed,
        **await comment_outcomes.summary(row.id, article, edit.as_text(article), form.placed),
    )


async def _stale(
    request: AnyRequest, row: queries.ThreadRow, article: articles.ArticleRow, form: ReviseForm
) -> Response[Any]:
    """Somebody else revised the article first: show what they changed, and the typed text to be saved again."""
    known = {revision.number: revision for revision in await versions.revisions(article.id)}
    older = known.get(form.revision or 0)
    context = await difference(older, known[article.revision]) if older else {}
    return _page(request, row, article, form.values, {}, status=422, stale=True, **context)


def _page(
    request: AnyRequest,
    row: queries.ThreadRow,
    article: articles.ArticleRow,
    values: dict[str, str],
    errors: dict[str, Message],
    status: int = 200,
    **context: Any,
) -> Response[Any]:
    form = {name: values.get(name, "") for name in ("title", "byline", "text", "reason")} | {"errors": errors}
    return page(
        request, "articles/revise.html", status=status, thread=row, article=article, form=form,
        **{"stale": False, "previewed": False, "runs": None, "changes": 0, "outcomes": None} | context,
    )  # fmt: skip


handlers: list[object] = [revise_form, revise]
