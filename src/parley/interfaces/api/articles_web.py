"""Editing articles: their text as Markdown, their versions, and restoring one."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post, put
from litestar.params import FromPath, JSONBody

from parley.articles.articles import versions
from parley.articles.imports.forms import LONGEST_REASON, ReviseForm
from parley.articles.revisions.editing import as_markdown, read_markdown
from parley.discussion.threads import edit_ops
from parley.discussion.threads.revision_web import BODY_LIMIT, COPIES, editable_article, thread_and_article
from parley.interfaces.api import etags
from parley.interfaces.api.answers import READING, answer, answer_write, problems
from parley.interfaces.api.bodies import as_fields, check
from parley.interfaces.api.scopes import ARTICLE
from parley.platform.concurrency import in_thread
from parley.platform.errors import ChangedMeanwhile
from parley.platform.http.access import VERIFIED, AnyRequest, address_of, signed_in
from parley.platform.http.forms import Form, make_form
from parley.platform.ratelimit import POST, take_each, take_volume
from parley.platform.text.cleaning import as_id

EDITING = {"who": VERIFIED, "scope": ARTICLE, "any_body": True}


class ArticleSource(msgspec.Struct, frozen=True):
    """The newest version of an article as its editors edit it: Markdown, a passage a paragraph."""

    revision: int
    title: str
    byline: str
    text: str


class ArticleChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new version of an article, and why it was made: everybody can read that."""

    title: str
    text: str
    byline: str = ""
    reason: str = ""


class Restoring(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why an old version becomes the newest one again."""

    reason: str = ""


class Revision(msgspec.Struct, frozen=True):
    """A version of an article. `changed` counts passages; `restores` is the number of the version that it restored."""

    number: int
    title: str
    byline: str | None
    words: int
    changed: int
    editor: str | None
    reason: str
    restores: int | None
    created_at: datetime


class Revisions(msgspec.Struct, frozen=True):
    items: list[Revision]


@get("/threads/{thread:str}/revisions", name="api:revisions", opt=READING, responses=problems(404))
async def revisions(request: AnyRequest, thread: FromPath[str]) -> Response[Revisions]:
    """All versions of the article of a thread, the first one first."""

    async def make() -> Revisions:
        _, article = await thread_and_article(thread)
        return Revisions([_revision(revision) for revision in await versions.revisions(article.id)])

    return await answer(request, make)


def _revision(row: versions.RevisionRow) -> Revision:
    return Revision(
        number=row.number,
        title=row.title,
        byline=row.byline,
        words=row.words,
        changed=row.changed,
        editor=row.editor,
        reason=row.reason,
        restores=row.restores,
        created_at=row.at,
    )


@get("/threads/{thread:str}/article", name="api:source", opt=EDITING, responses=problems(403, 404))
async def source(request: AnyRequest, thread: FromPath[str]) -> Response[ArticleSource]:
    """The text of an article that I may edit, as Markdown. Send its ETag as `If-Match` with the edit."""
    return await answer(request, lambda: _source(request, thread), _etag)


async def _source(request: AnyRequest, thread: str) -> ArticleSource:
    _, article = await editable_article(request, thread)
    text = await in_thread(as_markdown, await versions.readable(article.revision_id), article.address)
    return ArticleSource(article.revision, article.title, article.byline or "", text)


def _etag(shown: ArticleSource) -> str:
    return etags.versioned_etag(shown.revision, shown)


async def _changed_response(request: AnyRequest, thread: str) -> Response[Any]:
    shown = await _source(request, thread)
    return answer_write(shown, ETag=_etag(shown))


@put(
    "/threads/{thread:str}/article",
    name="api:edit-article",
    opt=EDITING,
    request_max_body_size=BODY_LIMIT,
    responses=problems(403, 404, 412, 413, 422),
)
async def edit_article(
    request: AnyRequest, thread: FromPath[str], data: JSONBody[ArticleChange]
) -> Response[ArticleSource]:
    """Write a new version of an article that I may edit, if the newest is still the one that `If-Match` names."""
    viewer, (row, article) = signed_in(request), await editable_article(request, thread)
    fields = as_fields(data, revision=str(etags.if_match(request) or article.revision))
    form = await make_form(ReviseForm, fields)
    check(form)
    await take_each(POST, viewer.id, address_of(request))
    await take_volume(viewer.id, COPIES * len(form.text_.encode()))
    passages = await versions.readable(article.revision_id)
    edited = await in_thread(read_markdown, form.text_, passages, article.address)
    edit = edit_ops.ArticleEdit(form.revision or 0, form.title, form.byline or None, edited, form.reason)
    try:
        await edit_ops.edit_article(viewer=viewer, thread_id=row.id, edit=edit)
    except edit_ops.StaleEdit as error:
        raise ChangedMeanwhile(etags.CHANGED) from error
    return await _changed_response(request, thread)


@post(
    "/threads/{thread:str}/revisions/{revision:str}/restore",
    name="api:restore-revision",
    opt=EDITING,
    status_code=200,
    responses=problems(403, 404, 412, 422),
)
async def restore_revision(
    request: AnyRequest, thread: FromPath[str], revision: FromPath[str], data: JSONBody[Restoring]
) -> Response[ArticleSource]:
    """Write an old version as the newest one, if the newest is still the one that `If-Match` names."""
    viewer, (row, _), form = signed_in(request), await editable_article(request, thread), Form(as_fields(data))
    reason = form.text("reason", most=LONGEST_REASON)
    check(form)
    await take_each(POST, viewer.id, address_of(request))
    try:
        await edit_ops.restore_revision(
            viewer=viewer,
            thread_id=row.id,
            number=as_id(revision) or 0,
            reason=reason,
            newest=etags.if_match(request),
        )
    except edit_ops.StaleEdit as error:
        raise ChangedMeanwhile(etags.CHANGED) from error
    return await _changed_response(request, thread)


handlers: list[Any] = [revisions, source, edit_article, restore_revision]
