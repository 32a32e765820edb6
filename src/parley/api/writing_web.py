"""Posting, editing, deleting and reporting comments."""

from typing import Any, Literal

import msgspec
from litestar import Response, delete, patch, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody

from parley.api import comments, schemas
from parley.api.answers import problems, written
from parley.api.bodies import CommentChange, NewComment, NewReport, as_fields, check
from parley.api.scopes import COMMENT
from parley.comments import editing, posting
from parley.comments.forms import LONGEST_BODY, CommentForm, EditForm
from parley.comments.web import comment_at, draft_of, thread_at
from parley.community.queries import grounds
from parley.core.errors import ChangedMeanwhile
from parley.core.http.access import VERIFIED, AnyRequest, Viewer, address_of, signed_in
from parley.core.ratelimit import POST, REPORT, take_each
from parley.core.settings import settings
from parley.core.text.messages import N_
from parley.reports import ops as reports
from parley.reports import subjects
from parley.reports.forms import ReportForm
from parley.reports.ops import Flag

WRITING = {"who": VERIFIED, "scope": COMMENT, "any_body": True}


class Report(msgspec.Struct, frozen=True):
    id: int


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
    viewer, row, form = signed_in(request), await thread_at(thread), CommentForm(as_fields(data))
    check(form)
    await take_each(POST, viewer.id, address_of(request))
    made = (await posting.post_comment(draft_of(viewer, row.id, form))).id
    url = f"{settings().base_url}/api/v1/comments/{made}"
    if await comments.is_held(made):
        return written(Held(made), 202)
    return written(await comments.one(str(made), viewer), 201, Location=url)


@patch(
    "/comments/{comment:str}",
    name="api:edit-comment",
    opt=WRITING,
    request_max_body_size=LONGEST_BODY,
    responses=problems(403, 404, 412, 413, 422),
)
async def edit_comment(
    request: AnyRequest, comment: FromPath[str], data: JSONBody[CommentChange]
) -> Response[schemas.Comment]:
    """Change the text of my comment, if it is still the one that `If-Match` names."""
    viewer = signed_in(request)
    row, form = await comment_at(comment, viewer), EditForm(as_fields(data))
    check(form)
    await take_each(POST, viewer.id, address_of(request))
    try:
        await editing.edit_comment(
            viewer=viewer,
            comment_id=row.id,
            body=form.body,
            stance=form.stance,
            assisted=form.assisted,
            version=_version(request),
        )
    except editing.EditedMeanwhile as error:
        raise ChangedMeanwhile(error.message) from error
    return await _changed(comment, viewer)


async def _changed(comment: str, viewer: Viewer) -> Response[Any]:
    """Answer with a comment after a change, and its new ETag."""
    changed = await comments.one(comment, viewer)
    return written(changed, ETag=comments.etag(changed))


def _version(request: AnyRequest) -> int | None:
    """Return the number of the text that `If-Match` names, or None for any. Raises ChangedMeanwhile for no ETag."""
    given = request.headers.get("if-match", "*")
    if given == "*":
        return None
    version = comments.version_of(given)
    if version is None:
        raise ChangedMeanwhile(N_("`If-Match` is not an ETag of this comment. Nothing was changed."))
    return version


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
    return await _changed(comment, viewer)


@post("/comments/{comment:str}/reports", name="api:report-comment", opt=WRITING, responses=problems(403, 404, 422))
async def report_comment(request: AnyRequest, comment: FromPath[str], data: JSONBody[NewReport]) -> Response[Report]:
    """Report a comment to the moderators."""
    viewer = signed_in(request)
    subject = await subjects.comment(comment, viewer)
    form = ReportForm(as_fields(data), [one.code for one in await grounds(illegal_only=False)], visitor=False)
    check(form)
    await take_each(REPORT, viewer.id, address_of(request))
    return written(
        Report(await reports.report(Flag("comment", subject.id, form.reason or "", form.words, viewer))), 201
    )


handlers: list[Any] = [post_comment, edit_comment, delete_comment, restore_comment, report_comment]
