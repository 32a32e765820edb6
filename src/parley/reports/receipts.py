"""What those who report are told by mail: that their report came, and what became of it; to nobody else a word."""

from datetime import timedelta
from urllib.parse import quote

import msgspec

from parley import mail
from parley.core import db
from parley.core.settings import settings
from parley.mail.links import proof

THINGS = {"comment": "a comment", "article": "an article", "member": "a member"}


class Reporter(msgspec.Struct, frozen=True):
    """Whoever reported something on a ground. What visitors call themselves is theirs to claim, so it is not mailed."""

    name: str | None
    email: str
    kind: str
    path: str
    ground: str
    outcome: str | None
    is_visitor: bool


PATH = "case i.kind when 'member' then '/u/' || u.name when 'article' then '/t/' || i.target else '/c/' || i.target end"
COLUMNS = f"""
m.name, coalesce(m.email, r.email) as email, i.kind, {PATH} as path, g.title as ground, r.outcome,
r.reporter is null as is_visitor
"""
SOURCE = """
report r join queue_item i on i.id = r.item join guideline g on g.code = r.guideline
left join member m on m.id = r.reporter
left join member u on i.kind = 'member' and u.id = i.target
"""
HAS_ADDRESS = "coalesce(m.email, r.email) is not null"
# Whoever names an address need not own it: about one thing it gets one receipt and one outcome, however often reported.
REPORTER = f"""
select {COLUMNS} from {SOURCE} where r.id = $1 and {HAS_ADDRESS} and not exists (
    select from report o where o.item = r.item and lower(o.email) = lower(r.email) and o.id < r.id)
"""  # noqa: S608 constants only
ANSWERED = f"""
select distinct on (lower(coalesce(m.email, r.email))) {COLUMNS} from decision d join {SOURCE} on r.item = d.item
where d.id = $1 and r.outcome is not null and r.resolved_at >= d.created_at and {HAS_ADDRESS}
order by lower(coalesce(m.email, r.email)), r.id
"""  # noqa: S608 constants only
CHANGED = f"""
select distinct on (lower(coalesce(m.email, r.email))) {COLUMNS} from {SOURCE}
where r.id = any($1::bigint[]) and {HAS_ADDRESS} order by lower(coalesce(m.email, r.email)), r.id
"""  # noqa: S608 constants only


async def confirm(report: int) -> None:
    """Mail that a report came, to whoever made it."""
    for one in await db.fetch(Reporter, REPORTER, report):
        await mail.send(f"receipt.{report}", one.email, *_written("receipt", one, prove=_prove_link(report, one)))


async def answer(decision: int, kind: str, delay: timedelta) -> None:
    """Mail what became of the reports that a decision answered, as mail of a `kind`, after `delay`."""
    for one in await db.fetch(Reporter, ANSWERED, decision):
        await mail.send(kind, one.email, *outcome(one), delay=delay)


async def correct(reports: list[int], decision: int) -> None:
    """Mail whoever made these reports that the `decision` on them, which they were told of, was overturned."""
    for one in await db.fetch(Reporter, CHANGED, reports):
        await mail.send(f"corrected.{decision}", one.email, *_written("corrected", one))


def outcome(reporter: Reporter) -> tuple[str, str, str]:
    """The subject, text and HTML of what somebody is told became of their report."""
    return _written("outcome", reporter)


def key(report: int) -> str:
    """What proves that the address of a visitor's report receives our mail."""
    return proof("report", str(report).encode()).hex()


def _prove_link(report: int, one: Reporter) -> str | None:
    return f"{settings().base_url}/reports/{report}/{key(report)}" if one.is_visitor else None


def _written(template: str, one: Reporter, **more: str | None) -> tuple[str, str, str]:
    link = settings().base_url + quote(one.path)
    context = {"name": one.name, "thing": THINGS[one.kind], "ground": one.ground, "outcome": one.outcome, "link": link}
    return mail.written_message(template, **context, **more)
