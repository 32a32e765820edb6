"""Reporting over HTTP: by members on any ground, by anybody on the one that the law gives."""

import hmac
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec.structs import replace

from parley.core.errors import NotFound, ParleyError
from parley.core.http.access import ANYONE, AnyRequest, Viewer, address_of, viewer_of
from parley.core.http.forms import Form, posted
from parley.core.http.pages import page
from parley.core.ratelimit import EVERYBODY, REPORT, network, take, take_each, take_network
from parley.reports import ops, receipts, subjects
from parley.reports.forms import ReportForm
from parley.reports.guidelines import grounds
from parley.reports.ops import Flag
from parley.reports.subjects import Subject

# Of a report's number.
MOST_DIGITS = 18


def reporter_of(request: AnyRequest) -> Viewer | None:
    """The member who reports. One who is silenced, or confirmed no address, reports as a visitor does."""
    viewer = viewer_of(request)
    return viewer if viewer and viewer.verified and viewer.state == "active" else None


async def _ask(request: AnyRequest, subject: Subject, form: Form | None = None, status: int = 200) -> Response[Any]:
    offered = await grounds(illegal_only=reporter_of(request) is None)
    return page(
        request,
        "reports/report.html",
        status=status,
        subject=subject,
        grounds=offered,
        as_visitor=reporter_of(request) is None,
        form=form or Form({}),
    )


async def _send(request: AnyRequest, subject: Subject) -> Response[Any]:
    reporter = reporter_of(request)
    offered = [one.code for one in await grounds(illegal_only=reporter is None)]
    form, status = ReportForm(await posted(request), offered, visitor=reporter is None), 422
    if not form.errors:
        try:
            await _limit(reporter, address_of(request))
            flag = _flag(subject, form, reporter)
            flag = replace(flag, network=network(address_of(request))) if reporter is None else flag
            await ops.report(flag)
        except ParleyError as error:
            form.errors["form"], status = str(error), error.status
    if form.errors:
        return await _ask(request, subject, form, status)
    return Redirect(f"{quote(subject.report_address)}/done", status_code=303)


def _flag(subject: Subject, form: ReportForm, reporter: Viewer | None) -> Flag:
    return Flag(subject.kind, subject.id, form.reason or "", form.words, reporter, form.name, form.email)


async def _limit(reporter: Viewer | None, address: str) -> None:
    if reporter is not None:
        await take_each(REPORT, reporter.id, address)
        return
    _, by_network, by_all = REPORT
    await take_network(by_network, network(address))
    await take(by_all, EVERYBODY)


def _thank(request: AnyRequest, subject: Subject) -> Response[Any]:
    return page(request, "reports/reported.html", subject=subject, as_visitor=reporter_of(request) is None)


@get("/c/{comment:str}/report", name="moderation:report-comment-form", opt={"who": ANYONE})
async def comment_form(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    return await _ask(request, await subjects.comment(comment, viewer_of(request)))


@post("/c/{comment:str}/report", name="moderation:report-comment", opt={"who": ANYONE})
async def report_comment(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    return await _send(request, await subjects.comment(comment, viewer_of(request)))


@get("/c/{comment:str}/report/done", name="moderation:reported-comment", opt={"who": ANYONE})
async def comment_reported(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    return _thank(request, await subjects.comment(comment, viewer_of(request)))


@get("/t/{thread:str}/report", name="moderation:report-article-form", opt={"who": ANYONE})
async def article_form(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    return await _ask(request, await subjects.article(thread))


@post("/t/{thread:str}/report", name="moderation:report-article", opt={"who": ANYONE})
async def report_article(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    return await _send(request, await subjects.article(thread))


@get("/t/{thread:str}/report/done", name="moderation:reported-article", opt={"who": ANYONE})
async def article_reported(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    return _thank(request, await subjects.article(thread))


@get("/u/{name:str}/report", name="moderation:report-member-form", opt={"who": ANYONE})
async def member_form(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    return await _ask(request, await subjects.member(name, viewer_of(request)))


@post("/u/{name:str}/report", name="moderation:report-member", opt={"who": ANYONE})
async def report_member(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    return await _send(request, await subjects.member(name, viewer_of(request)))


@get("/u/{name:str}/report/done", name="moderation:reported-member", opt={"who": ANYONE})
async def member_reported(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    return _thank(request, await subjects.member(name, viewer_of(request)))


def _proven(report: str, key: str) -> int:
    """The number of a report whose mailed link this is. Raises NotFound for a link that we did not mail."""
    number = int(report) if report.isascii() and report.isdigit() and len(report) <= MOST_DIGITS else 0
    if not hmac.compare_digest(receipts.key(number).encode(), key.encode(errors="replace")):
        raise NotFound("There is no page at this address.")
    return number


@get("/reports/{report:str}/{key:str}", name="moderation:prove-report", opt={"who": ANYONE})
async def prove_page(request: AnyRequest, report: FromPath[str], key: FromPath[str]) -> Response[Any]:
    """One button. Mail scanners open links, so opening one changes nothing."""
    _proven(report, key)
    return page(request, "reports/confirm_address.html", done=False)


@post("/reports/{report:str}/{key:str}", opt={"who": ANYONE})
async def prove(request: AnyRequest, report: FromPath[str], key: FromPath[str]) -> Response[Any]:
    await ops.prove(_proven(report, key))
    return page(request, "reports/confirm_address.html", done=True)


handlers: list[object] = [
    prove_page,
    prove,
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
