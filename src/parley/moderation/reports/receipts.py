"""Letters to people who reported something: the receipt, the outcome, and a correction."""

from datetime import timedelta
from urllib.parse import quote

import msgspec

from parley.people import mail
from parley.people.accounts import addresses
from parley.platform import db
from parley.platform.errors import TooMany
from parley.platform.ratelimit import RECEIPT_ADDRESS, take
from parley.platform.settings import settings
from parley.platform.signing import is_signature, sign
from parley.platform.text.languages import speaking
from parley.platform.text.messages import N_

THINGS = {"comment": N_("a comment"), "article": N_("an article"), "member": N_("a member")}
ASKS_FOR_LESS = "exists (select from rights_request q where q.report = r.id) as asks_for_less"
FROM_REPORTS = """
report r join queue_item i on i.id = r.item join guideline g on g.code = r.guideline
left join member m on m.id = r.reporter
left join member u on i.kind = 'member' and u.id = i.target
"""
PATH = "case i.kind when 'member' then '/u/' || u.name when 'article' then '/t/' || i.target else '/c/' || i.target end"
REPORT_MAIL_COLUMNS = f"""
m.name, coalesce(m.email, r.email) as email, i.kind, {PATH} as path, g.title as ground, r.outcome,
r.reporter is null as is_visitor, m.id is not null or r.proven as is_confirmed, {ASKS_FOR_LESS}
"""
HAS_ADDRESS = "(m.state <> 'anonymised' or m.id is null and r.email is not null)"
# A visitor may enter an address that is not theirs, so an address gets one receipt and one outcome per item.
SELECT_RECEIPT = f"""
select {REPORT_MAIL_COLUMNS} from {FROM_REPORTS} where r.id = $1 and {HAS_ADDRESS} and not exists (
    select from report o where o.item = r.item and lower(o.email) = lower(r.email) and o.id < r.id)
"""  # noqa: S608 constants only
SELECT_RESOLVED = f"""
select distinct on (lower(coalesce(m.email, r.email))) {REPORT_MAIL_COLUMNS}
from decision d join {FROM_REPORTS} on r.item = d.item
where d.id = $1 and r.outcome is not null and r.resolved_at >= d.created_at and {HAS_ADDRESS}
order by lower(coalesce(m.email, r.email)), r.id
"""  # noqa: S608 constants only
SELECT_CORRECTED = f"""
select distinct on (lower(coalesce(m.email, r.email))) {REPORT_MAIL_COLUMNS} from {FROM_REPORTS}
where r.id = any($1::bigint[]) and {HAS_ADDRESS} order by lower(coalesce(m.email, r.email)), r.id
"""  # noqa: S608 constants only


class ReportMail(msgspec.Struct, frozen=True):
    """What the letters about a report say, and where they go.

    `name` is None for visitors, whose names nobody has checked. `is_confirmed` is false while the address may belong to
    somebody else. `asks_for_less`: it came with a request to show less of an article, which is not called a report.
    """

    name: str | None
    email: str
    kind: str
    path: str
    ground: str
    outcome: str | None
    is_visitor: bool
    is_confirmed: bool
    asks_for_less: bool


async def send_receipt(report: int) -> None:
    """Mail the reporter that their report has arrived."""
    for row in await db.fetch(ReportMail, SELECT_RECEIPT, report):
        link = f"{settings().base_url}/reports/{report}/{key(report)}" if row.is_visitor else None
        await _send(f"receipt.{report}", row, "receipt", confirm=link)


async def send_outcome(decision: int, mail_kind: str, delay: timedelta) -> None:
    """Mail the outcome of a decision to those whose reports it resolved, after `delay`."""
    for report in await db.fetch(ReportMail, SELECT_RESOLVED, decision):
        await _send(mail_kind, report, "outcome", delay)


async def send_correction(reports: list[int], decision: int) -> None:
    """Mail the reporters that the `decision` on their reports was overturned."""
    for report in await db.fetch(ReportMail, SELECT_CORRECTED, reports):
        await _send(f"corrected.{decision}", report, "corrected")


async def _send(
    kind: str, report: ReportMail, template: str, delay: timedelta = timedelta(0), **more: str | None
) -> None:
    """Mail a letter, unless it goes to an address that nobody confirmed, which got many today."""
    try:
        if not report.is_confirmed:
            await take(RECEIPT_ADDRESS, addresses.mailbox(report.email))
    except TooMany:
        return
    with speaking(await mail.language_of(report.email)):
        written = _write(template, report, **more)
    await mail.send(kind, report.email, *written, delay=delay)


def outcome(report: ReportMail) -> tuple[str, str, str]:
    return _write("outcome", report)


def key(report: int) -> str:
    """Return the signature in the link by which a visitor confirms their address."""
    return sign("report", str(report).encode()).hex()


def is_key(report: int, key: str) -> bool:
    """Whether `key` is the signature in the link of this report."""
    return is_signature("report", str(report).encode(), key)


def _write(template: str, report: ReportMail, **more: str | None) -> tuple[str, str, str]:
    link = settings().base_url + quote(report.path)
    facts = msgspec.structs.asdict(report) | {"thing": THINGS[report.kind], "link": link, "redress": settings().redress}
    return mail.written_message(template, **facts, **more)
