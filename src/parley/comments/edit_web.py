"""What authors do with their comments over HTTP: edit, delete, restore; and the public history."""

import asyncio
from collections.abc import Sequence
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup

from parley.comments import ops, queries, rules, view
from parley.comments.forms import LONGEST_BODY, EditForm
from parley.comments.web import comment_at, thread_at
from parley.core.cache import by_text
from parley.core.errors import NotFound, ParleyError
from parley.core.http.access import ANYONE, VERIFIED, AnyRequest, address_of, signed_in, viewer_of
from parley.core.http.forms import posted
from parley.core.http.pages import page, wants_fragment
from parley.core.ratelimit import POST, take_each
from parley.core.text.cleaning import as_id
from parley.core.text.diff import marked

# Of one page of a comment's history. A difference takes up to 30 ms, and an edit may have 40,000 characters.
MOST_VERSIONS = 50
MOST_CHARACTERS = 200_000
LATEST = 2**31 - 1


@get("/c/{comment:str}/edit", name="comments:edit-form", opt={"who": VERIFIED})
async def edit_form(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    row = await comment_at(comment, viewer_of(request))
    standing = await queries.standing(row.id)
    if standing is None:
        raise NotFound("This comment does not exist.")
    rules.may_edit(signed_in(request), standing)
    text = await queries.text(row.id)
    form = _form(row, body=text.body, version=text.version, stance=row.stance, assisted=row.assisted)
    return page(request, "comments/edit.html", "form", form=form, thread=await thread_at(str(row.thread)))


@post("/c/{comment:str}/edit", name="comments:edit", opt={"who": VERIFIED}, request_max_body_size=LONGEST_BODY)
async def edit(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    viewer = signed_in(request)
    row = await comment_at(comment, viewer)
    form = EditForm(await posted(request))
    status, now = 422, None
    if not form.errors:
        try:
            await take_each(POST, viewer.id, address_of(request))
            await ops.edit_comment(
                viewer=viewer,
                comment_id=row.id,
                body=form.body,
                stance=form.stance,
                assisted=form.assisted,
                version=form.version,
            )
        except ParleyError as error:
            form.errors["form"], status = str(error), error.status
            if isinstance(error, ops.EditedMeanwhile):
                now = await queries.text(row.id)
    if form.errors:
        return await _again(request, row, form, status, now)
    return await _changed(request, row.id)


async def _again(
    request: AnyRequest, row: queries.CommentRow, form: EditForm, status: int, now: queries.CommentText | None
) -> Response[Any]:
    """The form once more with what was typed, and beside a text that came meanwhile: sent from here, it replaces it."""
    shown = _form(
        row,
        body=form.values.get("body", ""),
        version=now.version if now else form.version,
        now=now.html if now else None,
        stance=form.stance,
        assisted=form.assisted,
        errors=form.errors,
    )
    return page(request, "comments/edit.html", "form", status, form=shown, thread=await thread_at(str(row.thread)))


def _form(row: queries.CommentRow, **fields: Any) -> view.CommentFormView:
    return view.CommentFormView("edit", f"/c/{row.id}/edit", parent=row.parent, comment=row.id, **fields)


async def _changed(request: AnyRequest, comment_id: int) -> Response[Any]:
    """After a change: the comment's parts for htmx, else its page."""
    if not wants_fragment(request):
        return Redirect(f"/c/{comment_id}", status_code=303)
    row = (await queries.by_ids([comment_id]))[comment_id]
    return page(request, "comments/changed.html", comment=row, mine=view.viewer_state_of(row), parent_author=None)


@get("/c/{comment:str}/delete", name="comments:delete-form", opt={"who": VERIFIED})
async def delete_form(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    """Ask before deleting; the way without JavaScript."""
    row = await comment_at(comment, viewer_of(request))
    return page(request, "comments/delete.html", comment=row)


@post("/c/{comment:str}/delete", name="comments:delete", opt={"who": VERIFIED})
async def delete(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    row = await comment_at(comment, viewer_of(request))
    await ops.delete_comment(viewer=signed_in(request), comment_id=row.id)
    return await _changed(request, row.id)


@post("/c/{comment:str}/restore", name="comments:restore", opt={"who": VERIFIED})
async def restore(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    row = await comment_at(comment, viewer_of(request))
    await ops.restore_comment(viewer=signed_in(request), comment_id=row.id)
    return await _changed(request, row.id)


@get("/c/{comment:str}/history", name="comments:history", opt={"who": ANYONE, "reading": True})
async def history(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    """All versions of a comment, newest first, with what each changed."""
    row = await comment_at(comment, viewer_of(request))
    standing = await queries.standing(row.id)
    if standing is None:
        raise NotFound("This comment does not exist.")
    rules.may_see_history(viewer_of(request), standing)
    before = as_id(request.query_params.get("before", "")) or LATEST
    versions = await queries.versions(row.id, min(before, LATEST), characters=MOST_CHARACTERS, most=MOST_VERSIONS + 1)
    if not versions:
        raise NotFound("There are no older versions of this comment.")
    shown = await asyncio.to_thread(_with_differences, versions)
    older = None if versions[0].is_first else shown[-1]["number"]
    return page(request, "comments/history.html", comment=row, versions=shown, older=older)


def _with_differences(versions: Sequence[queries.CommentVersionRow]) -> list[dict[str, Any]]:
    """The versions with what each changed, newest first; the oldest is only compared with, unless none is before it."""
    shown = []
    for before, one in zip([None, *versions], versions, strict=False):
        if before is not None or one.is_first:
            marks = _difference(before.body, one.body) if before else None
            shown.append({"number": one.number, "at": one.at, "diff_html": marks, "html": one.body})
    return shown[::-1]


@by_text("differences", most_bytes=8 * 2**20)
def _difference(before: str, after: str) -> Markup:
    """What changed, kept for whoever looks next."""
    return marked(before, after)


handlers: list[object] = [edit_form, edit, delete_form, delete, restore, history]
