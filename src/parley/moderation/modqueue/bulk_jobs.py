"""One decision on all comments that a filter of the queue finds: asked for in one step, made by the worker.

Each comment is decided in its own transaction, with its own statement of reasons; so is each undone.
"""

from datetime import datetime
from typing import Any

import msgspec
import structlog

from parley.moderation.decisions import mass_undo, rules
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions.rules import ACTIONS, Choice
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.moderation.modqueue import in_place
from parley.moderation.modqueue.filters import QueueFilter
from parley.moderation.modqueue.queries import IS_CHOSEN
from parley.moderation.modqueue.tables import BulkDecision, BulkItem
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Forbidden, NotFound, ParleyError, Refused
from parley.platform.events import attempts
from parley.platform.events.job_wakeups import wake_job
from parley.platform.http.access import MODERATOR
from parley.platform.text.messages import N_, as_text

log = structlog.get_logger(__name__)
JOB = "bulk decisions"
CHOICES = ("remove", "collapse", "approve")
MOST, UNDO_HOURS = 10_000, 24
# $12: only what was in the queue when the moderator looked.
FOUND = f"""
from queue_item i join comment c on i.kind = 'comment' and c.id = i.target left join member m on m.id = c.author
where {IS_CHOSEN} and i.opened_at <= $12
"""
SELECT_AUTHORS = f"""
select coalesce(m.name, c.imported_author) as name, m.created_at as since, count(*) as comments {FOUND}
group by 1, 2 order by 3 desc, 1
"""
INSERT_ITEMS = f"""
insert into bulk_item (bulk, item, version) select $13, i.id, i.version {FOUND} order by i.id limit {MOST}
"""
SELECT_PROGRESS = """
select b.id, b.moderator, m.name, b.action, b.also, b.reason, b.state, b.created_at,
       count(*) as total, count(*) filter (where i.state = 'waiting') as waiting,
       count(*) filter (where i.state = 'left_out') as left_out, count(*) filter (where i.state = 'undone') as undone,
       count(*) filter (where i.state = 'kept') as kept,
       b.state = 'done' and b.changed_at > now() - $3 * interval '1 hour' as may_be_undone
from bulk_decision b join member m on m.id = b.moderator join bulk_item i on i.bulk = b.id
where ($1::bigint is null or b.id = $1) and ($2::bigint is null or b.moderator = $2)
group by b.id, m.id order by b.id desc limit 5
"""
SELECT_REFUSALS = "select item, refusal from bulk_item where bulk = $1 and refusal <> '' order by id limit 50"
SELECT_DUE = f"""
select id from bulk_decision where state in ('running', 'undoing') and {attempts.due(JOB, "id")} order by id limit 10
"""  # noqa: S608 constants only
LOCK_BULK = """
select b.id, b.moderator, b.action, b.guideline, b.reason, b.law, b.also, b.days, b.state, m.name,
       case when m.state = 'active' then m.role else 'member' end as role,
       array(select r.topic from room_moderator r where r.member = m.id and m.state = 'active') as rooms
from bulk_decision b join member m on m.id = b.moderator where b.id = $1 for no key update of b
"""
# The author is sanctioned once.
SELECT_ITEM = """
select b.id, b.item, b.version, b.decision, b.sanction, c.author, exists (
    select from bulk_item o join decision s on s.id = o.sanction
    where o.bulk = b.bulk and o.sanction is not null and s.target = c.author) as is_sanctioned
from bulk_item b join queue_item i on i.id = b.item join comment c on c.id = i.target
where b.bulk = $1 and b.state = $2
"""
SELECT_NEXT = f"{SELECT_ITEM} order by b.id limit 1"
SELECT_LAST = f"{SELECT_ITEM} order by b.id desc limit 1"


class BulkAuthor(msgspec.Struct, frozen=True):
    """How many of the comments are by one author."""

    name: str | None
    since: datetime | None
    comments: int


class Progress(msgspec.Struct, frozen=True):
    """How far a bulk decision is, by numbers of comments."""

    id: int
    moderator: int
    name: str
    action: str
    also: str | None
    reason: str
    state: str
    created_at: datetime
    total: int
    waiting: int
    left_out: int
    undone: int
    kept: int
    may_be_undone: bool

    @property
    def is_over(self) -> bool:
        return self.state in {"done", "undone"}

    @property
    def decided(self) -> int:
        return self.total - self.waiting - self.left_out


class LeftOut(msgspec.Struct, frozen=True):
    item: int
    refusal: str


class RequestedBulk(msgspec.Struct, frozen=True):
    """A bulk decision with its moderator, as they may decide now."""

    id: int
    moderator: int
    action: str
    guideline: str | None
    reason: str
    law: str
    also: str | None
    days: int | None
    state: str
    name: str
    role: str
    rooms: list[str]

    @property
    def viewer(self) -> Viewer:
        rooms = frozenset(self.rooms)
        return Viewer(id=self.moderator, name=self.name, role=self.role, verified=True, session=0, rooms=rooms)

    def choice(self, action: str, item: int = 0, version: int = 0) -> Choice:
        days = self.days if ACTIONS[action].timed else None
        rule = self.guideline if ACTIONS[action].takes_reason else None
        return Choice(item, version, action, rule, self.reason, days, law=self.law if rule else "")


class NextItem(msgspec.Struct, frozen=True):
    id: int
    item: int
    version: int
    decision: int | None
    sanction: int | None
    author: int | None
    is_sanctioned: bool


