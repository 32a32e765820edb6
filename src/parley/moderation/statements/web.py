"""The form in which authors say a comment in one sentence, and moderators propose one."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.discussion.commenting.web import comment_at, thread_at
from parley.discussion.comments import queries as comments
from parley.moderation.statements import ops, queries
from parley.moderation.statements.forms import StatementForm
from parley.moderation.statements.queries import StatementRow
from parley.moderation.statements.rules import require_statement_allowed
from parley.platform.errors import NotFound, ParleyError, Refused
from parley.platform.http.access import VERIFIED, AnyRequest, Viewer, address_of, signed_in
from parley.platform.http.forms import posted_fields
from parley.platform.http.pages import page
from parley.platform.ratelimit import POST, take_each
from parley.platform.text.messages import N_


@get("/c/{comment:str}/statement", name="statements:form", opt={"who": VERIFIED})
async def statement_form(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    viewer = signed_in(request)
    row = await comment_at(comment, viewer)
    state = await comments.state_of(row.id)
    if state is None:
        raise NotFound(N_("This comment does not exist."))
    require_statement_allowed(viewer, state)
    statement = await _statement(row.id)
    form = StatementForm({"text": _first_text(viewer, statement)})
    # A proposal that breaks a rule of statements is no mistake of the viewer's yet.
    form.errors.clear()
    return await _show(request, row, statement, form)


async def _statement(comment: int) -> StatementRow:
    statement = await queries.one(comment)
    if statement is None:
        raise Refused(N_("This comment no longer exists, so it cannot have a statement."))
    return statement


def _first_text(viewer: Viewer, statement: StatementRow) -> str:
    """What the field holds at first: for the author what waits for them, for a moderator what they would change."""
    return statement.proposed or (statement.text if statement.author == viewer.id else None) or ""


async def _show(
    request: AnyRequest, row: comments.CommentRow, statement: StatementRow, form: StatementForm, status: int = 200
) -> Response[Any]:
    thread = await thread_at(str(row.thread))
    context: dict[str, Any] = {"comment": row, "thread": thread, "statement": statement, "form": form}
    return page(request, "discussion/statements/statement.html", status=status, **context)


@post("/c/{comment:str}/statement", name="statements:state", opt={"who": VERIFIED})
async def state(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    viewer = signed_in(request)
    row = await comment_at(comment, viewer)
    form, status = StatementForm(await posted_fields(request)), 422
    if not form.errors:
        try:
            await take_each(POST, viewer.id, address_of(request))
            await submit(viewer, row, form)
        except ParleyError as error:
            form.errors["form"], status = error.message, error.status
    if form.errors:
        return await _show(request, row, await _statement(row.id), form, status)
    return Redirect(f"/c/{row.id}", status_code=303)


async def submit(viewer: Viewer, row: comments.CommentRow, form: StatementForm) -> None:
    """Decline a proposal or set the statement as the author, or propose one as a moderator."""
    if form.declines:
        await ops.decline(viewer, row.id, form.proposal or 0)
    elif row.author_id == viewer.id:
        await ops.set_statement(viewer, row.id, form.statement, form.proposal)
    elif form.statement is None:
        raise Refused(N_("Please write the sentence that you propose."))
    else:
        await ops.propose(viewer, row.id, form.statement)


handlers: list[object] = [statement_form, state]
