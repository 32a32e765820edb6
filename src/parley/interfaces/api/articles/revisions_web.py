"""Editing articles: their text as Markdown, their versions, and restoring one."""

from typing import Annotated, Any

import msgspec
from litestar import Response, Router, get, post, put
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from parley.articles.articles import versions
from parley.articles.imports.forms import LONGEST_REASON, ReviseForm
from parley.articles.revisions.editing import as_markdown, read_markdown
from parley.discussion.threads import edit_ops
from parley.discussion.threads.revision_web import BODY_LIMIT, COPIES, editable_article, thread_and_article
from parley.interfaces.api import fields
from parley.interfaces.api.answers import (
    CHANGED,
    READING,
    answer,
    answer_member,
    answer_write,
    from_row,
    if_match,
    problems,
    versioned_etag,
)
from parley.interfaces.api.bodies import Body, as_fields, check
from parley.interfaces.api.scopes import ARTICLE
from parley.people.accounts.viewer import signed_in
from parley.platform.concurrency import in_thread
from parley.platform.errors import ChangedMeanwhile
from parley.platform.http.access import VERIFIED, AnyRequest, address_of
from parley.platform.http.forms import Form, make_form
from parley.platform.ratelimit import POST, take_each, take_volume
from parley.platform.text.cleaning import as_id


class ArticleSource(msgspec.Struct, frozen=True):
    """The newest version of an article as its editors edit it: Markdown, a passage a paragraph."""

    revision: fields.Revision
    title: fields.Title
    byline: fields.Byline
    text: fields.Text


class ArticleChange(Body, frozen=True):
    """A new version of an article, and why it was made: everybody can read that."""

    title: fields.Title
    text: fields.Text
    byline: fields.Byline = ""
    reason: fields.Reason = ""


class Restoring(Body, frozen=True):
    """Why an old version becomes the newest one again."""

    reason: fields.Reason = ""


class Revision(msgspec.Struct, frozen=True):
    """A version of an article."""

    number: fields.VersionNumber
    title: fields.Title
    byline: fields.BylineOrNone
    words: fields.Words
    changed: Annotated[int, Meta(description="How many passages differ from the version before.")]
    editor: Annotated[str | None, Meta(description="Which member made it; null: it came from the source.")]
    reason: fields.Reason
    restores: Annotated[int | None, Meta(description="The number of the version that it restores; null for none.")]
    created_at: fields.CreatedAt


class Revisions(msgspec.Struct, frozen=True):
    items: fields.Items[Revision]


@get("/threads/{thread:str}/revisions", name="api:revisions", responses=problems(404))
async def revisions(request: AnyRequest, thread: fields.ThreadPath) -> Response[Revisions]:
    """All versions of the article of a thread, the first one first."""

    async def make() -> Revisions:
        _, article = await thread_and_article(thread)
        rows = await versions.revisions(article.id)
        return Revisions([from_row(Revision, row, created_at=row.at) for row in rows])

    return await answer(request, make)


@get("/threads/{thread:str}/article", name="api:source", responses=problems(403, 404))
async def source(request: AnyRequest, thread: fields.ThreadPath) -> Response[ArticleSource]:
    """The text of an article that I may edit, as Markdown. Send its ETag as `If-Match` with the edit."""
    shown = await _source(request, thread)
    return answer_member(request, shown, versioned_etag(shown.revision, shown))


async def _source(request: AnyRequest, thread: str) -> ArticleSource:
    _, article = await editable_article(request, thread)
    text = await in_thread(as_markdown, await versions.readable(article.revision_id), article.address)
    return ArticleSource(article.revision, article.title, article.byline or "", text)


async def _changed_response(request: AnyRequest, thread: str) -> Response[Any]:
    shown = await _source(request, thread)
    return answer_write(shown, ETag=versioned_etag(shown.revision, shown))


@put(
    "/threads/{thread:str}/article",
    name="api:edit-article",
    request_max_body_size=BODY_LIMIT,
    responses=problems(403, 404, 412, 413, 422),
)
async def edit_article(
    request: AnyRequest, thread: fields.ThreadPath, data: JSONBody[ArticleChange]
) -> Response[ArticleSource]:
    """Write a new version of an article that I may edit, if the newest is still the one that `If-Match` names."""
    viewer, (row, article) = signed_in(request), await editable_article(request, thread)
    form = await make_form(ReviseForm, as_fields(data, revision=str(if_match(request) or article.revision)))
    check(form)
    await take_each(POST, viewer.id, address_of(request))
    await take_volume(viewer.id, COPIES * len(form.text_.encode()))
    passages = await versions.readable(article.revision_id)
    edited = await in_thread(read_markdown, form.text_, passages, article.address)
    edit = edit_ops.ArticleEdit(form.revision or 0, form.title, form.byline or None, edited, form.reason)
    try:
        await edit_ops.edit_article(viewer=viewer, thread_id=row.id, edit=edit)
    except edit_ops.StaleEdit as error:
        raise ChangedMeanwhile(CHANGED) from error
    return await _changed_response(request, thread)


@post(
    "/threads/{thread:str}/revisions/{revision:str}/restore",
    name="api:restore-revision",
    status_code=200,
    responses=problems(403, 404, 412, 422),
)
async def restore_revision(
    request: AnyRequest,
    thread: fields.ThreadPath,
    revision: Annotated[str, PathParameter(description="The number of a version of the article, from 1.")],
    data: JSONBody[Restoring],
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
            newest=if_match(request),
        )
    except edit_ops.StaleEdit as error:
        raise ChangedMeanwhile(CHANGED) from error
    return await _changed_response(request, thread)


handlers = [
    Router("/", route_handlers=[revisions], opt=READING),
    Router("/", route_handlers=[source, edit_article, restore_revision], opt={"who": VERIFIED, "scope": ARTICLE}),
]
