"""The versions of an article: their list and differences, an old one, and restoring it."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from parley.articles.articles import queries as articles
from parley.articles.articles import versions
from parley.articles.articles.rules import may_edit, may_read_check_note
from parley.articles.imports.forms import LONGEST_REASON
from parley.articles.revisions.differences import ChangeRun, compare, count
from parley.discussion.threads import edit_ops, queries
from parley.platform.concurrency import in_thread
from parley.platform.errors import NotFound, ParleyError
from parley.platform.http.access import ANYONE, VERIFIED, AnyRequest, address_of, signed_in, viewer_of
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.ratelimit import POST, take_each, take_volume
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

Versions = dict[int, versions.RevisionRow]


async def thread_and_article(thread: str) -> tuple[queries.ThreadRow, articles.ArticleRow]:
    """The thread with this id, and its article. Raises NotFound."""
    thread_id = as_id(thread)
    row = await queries.one(thread_id) if thread_id else None
    article = await articles.of_thread(row.id) if row else None
    if row is None or article is None:
        raise NotFound(N_("This thread does not exist."))
    return row, article


@get("/t/{thread:str}/revisions", name="threads:revisions", opt={"who": ANYONE, "reading": True})
async def revisions(
    request: AnyRequest, thread: FromPath[str], to: FromQuery[str] = "", at: FromQuery[str] = ""
) -> Response[Any]:
    """The versions of a thread's article and the difference between two of them. With `at`, one version in full."""
    row, article = await thread_and_article(thread)
    known = {revision.number: revision for revision in await versions.revisions(article.id)}
    if at:
        return await _show_version(request, row, article, known, at)
    newer = _known_number(to, known, max(known))
    older = _known_number(request.query_params.get("from", ""), known, max(1, newer - 1))
    return page(
        request,
        "articles/revisions.html",
        thread=row,
        article=article,
        revisions=list(reversed(known.values())),
        **await difference(known[older], known[newer]),
        edits=may_edit(viewer_of(request), row, article),
        check_note=await versions.check_note(article.id) if may_read_check_note(viewer_of(request), row) else None,
    )


async def _show_version(
    request: AnyRequest, row: queries.ThreadRow, article: articles.ArticleRow, known: Versions, at: str
) -> Response[Any]:
    number = as_id(at)
    if number is None or number not in known:
        raise NotFound(N_("There is no such version of this article."))
    return await _version_page(request, row, article, known[number], Form({}))


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
    runs: list[ChangeRun] = []
    if older.number != newer.number:
        before, after = await versions.readable(older.id), await versions.readable(newer.id)
        runs = await in_thread(compare, before, after)
    return {"older": older, "newer": newer, "runs": runs, "changes": count(runs)}


def _known_number(raw: str, known: Versions, default: int) -> int:
    number = as_id(raw)
    return number if number is not None and number in known else default


@post("/t/{thread:str}/revisions/{number:str}/restore", name="threads:restore", opt={"who": VERIFIED})
async def restore(request: AnyRequest, thread: FromPath[str], number: FromPath[str]) -> Response[Any]:
    """Restore an old version as the newest one."""
    row, article = await thread_and_article(thread)
    version = next(
        (revision for revision in await versions.revisions(article.id) if revision.number == as_id(number)), None
    )
    if version is None:
        raise NotFound(N_("There is no such version of this article."))
    form = Form(await posted_fields(request))
    reason = form.text("reason", most=LONGEST_REASON)
    status = 422
    if not form.errors:
        try:
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
        except ParleyError as error:
            form.errors["form"], status = error.message, error.status
    return await _version_page(request, *await thread_and_article(thread), version, form, status)


handlers: list[object] = [revisions, restore]
