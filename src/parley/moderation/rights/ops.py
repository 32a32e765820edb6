"""Requesting that less of an article is shown, and answering such a request. Moderators decide on its report."""

import msgspec

from parley.moderation.reports import ops as reports
from parley.moderation.reports import receipts
from parley.moderation.reports.ops import ReportInput
from parley.moderation.reports.tables import Report
from parley.moderation.rights.rules import GROUNDS, WISHES
from parley.moderation.rights.tables import RightsRequest
from parley.people import mail
from parley.people.community.tables import Guideline
from parley.platform import db
from parley.platform.db import NOW
from parley.platform.errors import Refused
from parley.platform.settings import settings
from parley.platform.text.languages import speaking
from parley.platform.text.messages import N_

SELECT_STARTER = """
select q.id, q.ground, q.wish, r.text, t.id as thread, t.title, m.name, m.email
from rights_request q join report r on r.id = q.report join queue_item i on i.id = r.item
join thread t on t.id = i.target join member m on m.id = t.starter
where q.report = $1 and m.state = 'active' and m.id is distinct from r.reporter
"""
IS_OPEN = "select r.state <> 'resolved' from rights_request q join report r on r.id = q.report where q.id = $1"


class RightsRequestInput(msgspec.Struct, frozen=True):
    """A request as it was entered. The report says who sent it, about which article, and why."""

    report_input: ReportInput
    ground: str
    wish: str
    original: str


async def request(wanted: RightsRequestInput) -> int:
    """Save a request with its report and return its id.

    Raises Refused where the member has a request or report about the article that waits.
    """
    # The ground of the report is the community's first rule about the law.
    illegal = Guideline.select(Guideline.code).where(Guideline.illegal == True, Guideline.retired == False)  # noqa: E712 SQL
    async with db.atomic():
        # The receipt says that this is a request, so it is sent once the request is saved.
        guideline = await db.value(illegal.order_by(Guideline.position, Guideline.code).limit(1)) or ""
        report_input = msgspec.structs.replace(wanted.report_input, guideline=guideline, gets_receipt=False)
        report = await reports.report(report_input)
        inserted = await RightsRequest.insert(
            RightsRequest(report=report, ground=wanted.ground, wish=wanted.wish, original=wanted.original)
        ).on_conflict(RightsRequest.report, "DO NOTHING")
        # A report that was there before does not have the text of this request.
        if not inserted or await Report.exists().where(Report.id == report, Report.created_at < NOW):
            raise Refused(N_("You have already reported this article, and a moderator will look at it."))
        await receipts.send_receipt(report)
        if report_input.reporter is not None:
            await notify_starter(report)
    number: int = inserted[0]["id"]
    return number


class RequestNotice(msgspec.Struct, frozen=True):
    """A request for the member who added the article."""

    id: int
    ground: str
    wish: str
    text: str
    thread: int
    title: str
    name: str
    email: str


async def notify_starter(report: int) -> None:
    """Mail the member who added the article that a request has come, without saying from whom."""
    for row in await db.fetch(RequestNotice, SELECT_STARTER, report):
        link = f"{settings().base_url}/t/{row.thread}/rights/{row.id}"
        context = msgspec.structs.asdict(row) | {"ground": GROUNDS[row.ground], "wish": WISHES[row.wish], "link": link}
        with speaking(await mail.language_of(row.email)):
            await mail.send(f"rights.{row.id}", row.email, *mail.written_message("rights", **context))


async def answer(number: int, text: str) -> None:
    """Save the answer of the member who added the article. Raises Refused once a moderator has decided."""
    async with db.atomic():
        if not await db.value(IS_OPEN, number):
            raise Refused(N_("A moderator has decided this in the meantime. Your text is kept."))
        await RightsRequest.update({RightsRequest.answer: text, RightsRequest.answered_at: NOW}).where(
            RightsRequest.id == number
        )
        await reports.notify_queue()
