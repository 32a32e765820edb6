"""Requests that less of an article is shown: the form for anybody, the list for moderators, and the answer.

The member who added the article answers.
"""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.discussion.commenting.web import thread_at
from parley.discussion.threads.queries import ThreadRow
from parley.moderation.reports.ops import ReportInput
from parley.moderation.reports.web import count_use, reporter_of
from parley.moderation.rights import ops, queries, rules
from parley.moderation.rights.forms import RightsAnswerForm, RightsForm
from parley.moderation.rights.ops import RightsRequestInput
from parley.moderation.rights.queries import RightsRow
from parley.moderation.rights.rules import GROUNDS, WISHES
from parley.people.accounts.viewer import Viewer, signed_in
from parley.platform.errors import NotFound
from parley.platform.http.access import ANYONE, MEMBER, AnyRequest, address_of
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.networks import source
from parley.platform.ratelimit import RIGHTS, RIGHTS_VISITORS
from parley.platform.text.cleaning import as_id


def _form_page(request: AnyRequest, thread: ThreadRow, form: Form, status: int = 200) -> Response[Any]:
    return page(
        request,
        "moderation/rights/request.html",
        status=status,
        thread=thread,
        grounds=GROUNDS,
        wishes=WISHES,
        as_visitor=reporter_of(request) is None,
        form=form,
    )


@get("/t/{thread:str}/rights", name="rights:form", opt={"who": ANYONE})
async def form_page(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    return _form_page(request, await thread_at(thread), Form({}))


@post("/t/{thread:str}/rights", name="rights:request", opt={"who": ANYONE})
async def request_(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    row, reporter = await thread_at(thread), reporter_of(request)
    form = RightsForm(await posted_fields(request), visitor=reporter is None)
    if not form.errors:
        with form.refusals():
            await count_use(request, RIGHTS, RIGHTS_VISITORS, form)
            await ops.request(wanted(row.id, form, reporter, address_of(request)))
    if form.errors:
        return _form_page(request, row, form, form.status)
    return Redirect(f"/t/{row.id}/rights/done", status_code=303)


def wanted(thread: int, form: RightsForm, reporter: Viewer | None, address: str) -> RightsRequestInput:
    sender = source(address).network if reporter is None else None
    report_input = ReportInput("article", thread, "", form.words, reporter, form.name, form.email, sender)
    return RightsRequestInput(report_input, form.ground or "", form.wish or "", form.original)


@get("/t/{thread:str}/rights/done", name="rights:done", opt={"who": ANYONE})
async def done_page(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    return page(
        request, "moderation/rights/done.html", thread=await thread_at(thread), as_visitor=reporter_of(request) is None
    )


async def _load_request(request: AnyRequest, thread: str, number: str) -> RightsRow:
    """The request with this id in the address. Raises NotFound for all who may not read it."""
    row = await queries.one(as_id(number) or 0, as_id(thread) or 0)
    if row is None or not rules.may_read(signed_in(request), row.starter):
        raise NotFound
    return row


def _show_request(request: AnyRequest, row: RightsRow, form: Form, status: int = 200) -> Response[Any]:
    answers = signed_in(request).id == row.starter and row.outcome is None
    return page(request, "moderation/rights/one.html", status=status, row=row, answers=answers, form=form)


@get("/t/{thread:str}/rights/{number:str}", name="rights:one", opt={"who": MEMBER})
async def one_page(request: AnyRequest, thread: FromPath[str], number: FromPath[str]) -> Response[Any]:
    row = await _load_request(request, thread, number)
    return _show_request(request, row, Form({"text": row.answer}))


@post("/t/{thread:str}/rights/{number:str}", name="rights:answer", opt={"who": MEMBER})
async def answer(request: AnyRequest, thread: FromPath[str], number: FromPath[str]) -> Response[Any]:
    row = await _load_request(request, thread, number)
    rules.require_answer_allowed(signed_in(request), row.starter)
    form = RightsAnswerForm(await posted_fields(request))
    if not form.errors:
        with form.refusals():
            await ops.answer(row.id, form.words)
    if form.errors:
        return _show_request(request, row, form, form.status)
    return Redirect(f"/t/{row.thread}/rights/{row.id}", status_code=303)


handlers: list[object] = [form_page, request_, done_page, one_page, answer]
