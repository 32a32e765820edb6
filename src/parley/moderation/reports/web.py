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
from parley.people.accounts import proof_of_work
from parley.people.accounts.proof_of_work import ProofOfWorkNeeded
from parley.people.accounts.viewer import Viewer, viewer_of
from parley.people.community.queries import grounds
from parley.platform.errors import NotFound
from parley.platform.http.access import ANYONE, AnyRequest, address_of
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.limit import EVERYBODY, Use
from parley.platform.networks import source
from parley.platform.ratelimit import REPORT, REPORT_VISITORS, Triple, of_source, take_each
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

MANY_REPORTS = N_(
    "Many reports or requests came from your network. Please send the form again: your browser then does a short "
    "calculation first. Or sign in: members have a limit of their own."
)
ADDRESSES = ["/c/{comment:str}/report", "/t/{thread:str}/report", "/u/{name:str}/report"]


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


async def count_use(request: AnyRequest, limits: Triple, visitors: Triple, form: Form) -> None:
    """Take a token for the member or for the visitors of their host and network, and that for all.

    `visitors` are limits without a proof of work, with one and with a hard one. Raises TooMany; for visitors also as
    ProofOfWorkNeeded, whose challenge the form then has.
    """
    reporter, address = reporter_of(request), address_of(request)
    if reporter is not None:
        await take_each(limits, reporter.id, address)
        return
    key, everybody = request.url.path, Use(limits[2], EVERYBODY)
    steps = [[*of_source(limit, source(address)), everybody] for limit in visitors]
    bits = await proof_of_work.bits_of(form.values.pop("answer", ""), key)
    try:
        await proof_of_work.take(steps, key=key, bits=bits, why=MANY_REPORTS)
    except ProofOfWorkNeeded as error:
        form.challenge = error.challenge
        raise


@get(ADDRESSES, name="moderation:report-form", opt={"who": ANYONE})
async def report_form(request: AnyRequest) -> Response[Any]:
    return await _form_page(request, await subjects.at(request))


@post(ADDRESSES, name="moderation:report", opt={"who": ANYONE})
async def report(request: AnyRequest) -> Response[Any]:
    subject, reporter = await subjects.at(request), reporter_of(request)
    offered = [ground.code for ground in await grounds(illegal_only=reporter is None)]
    form = ReportForm(await posted_fields(request), offered, visitor=reporter is None)
    if not form.errors:
        with form.refusals():
            await count_use(request, REPORT, REPORT_VISITORS, form)
            sender = source(address_of(request)).network if reporter is None else None
            entered = (form.reason or "", form.words, reporter, form.name, form.email, sender)
            await ops.report(ReportInput(subject.kind, subject.id, *entered))
    if form.errors:
        return await _form_page(request, subject, form, form.status)
    return Redirect(f"{quote(subject.report_address)}/done", status_code=303)


@get([f"{address}/done" for address in ADDRESSES], name="moderation:reported", opt={"who": ANYONE})
async def reported(request: AnyRequest) -> Response[Any]:
    subject = await subjects.at(request)
    return page(request, "moderation/reports/reported.html", subject=subject, as_visitor=reporter_of(request) is None)


def _report_of_link(report: str, key: str) -> int:
    """Return the id of the report that a mailed link is for. Raises NotFound if the link is not valid."""
    report_id = as_id(report) or 0
    if not receipts.is_key(report_id, key):
        raise NotFound
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


handlers: list[object] = [confirm_page, confirm, report_form, report, reported]
