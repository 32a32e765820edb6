"""The letters about decisions."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import msgspec

from parley.moderation.decisions import queries
from parley.moderation.decisions.rules import act
from parley.moderation.reports import receipts
from parley.people import mail
from parley.people.accounts import queries as accounts
from parley.platform import db
from parley.platform.db.tables import Mail
from parley.platform.settings import settings
from parley.platform.signing import is_signature, sign
from parley.platform.text.formats import clock
from parley.platform.text.messages import N_

# Called with the decision in the transaction that sends its letters; hooks.py fills this in.
after_statement: list[Callable[[int], Awaitable[None]]] = []


class Concerned(msgspec.Struct, frozen=True):
    """The member whom a decision concerns, and what their letter says."""

    name: str
    email: str
    kind: str
    action: str
    reason: str
    guideline: str | None
    until: datetime | None
    automated: bool
    role: str | None = None


SELECT_CONCERNED = """
select m.name, m.email, d.kind, d.action, d.reason, g.title as guideline, d.until,
       d.moderator is null as automated, d.role
from decision d join member m on m.id = d.member left join guideline g on g.code = d.guideline
where d.id = $1 and (d.action = 'role'
    or d.guideline is not null and d.action = any($2::text[]))
"""


async def send(decision: int, delay: timedelta = timedelta(0)) -> None:
    """Mail the member concerned their statement of reasons or new role, and reporters the outcome, after `delay`."""
    concerned = await db.fetch_one(Concerned, SELECT_CONCERNED, decision, queries.RESTRICTIONS)
    if concerned is not None:
        written = new_role(concerned) if concerned.action == "role" else statement(concerned, link(decision))
        await mail.send(kind(decision), concerned.email, *written, delay=delay)
    await receipts.send_outcome(decision, _outcome_kind(decision), delay)
    for hook in after_statement:
        await hook(decision)


def new_role(concerned: Concerned) -> tuple[str, str, str]:
    """The subject, text and HTML of the letter about a new role."""
    return mail.written_message("role", name=concerned.name, role=concerned.role, reason=concerned.reason)


def statement(concerned: Concerned, link: str) -> tuple[str, str, str]:
    """The subject, text and HTML of a statement of reasons."""
    until = concerned.until
    lasts = N_("until {day}, {time}").format(day=until, time=clock(until)) if until else N_("permanently")
    context = msgspec.structs.asdict(concerned) | {"action": act(concerned.kind, concerned.action)}
    return mail.written_message("decision", **context, permanent=until is None, lasts=lasts, link=link)


async def cancel(decision: int) -> None:
    """Delete the letters about a decision that are not sent yet."""
    await Mail.delete().where(Mail.kind.is_in([kind(decision), _outcome_kind(decision)]), Mail.sent_at.is_null())


async def hold_back(decisions: list[int]) -> None:
    """Do not send the statements of decisions that have ended, where they are not sent yet."""
    await _set_state(decisions, "planned", "stopped")


async def send_after_all(decisions: list[int]) -> None:
    """Send the statements that were held back, since the decisions are in force again."""
    await _set_state(decisions, "stopped", "planned")


async def _set_state(decisions: list[int], before: str, after: str) -> None:
    kinds = [kind(decision) for decision in decisions]
    if kinds:
        await Mail.update({Mail.state: after}).where(Mail.kind.is_in(kinds), Mail.state == before)


def kind(decision: int) -> str:
    """The kind of the letter to the member concerned."""
    return f"decision.{decision}"


def _outcome_kind(decision: int) -> str:
    """The kind of the letters to reporters."""
    return f"outcome.{decision}"


def link(decision: int) -> str:
    """The address of a statement. It needs no sign-in, since suspended members cannot sign in."""
    return f"{settings().base_url}/decision/{decision}?key={key(decision)}"


async def where_to_appeal(member: int) -> str | None:
    """The path of the statement of a member's suspension, open without sign-in."""
    decision = await queries.suspension(member)
    return f"/decision/{decision}?key={key(decision)}" if decision else None


def key(decision: int) -> str:
    """The secret part of the link to a statement."""
    return sign("decision", str(decision).encode()).hex()


def is_key(decision: int, key: str) -> bool:
    """Whether `key` is the secret part of the link to this statement."""
    return is_signature("decision", str(decision).encode(), key)


async def send_lifted(member: int, reason: str) -> None:
    """Mail a member that their sanction was lifted early."""
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


SELECT_APPELLANT = """
select m.name, m.email, a.decision, a.state as outcome, a.answer from appeal a join member m on m.id = a.member
where a.id = $1
"""


async def send_appeal_outcome(appeal: int, *, is_last_resort: bool) -> None:
    """Mail the outcome of an appeal, with a link to the statement of reasons.

    `is_last_resort` says that the reviewer had a part in the decision, and nobody else could review it.
    """
    for appellant in await db.fetch(Appellant, SELECT_APPELLANT, appeal):
        context = msgspec.structs.asdict(appellant) | {
            "link": link(appellant.decision),
            "is_last_resort": is_last_resort,
        }
        await mail.send(f"appeal.{appeal}", appellant.email, *mail.written_message("appeal", **context))
        for hook in after_statement:
            await hook(appellant.decision)
