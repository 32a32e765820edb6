"""What people are told of decisions by mail."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import msgspec

from parley import mail
from parley.accounts import queries as accounts
from parley.core import db
from parley.core.http.pages import day
from parley.core.settings import settings
from parley.decisions import queries
from parley.mail.links import proof
from parley.reports import receipts

# What else a decision tells; hooks.py fills this in. Given the decision, in the transaction that tells of it.
after_statement: list[Callable[[int], Awaitable[None]]] = []


class Concerned(msgspec.Struct, frozen=True):
    name: str
    email: str
    action: str
    reason: str
    guideline: str | None
    until: datetime | None
    automated: bool


CONCERNED = """
select m.name, m.email, d.action, d.reason, g.title as guideline, d.until, d.moderator is null as automated
from decision d join member m on m.id = d.member left join guideline g on g.code = d.guideline
where d.id = $1 and d.guideline is not null and d.action in ('remove', 'collapse', 'warn', 'silence', 'suspend')
"""


class Role(msgspec.Struct, frozen=True):
    name: str
    email: str
    role: str
    reason: str


ROLE = """
select m.name, m.email, d.role, d.reason from decision d join member m on m.id = d.target
where d.id = $1 and d.action = 'role'
"""


async def tell(decision: int, delay: timedelta = timedelta(0)) -> None:
    """Mail the statement of reasons, or their new role, to whom a decision concerns, and its outcome to who reported.

    All of it goes out after `delay`.
    """
    concerned = await db.fetch_one(Concerned, CONCERNED, decision)
    if concerned is not None:
        await mail.send(kind(decision), concerned.email, *statement(concerned, link(decision)), delay=delay)
    for given in await db.fetch(Role, ROLE, decision):
        await mail.send(
            kind(decision), given.email, *mail.written_message("role", **msgspec.structs.asdict(given)), delay=delay
        )
    await receipts.answer(decision, kind(decision), delay)
    for told in after_statement:
        await told(decision)


def statement(concerned: Concerned, link: str) -> tuple[str, str, str]:
    """The subject, text and HTML of what somebody is told of a decision about them."""
    until = concerned.until
    lasts = f"until {day(until)}, {until:%H:%M} UTC" if until else "permanently"
    return mail.written_message("decision", **msgspec.structs.asdict(concerned), lasts=lasts, link=link)


async def keep_back(decision: int) -> None:
    """Send nothing of what `tell` wrote and is not sent yet."""
    await db.execute("delete from mail where kind = $1 and sent_at is null", kind(decision))


def kind(decision: int) -> str:
    return f"decision.{decision}"


def link(decision: int) -> str:
    """The address of a decision's statement, open to whoever has it: the suspended cannot sign in."""
    return f"{settings().base_url}/decision/{decision}?key={key(decision)}"


async def where_to_appeal(member: int) -> str | None:
    """The path of the statement by which a member is suspended, open to whoever has it."""
    decision = await queries.suspension(member)
    return f"/decision/{decision}?key={key(decision)}" if decision else None


def key(decision: int) -> str:
    """What proves that somebody was sent the link to this statement."""
    return proof("decision", str(decision).encode()).hex()


async def lifted(member: int, reason: str) -> None:
    """Mail that a silence or a suspension ended before its time."""
    to = await accounts.account(member)
    if to is not None:
        await mail.send(
            "lifted", to.email, *mail.written_message("lifted", name=to.name, reason=reason, link=settings().base_url)
        )


class Appellant(msgspec.Struct, frozen=True):
    name: str
    email: str
    decision: int
    outcome: str
    answer: str


APPELLANT = """
select m.name, m.email, a.decision, a.state as outcome, a.answer from appeal a join member m on m.id = a.member
where a.id = $1
"""


async def answer(appeal: int) -> None:
    """Mail what became of an appeal, with the link to the statement as it is now."""
    for one in await db.fetch(Appellant, APPELLANT, appeal):
        context = msgspec.structs.asdict(one) | {"link": link(one.decision)}
        await mail.send(f"appeal.{appeal}", one.email, *mail.written_message("appeal", **context))
        for told in after_statement:
            await told(one.decision)
