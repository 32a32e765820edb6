"""Report pages: members report on any ground, visitors only illegal content."""

from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.moderation.reports import ops, receipts, subjects
from parley.moderation.reports.forms import ReportForm
from parley.moderation.reports.ops import ReportInput
from parley.moderation.reports.subjects import Subject
from parley.people.community.queries import grounds
from parley.platform.errors import NotFound, ParleyError
from parley.platform.http.access import ANYONE, AnyRequest, Viewer, address_of, viewer_of
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.networks import network
from parley.platform.ratelimit import (
    EVERYBODY,
    REPORT,
    REPORT_VISITORS,
    Limit,
    Triple,
    Use,
    of_network,
    take_all,
    take_each,
)
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_


def reporter_of(request: AnyRequest) -> Viewer | None:
    """Return the member who reports. Silenced and unverified members report as visitors do."""
    viewer = viewer_of(request)
    return viewer if viewer and viewer.verified and viewer.state == "active" else None


async def _form_page(
    request: AnyRequest, subject: Subject, form: Form | None = None, status: int = 200
) -> Response[Any]:
    offered = await grounds(illegal_only=reporter_of(request) is None)
    return page(
        request,
        "moderation/reports/report.html",
        status=status,
        subject=subject,
        grounds=offered,
        as_visitor=reporter_of(request) is None,
        form=form or Form({}),
    )


async def _report(request: AnyRequest, subject: Subject) -> Response[Any]:
    reporter = reporter_of(request)
    offered = [ground.code for ground in await grounds(illegal_only=reporter is None)]
    form, status = ReportForm(await posted_fields(request), offered, visitor=reporter is None), 422
    if not form.errors:
        try:
            await count_use(REPORT_VISITORS, REPORT, reporter, address_of(request))
            await ops.report(_report_input(subject, form, reporter, address_of(request)))
        except ParleyError as error:
            form.errors["form"], status = error.message, error.status
    if form.errors:
        return await _form_page(request, subject, form, status)
    return Redirect(f"{quote(subject.report_address)}/done", status_code=303)


def _report_input(subject: Subject, form: ReportForm, reporter: Viewer | None, client_address: str) -> ReportInput:
    sender = network(client_address) if reporter is None else None
    return ReportInput(subject.kind, subject.id, form.reason or "", form.words, reporter, form.name, form.email, sender)


async def count_use(visitors: Limit, limits: Triple, reporter: Viewer | None, client_address: str) -> None:
    """Take a token for the member or for the visitors of their network, and those for all. Raises TooMany."""
    if reporter is not None:
        await take_each(limits, reporter.id, client_address)
        return
    of, (_, by_network, by_all) = network(client_address), limits
    await take_all([*of_network(visitors, of), *of_network(by_network, of), Use(by_all, EVERYBODY)])


def _done_page(request: AnyRequest, subject: Subject) -> Response[Any]:
    return page(request, "moderation/reports/reported.html", subject=subject, as_visitor=reporter_of(request) is None)


@get("/c/{comment:str}/report", name="moderation:report-comment-form", opt={"who": ANYONE})
async def comment_form(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    return await _form_page(request, await subjects.comment(comment, viewer_of(request)))


@post("/c/{comment:str}/report", name="moderation:report-comment", opt={"who": ANYONE})
async def report_comment(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    return await _report(request, await subjects.comment(comment, viewer_of(request)))


@get("/c/{comment:str}/report/done", name="moderation:reported-comment", opt={"who": ANYONE})
async def comment_reported(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    return _done_page(request, await subjects.comment(comment, viewer_of(request)))


@get("/t/{thread:str}/report", name="moderation:report-article-form", opt={"who": ANYONE})
async def article_form(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    return await _form_page(request, await subjects.article(thread))


@post("/t/{thread:str}/report", name="moderation:report-article", opt={"who": ANYONE})
async def report_article(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    return await _report(request, await subjects.article(thread))


@get("/t/{thread:str}/report/done", name="moderation:reported-article", opt={"who": ANYONE})
async def article_reported(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    return _done_page(request, await subjects.article(thread))


@get("/u/{name:str}/report", name="moderation:report-member-form", opt={"who": ANYONE})
async def member_form(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    return await _form_page(request, await subjects.member(name, viewer_of(request)))


@post("/u/{name:str}/report", name="moderation:report-member", opt={"who": ANYONE})
async def report_member(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    return await _report(request, await subjects.member(name, viewer_of(request)))


@get("/u/{name:str}/report/done", name="moderation:reported-member", opt={"who": ANYONE})
async def member_reported(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    return _done_page(request, await subjects.member(name, viewer_of(request)))


def _report_of_link(report: str, key: str) -> int:
    """Return the id of the report that a mailed link is for. Raises NotFound if the link is not valid."""
    report_id = as_id(report) or 0
    if not receipts.is_key(report_id, key):
        raise NotFound(N_("There is no page at this address."))
    return report_id


@get("/reports/{report:str}/{key:str}", name="moderation:prove-report", opt={"who": ANYONE})
async def confirm_page(request: AnyRequest, report: FromPath[str], key: FromPath[str]) -> Response[Any]:
    """A page with one button. Opening the link changes nothing, since mail scanners open links."""
    _report_of_link(report, key)
    return page(request, "moderation/reports/confirm_address.html", done=False)


@post("/reports/{report:str}/{key:str}", opt={"who": ANYONE})
async def confirm(request: AnyRequest, report: FromPath[str], key: FromPath[str]) -> Response[Any]:
    await ops.confirm_address(_report_of_link(report, key))
    return page(request, "moderation/reports/confirm_address.html", done=True)


handlers: list[object] = [
    confirm_page,
    confirm,
    comment_form,
    report_comment,
    comment_reported,
    article_form,
    report_article,
    article_reported,
    member_form,
    report_member,
    member_reported,
]
