"""Answering statements one at a time, with htmx or plain forms."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.discussion.commenting.web import thread_at
from parley.discussion.opinion_map import display
from parley.discussion.threads.queries import ThreadRow
from parley.moderation.statements import answering, asking, offers
from parley.moderation.statements import sitting as sittings
from parley.moderation.statements.sitting import Sitting
from parley.platform.errors import ParleyError
from parley.platform.http.access import ANYONE, MEMBER, AnyRequest, Viewer, address_of, signed_in, viewer_of
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page, wants_fragment
from parley.platform.ratelimit import VOTE, take_each

VALUES = ("-1", "0", "1")
# The page shows what a member thinks.
PRIVATE = {"Cache-Control": "no-store"}


class AnswerForm(Form):
    """The fields of `POST /t/{thread}/answer`: an empty `value` skips the statement."""

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.comment = self.id("comment")
        raw = self.choice("value", VALUES)
        self.value = None if raw is None else int(raw)

    def sitting(self, viewer: Viewer, thread: int) -> Sitting:
        return sittings.read(self.values.get("sitting", ""), viewer.id, thread)


@get("/t/{thread:str}/answer", name="statements:answer", opt={"who": ANYONE, "reading": True})
async def answer_page(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    row = await thread_at(thread)
    viewer, form = viewer_of(request), AnswerForm(dict(request.query_params))
    if form.comment is not None:
        card = await asking.named_statement(viewer, row.id, form.comment, form.value)
        if card is not None:
            return await _answer_page(request, row, asking.SittingView(card), Sitting())
    sitting = form.sitting(viewer, row.id) if viewer else Sitting()
    return await _next(request, row, sitting, stops="stop" in form.values)


@post("/t/{thread:str}/answer", name="statements:give-answer", opt={"who": MEMBER})
async def give_answer(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    row, viewer = await thread_at(thread), signed_in(request)
    form = AnswerForm(await posted_fields(request))
    sitting = form.sitting(viewer, row.id)
    following = sitting.after(form.comment if form.value is None else None)
    if form.comment is not None and form.value is not None:
        try:
            await take_each(VOTE, viewer.id, address_of(request))
            offer = offers.read(form.values.get("offer", ""), viewer.id, form.comment)
            await answering.answer(viewer, row.id, form.comment, form.value, offer)
        except ParleyError as error:
            return await _next(request, row, sitting, problem=error.message, status=error.status)
    if not wants_fragment(request):
        token = sittings.token_of(following, viewer.id, row.id)
        return Redirect(f"/t/{row.id}/answer?sitting={token}", status_code=303)
    return await _next(request, row, following)


async def _next(
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
        asked = await asking.for_visitor(row.id)
    else:
        asked = await asking.for_member(viewer, row.id, sitting, stops=stops)
    return await _answer_page(request, row, asked, sitting, problem=problem, status=status)


async def _answer_page(
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
    token = sittings.token_of(sitting, viewer.id, row.id) if viewer else ""
    context: dict[str, Any] = {"thread": row, "asked": asked, "sitting": token, "problem": problem, "tab": tab}
    return page(request, "discussion/statements/answer.html", "answer", status, PRIVATE, **context)


handlers: list[object] = [answer_page, give_answer]
