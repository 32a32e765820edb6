"""Undoing everything that a moderator decided since a time: asked for in one step, done by the worker.

For an account in wrong hands, and for hasty ones. Decisions are undone from the newest on, each in its own transaction,
with its own entry in the record.
"""

from datetime import datetime

import msgspec
import structlog

from parley.discussion.threads import rooms
from parley.moderation.decisions import letters, ops, rules, undoing
from parley.moderation.decisions.rows import DecisionRow
from parley.moderation.decisions.rules import ON_THREAD
from parley.moderation.decisions.tables import MassUndo
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.moderation.reports.targets import Target
from parley.people import mail
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.db import NOW
from parley.platform.errors import Forbidden, ParleyError, Refused
from parley.platform.events import attempts
from parley.platform.events.job_wakeups import wake_job
from parley.platform.http.access import ADMIN
from parley.platform.settings import settings
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)
JOB = "undoing"

# How far back, in hours.
SPANS = {
    1: N_("The last hour"),
    6: N_("The last six hours"),
    24: N_("The last day"),
    72: N_("The last three days"),
    168: N_("The last week"),
    720: N_("The last 30 days"),
}
# Those that a second moderator approved, or upheld against an appeal, stand.
MAY_BE_UNDONE = """
d.state in ('in_force', 'awaiting') and d.second_moderator is null and d.action <> 'escalate'
and not exists (select from appeal a where a.decision = d.id and a.state in ('upheld', 'modified')
    and a.assigned_to is distinct from d.moderator)
"""
IS_UNDOABLE = f"select {MAY_BE_UNDONE} from decision d where d.id = $1"  # noqa: S608 a constant
COUNT_SINCE = f"""
select (select count(*) from decision d where d.moderator = $1 and {MAY_BE_UNDONE}
        and d.created_at > now() - hours * interval '1 hour')
from unnest($2::int[]) with ordinality as spans(hours, number) order by number
"""  # noqa: S608 a constant
SELECT_DUE = f"""
select id from mass_undo where done_at is null and {attempts.due(JOB, "id")} order by id limit 10
"""  # noqa: S608 constants only
LOCK_REQUEST = """
select u.id, u.moderator, u.since, u.reached, u.created_at, u.done_at, m.id as admin, m.name as admin_name,
       case when m.state = 'active' then m.role else 'member' end as role
from mass_undo u join member m on m.id = u.admin where u.id = $1 for no key update of u
"""
SELECT_NEXT = f"""
select d.id from decision d where d.moderator = $1 and d.created_at >= $2 and d.created_at <= $3 and {MAY_BE_UNDONE}
  and ($4::bigint is null or d.id < $4)
order by d.id desc limit 1
"""  # noqa: S608 a constant
# The state of a thread, and the place of a comment, are those of the newest decision about them.
WAS_CHANGED_SINCE = """
select exists (select from decision d where d.id > $1 and d.state not in ('undone', 'rejected', 'awaiting')
  and (d.thread = $2 and d.action = any($5::text[]) and $6 = any($5::text[])
    or d.kind = $3 and d.target = $4 and d.action = any($7::text[]) and $6 = any($7::text[])))
"""
OF_BRANCH = ["move", "lock_branch", "unlock_branch"]
# Who has read the reasons of a decision by now, and no letter of this kind.
SELECT_READER = """
select m.id, m.name, m.email from member m join mail l on l.kind = $1 and l.sent_at is not null
where m.id = $2 and not exists (select from mail o where o.kind = $3 and o.recipient = m.email)
"""


class UndoRequest(msgspec.Struct, frozen=True):
    id: int
    moderator: int
    since: datetime
    reached: int | None
    created_at: datetime
    done_at: datetime | None
    admin: int
    admin_name: str
    role: str

    @property
    def viewer(self) -> Viewer:
        return Viewer(id=self.admin, name=self.admin_name, role=self.role, verified=True, session=0)


class LetterReader(msgspec.Struct, frozen=True):
    id: int
    name: str
    email: str


class UndoProgress(msgspec.Struct, frozen=True):
    """How far a request is: how many decisions are undone, and how many could not be."""

    id: int
    since: datetime
    reason: str
    undone: int
    left_out: int
    created_at: datetime
    done_at: datetime | None


async def counts(moderator: int) -> dict[int, int]:
    """How many decisions of a moderator would be undone, by the hours of `SPANS`."""
    return dict(zip(SPANS, await db.values(COUNT_SINCE, moderator, list(SPANS)), strict=True))


