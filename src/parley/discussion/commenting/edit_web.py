"""The pages on which authors edit, delete and restore their comments, and the public history."""

from collections.abc import Sequence
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup

from parley.discussion.comment_tree.viewer_state import viewer_state_of
from parley.discussion.commenting import editing
from parley.discussion.commenting.forms import LONGEST_BODY, EditForm, edit_form_view
from parley.discussion.commenting.web import comment_at, thread_at
from parley.discussion.comments import queries, rules, texts
from parley.discussion.comments.rules import DELETED_DAYS
from parley.people.accounts.viewer import Viewer, signed_in, viewer_of
from parley.platform.cache import by_text
from parley.platform.concurrency import in_thread
from parley.platform.errors import NotFound, ParleyError
from parley.platform.http.access import ANYONE, VERIFIED, AnyRequest, address_of
from parley.platform.http.forms import make_form, posted_fields
from parley.platform.http.pages import page, wants_fragment
from parley.platform.ratelimit import POST, take_each
from parley.platform.text.cleaning import as_id
from parley.platform.text.diff import mark_changes
from parley.platform.text.messages import N_

# Limits of one page of a comment's history. A difference takes up to 30 ms; a version may have 40,000 characters.
MOST_VERSIONS = 50
MOST_CHARACTERS = 200_000
LATEST = 2**31 - 1


async def _state_of(comment: int) -> rules.CommentState:
    state = await queries.state_of(comment)
    if state is None:
        raise NotFound(N_("This comment does not exist."))
    return state


async def own_comment_at(comment: str, viewer: Viewer) -> int:
    """The id of a comment that others can read, or that waits for a moderator and is the viewer's. Raises NotFound."""
    state = await queries.state_of(as_id(comment) or 0)
    if state is not None and state.state == "pending" and state.author == viewer.id:
        return state.id
    return (await comment_at(comment, viewer)).id


@get("/c/{comment:str}/edit", name="comments:edit-form", opt={"who": VERIFIED})
async def edit_form(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    viewer = signed_in(request)
    number = await own_comment_at(comment, viewer)
    rules.require_edit_allowed(viewer, await _state_of(number))
    text = await texts.text(number)
    return await _show(request, text, body=text.body, version=text.version, stance=text.stance, assisted=text.assisted)


@post("/c/{comment:str}/edit", name="comments:edit", opt={"who": VERIFIED}, request_max_body_size=LONGEST_BODY)
async def edit(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    viewer = signed_in(request)
    number = await own_comment_at(comment, viewer)
    form = await make_form(EditForm, await posted_fields(request))
    status, present = 422, None
    if not form.errors:
        try:
            await take_each(POST, viewer.id, address_of(request))
            await editing.edit_comment(
                viewer=viewer,
                comment_id=number,
                body=form.body,
                stance=form.stance,
                assisted=form.assisted,
                version=form.version,
            )
        except ParleyError as error:
            form.errors["form"], status = error.message, error.status
            if isinstance(error, editing.EditedMeanwhile):
                present = await texts.text(number)
    if not form.errors:
        return await _changed_response(request, number)
    # Show what was typed, beside the `present` text if somebody changed it meanwhile.
    return await _show(
        request,
        await texts.text(number),
        status,
        body=form.values.get("body", ""),
        version=present.version if present else form.version,
        now=present.html if present else None,
        stance=form.stance,
        assisted=form.assisted,
        errors=form.errors,
    )


async def _show(request: AnyRequest, text: texts.CommentText, status: int = 200, **fields: Any) -> Response[Any]:
    form, thread = edit_form_view(text.id, parent=text.parent, **fields), await thread_at(str(text.thread))
    return page(
        request, "discussion/comments/edit.html", "form", status, form=form, thread=thread, is_held=text.is_held
    )


async def _changed_response(request: AnyRequest, comment_id: int) -> Response[Any]:
    """After a change: send the comment's parts to htmx; redirect a browser to the comment, a held one to its thread."""
    state = await _state_of(comment_id)
    if state.state == "pending":
        return Redirect(f"/t/{state.thread}#held{comment_id}", status_code=303)
    if not wants_fragment(request):
        return Redirect(f"/c/{comment_id}", status_code=303)
    row = (await queries.by_ids([comment_id]))[comment_id]
    return page(
        request, "discussion/comments/changed.html", comment=row, viewer_state=viewer_state_of(row), parent_author=None
    )


@get("/c/{comment:str}/delete", name="comments:delete-form", opt={"who": VERIFIED})
async def delete_form(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    """Ask for confirmation; used without JavaScript."""
    row = await comment_at(comment, viewer_of(request))
    return page(request, "discussion/comments/delete.html", comment=row, kept_days=DELETED_DAYS)


@post("/c/{comment:str}/delete", name="comments:delete", opt={"who": VERIFIED})
async def delete(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    row = await comment_at(comment, viewer_of(request))
    await editing.delete_comment(viewer=signed_in(request), comment_id=row.id)
    return await _changed_response(request, row.id)


@post("/c/{comment:str}/restore", name="comments:restore", opt={"who": VERIFIED})
async def restore(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    row = await comment_at(comment, viewer_of(request))
    # Each restoration is sent to all readers, so it counts as a post.
    await take_each(POST, signed_in(request).id, address_of(request))
    await editing.restore_comment(viewer=signed_in(request), comment_id=row.id)
    return await _changed_response(request, row.id)


@get("/c/{comment:str}/history", name="comments:history", opt={"who": ANYONE, "reading": True})
async def history(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    """Show a page of the versions of a comment, newest first, with what each changed."""
    row = await comment_at(comment, viewer_of(request))
    await rules.require_history_allowed(viewer_of(request), await _state_of(row.id))
    before = as_id(request.query_params.get("before", "")) or LATEST
    versions = await texts.versions(row.id, min(before, LATEST), characters=MOST_CHARACTERS, most=MOST_VERSIONS + 1)
    if not versions:
        raise NotFound
    # One difference takes up to 30 ms, and there may be many: do not block the event loop.
    shown = await in_thread(_with_differences, versions)
    older = None if versions[0].is_first else shown[-1]["number"]
    return page(request, "discussion/comments/history.html", comment=row, versions=shown, older=older)


def _with_differences(versions: Sequence[texts.CommentVersionRow]) -> list[dict[str, Any]]:
    """Return the versions, newest first, with what each changed; the oldest only if it is the comment's first."""
    shown = []
    for before, version in zip([None, *versions], versions, strict=False):
        if before is not None or version.is_first:
            diff = _difference(before.body, version.body) if before else None
            statement = _difference(before.statement or "", version.statement or "") if before else version.statement
            version_fields = {"number": version.number, "at": version.at, "statement": statement}
            shown.append(version_fields | {"diff_html": diff, "body": version.body})
    return shown[::-1]


@by_text("differences", most_bytes=8 * 2**20)
def _difference(before: str, after: str) -> Markup:
    """Return `after` with the changes marked; cached."""
    return mark_changes(before, after)


handlers: list[object] = [edit_form, edit, delete_form, delete, restore, history]