async def authors(viewer: int, wanted: QueueFilter, at: datetime) -> list[BulkAuthor]:
    """Who wrote the comments that a filter finds, and how many of them, the most first."""
    return await db.fetch(BulkAuthor, SELECT_AUTHORS, viewer, *wanted.values, at)


async def start(viewer: Viewer, wanted: QueueFilter, at: datetime, choice: Choice, sanction: Choice | None) -> int:
    """Have the worker decide on all comments that the filter finds, as of `at`; return the id of the bulk decision.

    Raises Refused without a filter, for other actions, and where nothing is found.
    """
    rules.require_choice_allowed(choice, "comment")
    if not wanted.query or choice.action not in CHOICES:
        raise Refused(N_("Please choose a filter and what to do."))
    if sanction is not None and viewer.access < ACTIONS[sanction.action].access:
        raise Forbidden(N_("Only moderators of the whole site can do this."))
    also, days = (sanction.action, sanction.days) if sanction else (None, None)
    row = BulkDecision(
        moderator=viewer.id, action=choice.action, guideline=choice.guideline, reason=choice.reason, law=choice.law,
        also=also, days=days,
    )  # fmt: skip
    async with db.atomic():
        (made,) = await BulkDecision.insert(row)
        count = await db.execute(INSERT_ITEMS, viewer.id, *wanted.values, at, made["id"])
        if not count:
            raise Refused(N_("There is nothing to decide: somebody else did, or the filter finds no comments."))
        after = {"count": count, "action": choice.action}
        await modlog.write(viewer, Entry("bulk", "bulk", made["id"], {}, after, choice.guideline, choice.reason))
    await wake_job(JOB)
    number: int = made["id"]
    log.info("bulk decision", bulk=number, member=viewer.id, action=choice.action, comments=count)
    return number


async def progress(viewer: Viewer, bulk: int) -> Progress:
    """A bulk decision of the viewer's own or, for staff of the site, of anybody. Raises NotFound."""
    own = None if viewer.access >= MODERATOR else viewer.id
    row = await db.fetch_one(Progress, SELECT_PROGRESS, bulk, own, UNDO_HOURS)
    if row is None:
        raise NotFound
    return row


async def latest(viewer: Viewer) -> list[Progress]:
    """The last bulk decisions of the viewer."""
    return await db.fetch(Progress, SELECT_PROGRESS, None, viewer.id, UNDO_HOURS)


async def refusals(bulk: int) -> list[LeftOut]:
    return await db.fetch(LeftOut, SELECT_REFUSALS, bulk)


async def undo(viewer: Viewer, bulk: int) -> None:
    """Have the worker undo a bulk decision. Raises NotFound, Refused where it is not done or too old."""
    row = await progress(viewer, bulk)
    is_done = (BulkDecision.id == bulk) & (BulkDecision.state == "done")
    undoing = BulkDecision.update({BulkDecision.state: "undoing", BulkDecision.changed_at: db.NOW}).where(is_done)
    async with db.atomic():
        if not row.may_be_undone or not await undoing.returning(BulkDecision.id):
            raise Refused(N_("This can no longer be undone. The decision stands; you can make a new one."))
        await modlog.write(viewer, Entry("bulk.undo", "bulk", bulk))
    await wake_job(JOB)


async def work_off() -> int:
    """Carry out and undo what was asked for; return the number of bulk decisions."""
    return len(await attempts.each(JOB, await db.values(SELECT_DUE), _work_off, in_transaction=False))


async def _work_off(bulk: int) -> None:
    while await _next(bulk):
        pass


async def _next(bulk: int) -> bool:
    """Decide on the next comment, or undo the decision on it; return False when there is none."""
    async with db.atomic():
        asked = await db.fetch_one(RequestedBulk, LOCK_BULK, bulk)
        if asked is None or asked.state not in {"running", "undoing"}:
            return False
        deciding = asked.state == "running"
        # The last decision is undone first.
        select, state = (SELECT_NEXT, "waiting") if deciding else (SELECT_LAST, "decided")
        item = await db.fetch_one(NextItem, select, bulk, state)
        if item is None:
            over = "done" if deciding else "undone"
            row = BulkDecision.id == bulk
            await BulkDecision.update({BulkDecision.state: over, BulkDecision.changed_at: db.NOW}).where(row)
            return False
        await (_decide if deciding else _undo)(asked, item)
    return True


async def _decide(asked: RequestedBulk, item: NextItem) -> None:
    row, sanction = BulkItem.id == item.id, None
    try:
        async with db.atomic():
            decision = await decisions.decide(asked.viewer, asked.choice(asked.action, item.item, item.version))
            if asked.also and item.author and not item.is_sanctioned:
                choice = asked.choice(asked.also)
                sanction = await in_place.decide_on(asked.viewer, "member", item.author, None, choice)
    except ParleyError as refusal:
        await BulkItem.update({BulkItem.state: "left_out", BulkItem.refusal: as_text(refusal.message)}).where(row)
        return
    decided: dict[Any, Any] = {BulkItem.state: "decided", BulkItem.decision: decision, BulkItem.sanction: sanction}
    await BulkItem.update(decided).where(row)


async def _undo(asked: RequestedBulk, item: NextItem) -> None:
    """Undo a decision and the sanction that went with it, the newer first, unless others have decided since."""
    undone = [
        await mass_undo.undo_one(asked.viewer, f"undone.bulk.{asked.id}", decision)
        for decision in (item.sanction, item.decision)
        if decision is not None
    ]
    await BulkItem.update({BulkItem.state: "undone" if all(undone) else "kept"}).where(BulkItem.id == item.id)
