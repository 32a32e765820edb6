"""The letters about decisions, and previews of them."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from parley.discussion.comments.rules import EXCERPT
from parley.moderation.decisions import queries
from parley.moderation.decisions.rules import ACTIONS, APPEAL_DAYS, PENDING, Choice, act
from parley.moderation.reports import receipts
from parley.moderation.reports.receipts import ReportMail
from parley.people import mail
from parley.people.accounts import queries as accounts
from parley.people.community.queries import SENSITIVE
from parley.people.community.tables import Guideline
from parley.people.mail.tables import Mail
from parley.platform import db
from parley.platform.settings import settings
from parley.platform.signing import is_signature, sign
from parley.platform.text.formats import clock
from parley.platform.text.languages import speaking
from parley.platform.text.messages import N_, Message

# Called with the decision in the transaction that sends its letters; hooks.py fills this in.
after_letters: list[Callable[[int], Awaitable[None]]] = []

# The words are quoted unless the ground is grave: nobody needs to read those again. What was removed of a profile, and
# a title, are named by what they are: they stand in no letter.
SELECT_CONCERNED = f"""
select m.name, m.email, d.kind, d.action, d.reason, g.title as guideline, d.until,
       d.moderator is null as automated, d.role, d.target, t.title as thread,
       d.created_at + $3::interval as appeal_until,
       case when g.severity < {SENSITIVE} then case d.kind when 'comment' then {EXCERPT}
                when 'article' then (select left(p.text, 300) from passage p join revision r on r.id = p.revision
                      where r.article = t.article and p.lineage = d.passage order by r.number desc limit 1) end
       end as words, case d.kind when 'article' then t.created_at else c.created_at end as written_at, d.law
from decision d join member m on m.id = d.member left join guideline g on g.code = d.guideline
left join comment c on d.kind = 'comment' and c.id = d.target left join thread t on t.id = d.thread
where d.id = $1 and m.state <> 'anonymised' and (d.action in ('role', 'ask', 'archive', 'message')
    or d.guideline is not null and d.action = any($2::text[]))
"""  # noqa: S608 constants only
APPEAL = timedelta(days=APPEAL_DAYS)
APPEALS = N_(
    "You can appeal until {day}. It is free. A moderator reviews the decision: one who had no part in it, if there "
    "is one."
)
WRITTEN = N_("It is the one that you wrote on {day}, {time}.")
ADDED = N_("The article is the one that you added on {day}, {time}.")
QUOTED = N_("(Here the letter quotes the beginning of the comment.)")
# All reporters get the same letter; the preview shows the one to the first reporter.
SELECT_REPORTER = f"""
select '…' as name, '' as email, i.kind, {receipts.PATH} as path, g.title as ground,
       $2::text as outcome, false as is_visitor, true as is_confirmed, {receipts.ASKS_FOR_LESS}
