"""Saying a comment in one sentence, and answering statements one at a time, with htmx or plain forms."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.discussion.commenting.web import comment_at, thread_at
from parley.discussion.comments import queries as comments
from parley.discussion.opinion_map import display
from parley.discussion.statements import asking, ops, queries
from parley.discussion.statements.forms import AnswerForm, StatementForm
from parley.discussion.statements.queries import StatementRow
from parley.discussion.statements.rules import require_statement_allowed
from parley.discussion.statements.tokens import Sitting, read_offer, sitting_token
from parley.discussion.thesis import ops as theses
from parley.discussion.threads.queries import ThreadRow
from parley.people.accounts.viewer import Viewer, signed_in, viewer_of
from parley.platform.errors import NotFound, ParleyError, Refused
from parley.platform.http.access import ANYONE, MEMBER, VERIFIED, AnyRequest, address_of
from parley.platform.http.forms import posted_fields
from parley.platform.http.pages import page, wants_fragment
from parley.platform.ratelimit import POST, VOTE, take_each
from parley.platform.text.messages import N_

# The answering page shows what a member thinks.
PRIVATE = {"Cache-Control": "no-store"}
# Called when a moderator sends the form of another's comment; hooks.py fills this in.
propose_to_author: list[Callable[[Viewer, int, str], Awaitable[None]]] = []


@get("/c/{comment:str}/statement", name="statements:form", opt={"who": VERIFIED})
async def statement_form(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    viewer = signed_in(request)
    row = await comment_at(comment, viewer)
    state = await comments.state_of(row.id)
    if state is None:
        raise NotFound(N_("This comment does not exist."))
    require_statement_allowed(viewer, state)
    statement = await _statement(row.id)
    # For the author what waits for them, for a moderator what they would change.
    text = statement.proposed or (statement.text if statement.author == viewer.id else None)
    form = StatementForm({"text": text or ""})
    # If a proposal breaks a rule of statements, that is not the viewer's mistake.
    form.errors.clear()
    return await _show(request, row, statement, form)


async def _statement(comment: int) -> StatementRow:
    statement = await queries.one(comment)
    if statement is None:
        raise Refused(N_("This comment no longer exists."))
    return statement


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
    form = StatementForm(await posted_fields(request))
    if not form.errors:
        with form.refusals():
            await take_each(POST, viewer.id, address_of(request))
            await submit(viewer, row, form)
    if form.errors:
        return await _show(request, row, await _statement(row.id), form, form.status)
    return Redirect(f"/c/{row.id}", status_code=303)


async def submit(viewer: Viewer, row: comments.CommentRow, form: StatementForm) -> None:
    """Decline a proposal or set the statement as the author, or propose one as a moderator."""
    if form.declines:
        await ops.decline(viewer, row.id, form.proposal or 0)
    elif row.author_id == viewer.id:
        await ops.set_statement(viewer, row.id, form.statement, form.proposal)
    elif form.statement is None:
        raise Refused(N_("Please fill this in."))
    else:
        for propose in propose_to_author:
            await propose(viewer, row.id, form.statement)


@get("/t/{thread:str}/answer", name="statements:answer", opt={"who": ANYONE, "reading": True})
async def answer_page(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    row = await thread_at(thread)
    viewer, form = viewer_of(request), AnswerForm(dict(request.query_params))
    if form.comment is not None:
        card = await asking.named_statement(viewer, row.id, form.comment, form.value)
        if card is not None:
            return await _show_asked(request, row, asking.SittingView(card), Sitting())
    sitting = form.sitting(viewer, row.id) if viewer else Sitting()
    return await _show_next(request, row, sitting, stops="stop" in form.values)


@post("/t/{thread:str}/answer", name="statements:give-answer", opt={"who": MEMBER})
async def give_answer(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    row, viewer = await thread_at(thread), signed_in(request)
    form = AnswerForm(await posted_fields(request))
    sitting = form.sitting(viewer, row.id)
    following = sitting.after(form.comment if form.value is None else None)
    if form.value is not None:
        try:
            await take_each(VOTE, viewer.id, address_of(request))
            await _answer(viewer, row.id, form, form.value)
        except ParleyError as error:
            return await _show_next(request, row, sitting, problem=error.message, status=error.status)
    if not wants_fragment(request):
        token = sitting_token(following, viewer.id, row.id)
        return Redirect(f"/t/{row.id}/answer?sitting={token}", status_code=303)
    return await _show_next(request, row, following)


async def _answer(viewer: Viewer, thread: int, form: AnswerForm, value: int) -> None:
    """Store the answer to the thesis, or to a statement of the deck."""
    if form.thesis is not None:
        await theses.answer(viewer, thread, value, version=form.thesis)
    elif form.comment is not None:
        offer = read_offer(form.values.get("offer", ""), viewer.id, form.comment)
        await ops.answer(viewer, thread, form.comment, value, offer)


async def _show_next(
    request: AnyRequest,
    row: ThreadRow,
    sitting: Sitting,
    *,
    stops: bool = False,
    problem: str = "",
    status: int = 200,
) -> Response[Any]:
    viewer = viewer_of(request)
    if viewer is None:
        asked = await asking.for_visitor(row.id, with_thesis=row.state == "open")
    else:
        asked = await asking.for_member(viewer, row.id, sitting, stops=stops, with_thesis=row.state == "open")
    return await _show_asked(request, row, asked, sitting, problem=problem, status=status)


async def _show_asked(
    request: AnyRequest,
    row: ThreadRow,
    asked: asking.SittingView,
    sitting: Sitting,
    *,
    problem: str = "",
    status: int = 200,
) -> Response[Any]:
    viewer = viewer_of(request)
    # At the end of a sitting the page says where the member's answers stand on the map.
    tab = await display.tab(row.id, [], viewer) if asked.card is None and asked.answers else None
    token = sitting_token(sitting, viewer.id, row.id) if viewer else ""
    context: dict[str, Any] = {"thread": row, "asked": asked, "sitting": token, "problem": problem, "tab": tab}
    return page(request, "discussion/statements/answer.html", "answer", status, PRIVATE, **context)


handlers: list[object] = [statement_form, state, answer_page, give_answer]
