"""Reporting comments, articles and members, and asking that less of an article is shown."""

import msgspec
from litestar import Response, Router, post
from litestar.params import JSONBody

from parley.interfaces.api import fields
from parley.interfaces.api.answers import answer_write, problems
from parley.interfaces.api.bodies import Body, as_fields, check
from parley.interfaces.api.scopes import COMMENT
from parley.moderation.reports import ops as reports
from parley.moderation.reports import subjects
from parley.moderation.reports.forms import ReportForm
from parley.moderation.reports.ops import ReportInput
from parley.moderation.reports.subjects import Subject
from parley.people.accounts.viewer import Viewer, signed_in
from parley.people.community.queries import grounds
from parley.platform.http.access import VERIFIED, AnyRequest, address_of
from parley.platform.ratelimit import REPORT, take_each


class NewReport(Body, frozen=True):
    """A report: the code of a published rule, and what is wrong in words."""

    reason: fields.Rule
    text: fields.Text = ""


class Report(msgspec.Struct, frozen=True):
    id: fields.Id


@post("/comments/{comment:str}/reports", name="api:report-comment", responses=problems(403, 404, 422))
async def report_comment(
    request: AnyRequest, comment: fields.CommentPath, data: JSONBody[NewReport]
) -> Response[Report]:
    """Report a comment to the moderators."""
    viewer = signed_in(request)
    return await _report(request, viewer, await subjects.comment(comment, viewer), data)


@post("/threads/{thread:str}/reports", name="api:report-article", responses=problems(403, 404, 422))
async def report_article(request: AnyRequest, thread: fields.ThreadPath, data: JSONBody[NewReport]) -> Response[Report]:
    """Report the article of a thread to the moderators."""
    return await _report(request, signed_in(request), await subjects.article(thread), data)


@post("/members/{name:str}/reports", name="api:report-member", responses=problems(403, 404, 422))
async def report_member(request: AnyRequest, name: fields.NamePath, data: JSONBody[NewReport]) -> Response[Report]:
    """Report a member to the moderators."""
    viewer = signed_in(request)
    return await _report(request, viewer, await subjects.member(name, viewer), data)


async def _report(request: AnyRequest, viewer: Viewer, subject: Subject, data: NewReport) -> Response[Report]:
    form = ReportForm(as_fields(data), [ground.code for ground in await grounds(illegal_only=False)], visitor=False)
    check(form)
    await take_each(REPORT, viewer.id, address_of(request))
    report = await reports.report(ReportInput(subject.kind, subject.id, form.reason or "", form.words, viewer))
    return answer_write(Report(report), 201)


handlers = [
    Router("/", route_handlers=[report_comment, report_article, report_member], opt={"who": VERIFIED, "scope": COMMENT})
]