from {receipts.FROM_REPORTS} where i.id = $1 and r.state <> 'resolved' order by r.id limit 1
"""  # noqa: S608 constants only


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
    target: int = 0
    # Of the discussion, and of what it is about: the words, None if they are not to be quoted, and when it was written
    # or added.
    thread: str | None = None
    appeal_until: datetime | None = None
    words: str | None = None
    written_at: datetime | None = None
    law: str | None = None


async def send(decision: int, delay: timedelta = timedelta(0)) -> None:
    """Mail the member concerned their statement of reasons or new role, and reporters the outcome, after `delay`."""
    concerned = await db.fetch_one(Concerned, SELECT_CONCERNED, decision, queries.RESTRICTIONS, APPEAL)
    if concerned is not None:
        with speaking(await mail.language_of(concerned.email)):
            await mail.send(kind(decision), concerned.email, *_write(concerned, link(decision)), delay=delay)
    await receipts.send_outcome(decision, _outcome_kind(decision), delay)
    for hook in after_letters:
        await hook(decision)


def _write(concerned: Concerned, link: str) -> tuple[str, str, str]:
    """The subject, text and HTML of the letter to the member concerned."""
    match concerned.action:
        case "role":
            return new_role(concerned)
        case "ask":
            return request_to_edit(concerned)
        case "archive":
            return archived(concerned)
        case "message":
            reason = concerned.reason
            return mail.written_message("message_from_staff", name=concerned.name, reason=reason, link=link)
    return reasons(concerned, link)


def request_to_edit(concerned: Concerned) -> tuple[str, str, str]:
    """The subject, text and HTML of the letter that asks an author to edit their comment."""
    # A preview does not know the comment.
    link = f"{settings().base_url}/c/{concerned.target or '…'}/edit"
    return mail.written_message(
        "ask", name=concerned.name, reason=concerned.reason, guideline=concerned.guideline, link=link
    )


def archived(concerned: Concerned) -> tuple[str, str, str]:
    """The subject, text and HTML of the letter about an archived thread to the member who added its article."""
    return mail.written_message(
        "archived",
        name=concerned.name,
        thread=concerned.thread,
        reason=concerned.reason,
        link=f"{settings().base_url}/t/{concerned.target}",
    )


def new_role(concerned: Concerned) -> tuple[str, str, str]:
    """The subject, text and HTML of the letter about a new role."""
    return mail.written_message("role", name=concerned.name, role=concerned.role, reason=concerned.reason)


def _which(kind: str, at: datetime) -> Message:
    """Say which comment or article a letter is about, by when it was written or added."""
    return ADDED.format(day=at, time=clock(at)) if kind == "article" else WRITTEN.format(day=at, time=clock(at))


def reasons(concerned: Concerned, link: str) -> tuple[str, str, str]:
    """The subject, text and HTML of a statement of reasons."""
    until = concerned.until
    lasts = N_("until {day}, {time}").format(day=until, time=clock(until)) if until else N_("permanently")
    written = concerned.written_at
    dates = {
        "appeals": concerned.appeal_until and APPEALS.format(day=concerned.appeal_until),
        "written": written and _which(concerned.kind, written),
    }
    context = msgspec.structs.asdict(concerned) | dates | {"action": act(concerned.kind, concerned.action)}
    return mail.written_message(
        "decision", **context, permanent=until is None, lasts=lasts, link=link, redress=settings().redress
    )


async def cancel(decision: int) -> None:
    """Delete the letters about a decision that are not sent yet."""
    await Mail.delete().where(Mail.kind.is_in([kind(decision), _outcome_kind(decision)]), Mail.sent_at.is_null())


async def hold_back(decisions: list[int]) -> None:
    """Hold back the letters with the reasons of decisions that have ended, if they are not sent yet."""
    await _set_state(decisions, "planned", "stopped")


async def send_after_all(decisions: list[int]) -> None:
    """Send the letters that were held back, since the decisions are in force again."""
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
    """The address of a statement of reasons. It needs no sign-in, since suspended members cannot sign in."""
    return f"{settings().base_url}/decision/{decision}?key={key(decision)}"


async def where_to_appeal(member: int) -> str | None:
    """The path of the statement of reasons of a member's suspension, open without sign-in."""
    decision = await queries.suspension(member)
    return f"/decision/{decision}?key={key(decision)}" if decision else None


def key(decision: int) -> str:
    """The secret part of the link to a statement of reasons."""
    return sign("decision", str(decision).encode()).hex()


def is_key(decision: int, key: str) -> bool:
    """Whether `key` is the secret part of the link to this statement of reasons."""
    return is_signature("decision", str(decision).encode(), key)


class LetterPreview(msgspec.Struct, frozen=True):
    """The letters to the member concerned, and the one to the reporters, if they get one."""

    concerned: list[str]
    reporters: str | None


async def draft_letters(choice: Choice, member: int | None, kind: str, sanction: Choice | None = None) -> LetterPreview:
    """The letters of a decision about a target of this kind that concerns `member`, and of a sanction with it."""
    decisions = [(choice, kind)] + ([(sanction, "member")] if sanction else [])
    drafts = [await _draft_reasons(member, *decision) for decision in decisions] if member else []
    reporter = await db.fetch_one(ReportMail, SELECT_REPORTER, choice.item, ACTIONS[choice.action].answers)
    return LetterPreview(
        concerned=[draft for draft in drafts if draft],
        reporters=receipts.outcome(reporter)[1] if reporter and choice.action not in PENDING else None,
    )


async def _draft_reasons(member: int, choice: Choice, kind: str) -> str | None:
    to = await accounts.account(member)
    if to is None or not ACTIONS[choice.action].takes_reason:
        return None
    title = await db.value(Guideline.select(Guideline.title).where(Guideline.code == choice.guideline))
    concerned = Concerned(to.name, to.email, kind, choice.action, choice.reason, title, choice.ends, automated=False)
    words = QUOTED if kind == "comment" else None
    concerned = replace(concerned, appeal_until=choice.at + APPEAL, words=words, law=choice.law or None)
    # The decision has no number yet.
    return _write(concerned, link(0).partition("0?")[0] + "…")[1]
