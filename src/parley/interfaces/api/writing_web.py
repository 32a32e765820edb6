"""Posting, editing, deleting and restoring comments, and withdrawing one that waits for a moderator."""

from typing import Any, Literal

import msgspec
from litestar import Response, delete, patch, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody

from parley.discussion.commenting import drafts, editing, posting
from parley.discussion.commenting.edit_web import own_comment_at
from parley.discussion.commenting.forms import LONGEST_BODY, CommentForm, EditForm
from parley.discussion.commenting.web import comment_at, count_preview, draft_of
from parley.interfaces.api import comments, etags, schemas
from parley.interfaces.api.answers import answer_write, problems
from parley.interfaces.api.bodies import CommentChange, NewComment, as_fields, check
from parley.interfaces.api.scopes import COMMENT
from parley.moderation.automod import holds
from parley.platform.errors import ChangedMeanwhile, NotFound
from parley.platform.http.access import MEMBER, VERIFIED, AnyRequest, Viewer, address_of, signed_in
from parley.platform.http.forms import make_form
from parley.platform.ratelimit import POST, take_each
from parley.platform.settings import settings
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

WRITING = {"who": VERIFIED, "scope": COMMENT, "any_body": True}
# Whoever is silenced can still take back what waits.
WITHDRAWING = WRITING | {"who": MEMBER}


class Preview(msgspec.Struct, frozen=True):
    html: str


class Held(msgspec.Struct, frozen=True):
    """A comment that waits for a moderator. Until then only its author can read it, on the thread's page."""

    id: int
    state: Literal["held"] = "held"


HELD = {202: ResponseSpec(Held, description="A rule holds the comment for a moderator.", generate_examples=False)}


@post(
    "/threads/{thread:str}/comments",
    name="api:post-comment",
    opt=WRITING,
    request_max_body_size=LONGEST_BODY,
    responses=problems(403, 404, 413, 422) | HELD,
)
async def post_comment(
    request: AnyRequest, thread: FromPath[str], data: JSONBody[NewComment]
) -> Response[schemas.Comment]:
    """Post a comment. One that a rule holds for a moderator is answered with 202 and its id alone."""
    viewer, thread_id, form = signed_in(request), as_id(thread), await make_form(CommentForm, as_fields(data))
    if thread_id is None:
        raise NotFound(N_("This thread does not exist."))
    check(form)
    await take_each(POST, viewer.id, address_of(request))
    posted = await posting.post_comment(draft_of(viewer, thread_id, form))
    url = f"{settings().base_url}/api/v1/comments/{posted.id}"
    if posted.row is not None:
        return answer_write(comments.posted_comment(posted.row, form.body, viewer), 201, Location=url)
    if await comments.is_held(posted.id):
        return answer_write(Held(posted.id), 202)
    return answer_write(await comments.one(str(posted.id), viewer), 201, Location=url)


@patch(
    "/comments/{comment:str}",
    name="api:edit-comment",
    opt=WRITING,
    request_max_body_size=LONGEST_BODY,
    responses=problems(403, 404, 409, 412, 413, 422) | HELD,
)
async def edit_comment(
    request: AnyRequest, comment: FromPath[str], data: JSONBody[CommentChange]
) -> Response[schemas.Comment]:
    """Change the text of my comment, if it is still the one that `If-Match` names."""
    viewer = signed_in(request)
    number, form = await own_comment_at(comment, viewer), await make_form(EditForm, as_fields(data))
    check(form)
    await take_each(POST, viewer.id, address_of(request))
    try:
        await editing.edit_comment(
            viewer=viewer,
            comment_id=number,
            body=form.body,
            stance=form.stance,
            assisted=form.assisted,
            version=etags.if_match(request),
        )
    except editing.EditedMeanwhile as error:
        raise ChangedMeanwhile(etags.CHANGED) from error
    if await comments.is_held(number):
        return answer_write(Held(number), 202)
    return await _changed_response(comment, viewer)


async def _changed_response(comment: str, viewer: Viewer) -> Response[Any]:
    """Answer with a comment after a change, and its new ETag."""
    changed = await comments.one(comment, viewer)
    return answer_write(changed, ETag=comments.etag(changed))


@delete("/comments/{comment:str}", name="api:delete-comment", opt=WRITING, responses=problems(403, 404, 422))
async def delete_comment(request: AnyRequest, comment: FromPath[str]) -> None:
    """Delete my comment. Its place in the tree and the replies remain."""
    viewer = signed_in(request)
    row = await comment_at(comment, viewer)
    await editing.delete_comment(viewer=viewer, comment_id=row.id)


@post(
    "/comments/{comment:str}/restore",
    name="api:restore-comment",
    opt=WRITING,
    status_code=200,
    responses=problems(403, 404, 422),
)
async def restore_comment(request: AnyRequest, comment: FromPath[str]) -> Response[schemas.Comment]:
    """Restore my comment, within a day after I deleted it."""
    viewer = signed_in(request)
    row = await comment_at(comment, viewer)
    await take_each(POST, viewer.id, address_of(request))
    await editing.restore_comment(viewer=viewer, comment_id=row.id)
    return await _changed_response(comment, viewer)


@post(
    "/comments/{comment:str}/withdraw",
    name="api:withdraw-comment",
    opt=WITHDRAWING,
    status_code=204,
    responses=problems(403, 404, 422),
)
async def withdraw_comment(request: AnyRequest, comment: FromPath[str]) -> None:
    """Withdraw a comment of mine that waits for a moderator."""
    number = as_id(comment)
    if number is None:
        raise NotFound(N_("This comment does not exist."))
    await holds.withdraw(signed_in(request), number)


@post("/preview", name="api:preview", opt=WRITING, status_code=200, responses=problems(403, 413, 422))
async def preview(request: AnyRequest, data: JSONBody[CommentChange]) -> Response[Preview]:
    """Show how a comment will look. Nothing is stored."""
    form = await make_form(EditForm, as_fields(data))
    check(form)
    await count_preview(request)
    return answer_write(Preview(await drafts.render(form.body)))


handlers: list[Any] = [post_comment, edit_comment, delete_comment, restore_comment, withdraw_comment, preview]
