"""Posting, editing, deleting and restoring comments, and withdrawing one that waits for a moderator."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, Router, delete, patch, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from msgspec import Meta

from parley.discussion.commenting import drafts, editing, posting
from parley.discussion.commenting.edit_web import own_comment_at
from parley.discussion.commenting.forms import LONGEST_BODY, CommentForm, EditForm
from parley.discussion.commenting.web import comment_at, count_preview, draft_of
from parley.interfaces.api import fields
from parley.interfaces.api.answers import CHANGED, answer_write, if_match, problems
from parley.interfaces.api.bodies import Body, as_fields, check
from parley.interfaces.api.discussion import comments, schemas
from parley.interfaces.api.scopes import COMMENT
from parley.moderation.automod import holds
from parley.people.accounts.viewer import Viewer, signed_in
from parley.platform.errors import ChangedMeanwhile, NotFound
from parley.platform.http.access import MEMBER, VERIFIED, AnyRequest, address_of
from parley.platform.http.forms import make_form
from parley.platform.ratelimit import POST, take_each
from parley.platform.settings import settings
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_


class NewComment(Body, frozen=True):
    """A comment to post. With a `submission`, it is safe to send it again: the answer is the first comment."""

    body: Annotated[str, Meta(description="The text, in Markdown.")]
    parent: fields.Parent = None
    stance: fields.NewStance = None
    passage: fields.Lineage = None
    quote: fields.Quote = ""
    prefix: Annotated[str, Meta(description="Some words before the quote, where the passage has it twice.")] = ""
    statement: Annotated[str, Meta(description="The comment in one sentence of up to 140 characters.")] = ""
    assisted: fields.Assisted = False
    submission: Annotated[str, Meta(description="A UUID of yours: sent again with it, a comment is posted once.")] = ""


class CommentChange(Body, frozen=True):
    """The new text of a comment."""

    body: Annotated[str, Meta(description="The text, in Markdown.")]
    stance: fields.NewStance = None
    assisted: fields.Assisted = False


class Preview(msgspec.Struct, frozen=True):
    html: fields.Html


class Held(msgspec.Struct, frozen=True):
    """A comment that waits for a moderator. Until then only its author can read it, on the thread's page."""

    id: fields.Id
    state: Annotated[Literal["held"], Meta(description="The state that it is in.")] = "held"


HELD = {202: ResponseSpec(Held, description="A rule holds the comment for a moderator.", generate_examples=False)}


@post(
    "/threads/{thread:str}/comments",
    name="api:post-comment",
    request_max_body_size=LONGEST_BODY,
    responses=problems(403, 404, 413, 422) | HELD,
)
async def post_comment(
    request: AnyRequest, thread: fields.ThreadPath, data: JSONBody[NewComment]
) -> Response[schemas.Comment]:
    """Post a comment. One that a rule holds for a moderator is answered with 202 and its id alone."""
    viewer, thread_id, form = signed_in(request), as_id(thread), await make_form(CommentForm, as_fields(data))
    if thread_id is None:
        raise NotFound(N_("This thread does not exist."))
    check(form)
    await take_each(POST, viewer.id, address_of(request))
    posted = await posting.post_comment(draft_of(viewer, thread_id, form))
    url = f"{settings().base_url}/api/v1/comments/{posted.id}"
    if posted.row is not None and not posted.row.is_beginning:
        return answer_write(comments.posted_comment(posted.row, form.body, viewer), 201, Location=url)
    if await comments.is_held(posted.id):
        return answer_write(Held(posted.id), 202)
    return answer_write(await comments.one(str(posted.id), viewer), 201, Location=url)


@patch(
    "/comments/{comment:str}",
    name="api:edit-comment",
    request_max_body_size=LONGEST_BODY,
    responses=problems(403, 404, 409, 412, 413, 422) | HELD,
)
async def edit_comment(
    request: AnyRequest, comment: fields.CommentPath, data: JSONBody[CommentChange]
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
            version=if_match(request),
        )
    except editing.EditedMeanwhile as error:
        raise ChangedMeanwhile(CHANGED) from error
    if await comments.is_held(number):
        return answer_write(Held(number), 202)
    return await _changed_response(comment, viewer)


async def _changed_response(comment: str, viewer: Viewer) -> Response[Any]:
    """Answer with a comment after a change, and its new ETag."""
    changed = await comments.one(comment, viewer)
    return answer_write(changed, ETag=comments.etag(changed))


@delete("/comments/{comment:str}", name="api:delete-comment", responses=problems(403, 404, 422))
async def delete_comment(request: AnyRequest, comment: fields.CommentPath) -> None:
    """Delete my comment. Its place in the tree and the replies remain."""
    viewer = signed_in(request)
    row = await comment_at(comment, viewer)
    await editing.delete_comment(viewer=viewer, comment_id=row.id)


@post("/comments/{comment:str}/restore", name="api:restore-comment", status_code=200, responses=problems(403, 404, 422))
async def restore_comment(request: AnyRequest, comment: fields.CommentPath) -> Response[schemas.Comment]:
    """Restore my comment, within a day after I deleted it."""
    viewer = signed_in(request)
    row = await comment_at(comment, viewer)
    await take_each(POST, viewer.id, address_of(request))
    await editing.restore_comment(viewer=viewer, comment_id=row.id)
    return await _changed_response(comment, viewer)


@post(
    "/comments/{comment:str}/withdraw", name="api:withdraw-comment", status_code=204, responses=problems(403, 404, 422)
)
async def withdraw_comment(request: AnyRequest, comment: fields.CommentPath) -> None:
    """Withdraw a comment of mine that waits for a moderator."""
    number = as_id(comment)
    if number is None:
        raise NotFound(N_("This comment does not exist."))
    await holds.withdraw(signed_in(request), number)


@post("/preview", name="api:preview", status_code=200, responses=problems(403, 413, 422))
async def preview(request: AnyRequest, data: JSONBody[CommentChange]) -> Response[Preview]:
    """Show how a comment will look. Nothing is stored."""
    form = await make_form(EditForm, as_fields(data))
    check(form)
    await count_preview(request)
    return answer_write(Preview(await drafts.render(form.body)))


handlers = [
    Router(
        "/",
        route_handlers=[post_comment, edit_comment, delete_comment, restore_comment, preview],
        opt={"who": VERIFIED, "scope": COMMENT},
    ),
    # Silenced members can still withdraw what waits.
    Router("/", route_handlers=[withdraw_comment], opt={"who": MEMBER, "scope": COMMENT}),
]
