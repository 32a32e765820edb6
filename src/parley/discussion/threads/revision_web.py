"""The versions of an article: their differences, restoring one, and editing the text."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from parley.articles.articles import queries as articles
from parley.articles.articles import versions
from parley.articles.articles.rules import may_edit, may_read_check_note
from parley.articles.imports.forms import LONGEST_REASON, ReviseForm
from parley.articles.revisions import differences
from parley.articles.revisions.differences import Difference
from parley.articles.revisions.editing import as_markdown, read_markdown
from parley.discussion.threads import comment_outcomes, edit_ops, queries
from parley.discussion.threads.comment_outcomes import Misplaced
from parley.people.accounts.viewer import signed_in, viewer_of
from parley.platform.concurrency import in_thread
from parley.platform.errors import NotFound, ParleyError
from parley.platform.http.access import ANYONE, VERIFIED, AnyRequest, address_of
from parley.platform.http.forms import Form, make_form, posted_fields
from parley.platform.http.pages import page
from parley.platform.ratelimit import POST, PREVIEW, take_each, take_volume
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import Message

# Half a million characters of up to four bytes, and the other fields.
BODY_LIMIT = 2_300_000
# A text is stored as HTML and as plain text.
COPIES = 2


async def thread_and_article(thread: str) -> tuple[queries.ThreadRow, articles.ArticleRow]:
    """The thread with this id, and its article. Raises NotFound."""
    return await queries.with_article(as_id(thread) or 0)


@get("/t/{thread:str}/revisions", name="threads:revisions", opt={"who": ANYONE, "reading": True})
async def revisions(
    request: AnyRequest, thread: FromPath[str], to: FromQuery[str] = "", at: FromQuery[str] = ""
) -> Response[Any]:
    """The versions of a thread's article and the difference between two of them. With `at`, one version in full."""
    row, article = await thread_and_article(thread)
    known = await _versions(article)
    if at:
        return await _version_page(request, row, article, _version(known, at), Form({}))
    newer = known.get(as_id(to) or 0) or known[max(known)]
    older = known.get(as_id(request.query_params.get("from", "")) or 0) or known[max(1, newer.number - 1)]
    return page(
        request,
        "articles/revisions.html",
        thread=row,
        article=article,
        revisions=list(reversed(known.values())),
        **await difference(older, newer),
        edits=may_edit(viewer_of(request), row, article),
        check_note=await versions.check_note(article.id) if may_read_check_note(viewer_of(request), row) else None,
    )


async def _versions(article: articles.ArticleRow) -> dict[int, versions.RevisionRow]:
    return {revision.number: revision for revision in await versions.revisions(article.id)}


def _version(known: Mapping[int, versions.RevisionRow], number: str) -> versions.RevisionRow:
    version = known.get(as_id(number) or 0)
    if version is None:
        raise NotFound
    return version


async def _version_page(
    request: AnyRequest,
    row: queries.ThreadRow,
    article: articles.ArticleRow,
    version: versions.RevisionRow,
    form: Form,
    status: int = 200,
) -> Response[Any]:
    return page(
        request,
        "articles/old.html",
        status=status,
        thread=row,
        article=article,
        version=version,
        passages=await versions.readable(version.id),
        edits=may_edit(viewer_of(request), row, article) and version.number != article.revision,
        reason=form.values.get("reason", ""),
        errors=form.errors,
    )


async def difference(older: versions.RevisionRow, newer: versions.RevisionRow) -> dict[str, Any]:
    """The changes between two versions, for `articles/_difference.html`."""
    found = Difference(0, None)
    if older.number != newer.number:
        before, after = await versions.readable(older.id), await versions.readable(newer.id)
        found = await in_thread(differences.difference, before, after)
    return {"older": older, "newer": newer, "difference": found.html, "changes": found.changes}


@post("/t/{thread:str}/revisions/{number:str}/restore", name="threads:restore", opt={"who": VERIFIED})
async def restore(request: AnyRequest, thread: FromPath[str], number: FromPath[str]) -> Response[Any]:
    row, article = await thread_and_article(thread)
    version = _version(await _versions(article), number)
    form = Form(await posted_fields(request))
    reason = form.text("reason", most=LONGEST_REASON)
    if not form.errors:
        with form.refusals():
            await take_each(POST, signed_in(request).id, address_of(request))
            stored = await versions.all_passages(version.id)
            await take_volume(signed_in(request).id, sum(len(passage.text) + len(passage.html) for passage in stored))
            await edit_ops.restore_revision(
                viewer=signed_in(request),
                thread_id=row.id,
                number=version.number,
                reason=reason,
                newest=form.id("revision"),
            )
            return Redirect(row.address, status_code=303)
    return await _version_page(request, *await thread_and_article(thread), version, form, form.status)


async def editable_article(request: AnyRequest, thread: str) -> tuple[queries.ThreadRow, articles.ArticleRow]:
    row, article = await thread_and_article(thread)
    edit_ops.require_edit_allowed(signed_in(request), row, article)
    return row, article


@get("/t/{thread:str}/revise", name="threads:revise-form", opt={"who": VERIFIED})
async def revise_form(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
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
    passages, misplaced = await versions.readable(article.revision_id), None
    try:
        await take_each(PREVIEW if form.previews else POST, signed_in(request).id, address_of(request))
        if not form.previews:
            await take_volume(signed_in(request).id, COPIES * len(form.text_.encode()))
        edited = await in_thread(read_markdown, form.text_, passages, article.address)
        edit = edit_ops.ArticleEdit(article.revision, form.title, form.byline or None, edited, form.reason, form.placed)
        if not form.previews:
            await edit_ops.edit_article(viewer=signed_in(request), thread_id=row.id, edit=edit)
            return Redirect(row.address, status_code=303)
    except edit_ops.StaleEdit:
        return await _stale(request, *await thread_and_article(thread), form)
    except Misplaced as error:
        misplaced = error
    except ParleyError as error:
        return _page(request, row, article, form.values, {"form": error.message}, status=error.status)
    return await _preview(request, row, article, form, edit, misplaced)


async def _preview(
    request: AnyRequest,
    row: queries.ThreadRow,
    article: articles.ArticleRow,
    form: ReviseForm,
    edit: edit_ops.ArticleEdit,
    error: Misplaced | None,
) -> Response[Any]:
    """What an edit would change, and what would become of the comments."""
    former = await versions.readable(article.revision_id)
    found = await in_thread(lambda: differences.difference(former, differences.preview(former, edit.passages)))
    return _page(
        request,
        row,
        article,
        form.values,
        {"form": error.message} if error else {},
        status=422 if error else 200,
        difference=found.html,
        changes=found.changes,
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
    known = await _versions(article)
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
        **{"stale": False, "previewed": False, "difference": None, "changes": 0, "outcomes": None} | context,
    )  # fmt: skip


handlers: list[object] = [revisions, restore, revise_form, revise]