async def requests(moderator: int) -> list[UndoProgress]:
    """The last requests to undo what a moderator decided, the newest first."""
    of_moderator = MassUndo.select().where(MassUndo.moderator == moderator)
    return await db.fetch(UndoProgress, of_moderator.order_by(MassUndo.id, ascending=False).limit(10))


async def request(viewer: Viewer, moderator: int, hours: int, reason: str) -> int:
    """Have the worker undo what a moderator decided in the last hours; return the id of the request.

    Raises Forbidden for anybody but admins, Refused for another span or without a reason.
    """
    if viewer.access < ADMIN:
        raise Forbidden(N_("Only admins can do this."))
    if hours not in SPANS or not reason.strip():
        raise Refused(N_("Please choose since when, and give a reason: it stands in the log."))
    async with db.atomic():
        since = await db.value("select now() - $1 * interval '1 hour'", hours)
        row = MassUndo(moderator=moderator, since=since, admin=viewer.id, reason=reason)
        (made,) = await MassUndo.insert(row)
        after = {"since": since.isoformat()}
        await modlog.write(viewer, Entry("undo.all", "member", moderator, after=after, reason=reason))
    await wake_job(JOB)
    number: int = made["id"]
    log.info("everything of a moderator is undone", moderator=moderator, admin=viewer.id, request=number)
    return number


async def work_off() -> int:
    """Undo what was asked for; return the number of requests."""
    return len(await attempts.each(JOB, await db.values(SELECT_DUE), _work_off, in_transaction=False))


async def _work_off(number: int) -> None:
    while await _undo_next(number):
        pass


async def _undo_next(number: int) -> bool:
    """Undo the newest decision that was not looked at yet; return False when there is none."""
    async with db.atomic():
        asked = await db.fetch_one(UndoRequest, LOCK_REQUEST, number)
        if asked is None or asked.done_at is not None:
            return False
        row = MassUndo.id == number
        if asked.viewer.access < ADMIN:
            # Their account was in wrong hands too.
            await MassUndo.update({MassUndo.done_at: NOW}).where(row)
            return False
        decision = await db.value(SELECT_NEXT, asked.moderator, asked.since, asked.created_at, asked.reached)
        if decision is None:
            await MassUndo.update({MassUndo.done_at: NOW}).where(row)
            return False
        undone = await undo_one(asked.viewer, f"undone.{number}", decision)
        column = MassUndo.undone if undone else MassUndo.left_out
        await MassUndo.update({MassUndo.reached: decision, column: column + 1}).where(row)
    return True


async def undo_one(viewer: Viewer, letter: str, decision: int) -> bool:
    """Undo a decision, unless it can no longer be undone.

    Whoever has read its reasons gets one letter of the kind `letter` for all decisions that are undone with it.
    """
    try:
        async with db.atomic():
            made, target = await undoing.lock(decision)
            await rooms.require(viewer, target.thread or made.thread)
            rules.require_decision_allowed(viewer, await _concerned(viewer, made, target), set())
            if not await db.value(IS_UNDOABLE, made.id) or await _was_changed_since(made):
                return False
            readers = await db.fetch(LetterReader, SELECT_READER, letters.kind(made.id), made.member, letter)
            await undoing.revert(viewer, made, target)
            await _tell(letter, readers)
    except ParleyError as error:
        log.info("decision not undone", decision=decision, error=str(error))
        return False
    return True


async def _concerned(viewer: Viewer, made: DecisionRow, target: Target) -> int | None:
    """The member who may not undo a decision, since it is about them; if nobody else can, they may."""
    is_own = made.action not in ON_THREAD and viewer.id in {made.member, target.member}
    return viewer.id if is_own and not await ops.is_alone(viewer) else None


async def _was_changed_since(made: DecisionRow) -> bool:
    about = (made.id, made.thread, made.kind, made.target)
    return bool(await db.value(WAS_CHANGED_SINCE, *about, list(ON_THREAD), made.action, OF_BRANCH))


async def _tell(letter: str, readers: list[LetterReader]) -> None:
    """Mail a member, once for all decisions about them."""
    link = f"{settings().base_url}/settings/data#decisions"
    for reader in readers:
        await mail.send_written(letter, reader.email, "undone", name=reader.name, link=link)
