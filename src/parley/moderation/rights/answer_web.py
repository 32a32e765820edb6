"""The page on which the member who added an article reads and answers a request about it."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.moderation.rights import ops, queries, rules
from parley.moderation.rights.forms import RightsAnswerForm
from parley.moderation.rights.queries import RightsRow
from parley.platform.errors import NotFound, ParleyError
from parley.platform.http.access import MEMBER, AnyRequest, signed_in
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_


async def _load_request(request: AnyRequest, thread: str, number: str) -> RightsRow:
    """The request with this id in the address. Raises NotFound for all who may not read it."""
    row = await queries.one(as_id(number) or 0, as_id(thread) or 0)
    if row is None or not rules.may_read(signed_in(request), row.starter):
        raise NotFound(N_("There is no page at this address."))
    return row


def _show(request: AnyRequest, row: RightsRow, form: Form, status: int = 200) -> Response[Any]:
    answers = signed_in(request).id == row.starter and row.outcome is None
    return page(request, "moderation/rights/one.html", status=status, row=row, answers=answers, form=form)


@get("/t/{thread:str}/rights/{number:str}", name="rights:one", opt={"who": MEMBER})
async def one_page(request: AnyRequest, thread: FromPath[str], number: FromPath[str]) -> Response[Any]:
    row = await _load_request(request, thread, number)
    return _show(request, row, Form({"text": row.answer}))


@post("/t/{thread:str}/rights/{number:str}", name="rights:answer", opt={"who": MEMBER})
async def answer(request: AnyRequest, thread: FromPath[str], number: FromPath[str]) -> Response[Any]:
    row = await _load_request(request, thread, number)
    rules.require_answer_allowed(signed_in(request), row.starter)
    form, status = RightsAnswerForm(await posted_fields(request)), 422
    if not form.errors:
        try:
            await ops.answer(row.id, form.words)
        except ParleyError as error:
            form.errors["form"], status = error.message, error.status
    if form.errors:
        return _show(request, row, form, status)
    return Redirect(f"/t/{row.thread}/rights/{row.id}", status_code=303)


handlers: list[object] = [one_page, answer]
