"""The form with which anybody can ask that less of an article is shown, and the list of requests for moderators."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.discussion.commenting.web import thread_at
from parley.discussion.threads.queries import ThreadRow
from parley.moderation.reports.ops import ReportInput
from parley.moderation.reports.web import count_use, reporter_of
from parley.moderation.rights import ops, queries
from parley.moderation.rights.forms import RightsForm
from parley.moderation.rights.ops import RightsRequestInput
from parley.moderation.rights.rules import GROUNDS, WISHES
from parley.platform.errors import ParleyError
from parley.platform.http.access import ANYONE, MODERATOR, AnyRequest, Viewer, address_of
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.networks import network
from parley.platform.ratelimit import RIGHTS, RIGHTS_VISITORS


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
    form, status = RightsForm(await posted_fields(request), visitor=reporter is None), 422
    if not form.errors:
        try:
            await count_use(RIGHTS_VISITORS, RIGHTS, reporter, address_of(request))
            await ops.request(wanted(row.id, form, reporter, address_of(request)))
        except ParleyError as error:
            form.errors["form"], status = error.message, error.status
    if form.errors:
        return _form_page(request, row, form, status)
    return Redirect(f"/t/{row.id}/rights/done", status_code=303)


def wanted(thread: int, form: RightsForm, reporter: Viewer | None, address: str) -> RightsRequestInput:
    sender = network(address) if reporter is None else None
    report_input = ReportInput("article", thread, "", form.words, reporter, form.name, form.email, sender)
    return RightsRequestInput(report_input, form.ground or "", form.wish or "", form.original)


@get("/t/{thread:str}/rights/done", name="rights:done", opt={"who": ANYONE})
async def done_page(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    return page(
        request, "moderation/rights/done.html", thread=await thread_at(thread), as_visitor=reporter_of(request) is None
    )


@get("/mod/rights", name="rights:list", opt={"who": MODERATOR})
async def list_page(request: AnyRequest) -> Response[Any]:
    return page(request, "moderation/rights/list.html", rows=await queries.list_requests())


handlers: list[object] = [form_page, request_, done_page, list_page]
