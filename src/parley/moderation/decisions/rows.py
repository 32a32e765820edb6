"""Reading and locking the row of a decision: to undo it, to approve it, to review an appeal against it."""

from datetime import datetime
from typing import Any

import msgspec

from parley.moderation.decisions.rules import Choice, ThreadReference
from parley.moderation.decisions.tables import Decision
from parley.platform import db
from parley.platform.db import NOW
from parley.platform.errors import NotFound

# The item of the decision `d` and, of a sanction, the item of what it was decided about in the same transaction.
ITEMS_OF_DECISION = """
select t.item from decision t where t.id = d.id
    or d.kind = 'member' and t.moderator = d.moderator and t.member = d.target and t.created_at = d.created_at
"""
# The decision `d` was made about the report `r`, which was open at the time.
WAS_REPORTED = f"""
r.item in ({ITEMS_OF_DECISION}) and r.created_at <= d.created_at
and (r.resolved_at is null or r.resolved_at >= d.created_at)
"""
# The decision `d` answered the report `r`. One that needed a second approval answers reports later than it was made.
HAS_ANSWERED = """
r.item = d.item and r.resolved_at >= d.created_at and not exists (
    select from decision later
    where later.item = d.item and later.id > d.id and later.moderator is not null
      and later.action not in ('ask', 'escalate')
      and later.state in ('in_force', 'ended', 'overturned') and later.created_at <= r.resolved_at)
"""
SELECT_REPORTERS = f"""
select r.reporter from decision d join report r on r.item in ({ITEMS_OF_DECISION})
where d.id = $1 and r.reporter is not null
"""  # noqa: S608 constants only


class DecisionRow(msgspec.Struct, frozen=True):
    id: int
    item: int | None
    kind: str
    target: int
    thread: int | None
    action: str
    guideline: str | None
    moderator: int | None
    second_moderator: int | None
    member: int | None
    reason: str
    until: datetime | None
    role: str | None
    passage: int | None
    state: str
    before: str
    created_at: datetime

    @property
    def choice(self) -> Choice:
        """What was chosen, to carry it out later. No queue item is involved."""
        to = ThreadReference(self.thread, self.passage) if self.passage and self.thread else None
        return Choice(0, 0, self.action, self.guideline, self.reason, role=self.role, to=to, until=self.until)

    @property
    def was(self) -> dict[str, Any]:
        """The state of the target before the decision."""
        decoded: dict[str, Any] = msgspec.json.decode(self.before)
        return decoded


async def load(decision: int, *, lock: bool = False) -> DecisionRow:
    """Read a decision. Raises NotFound."""
    query = Decision.select().where(Decision.id == decision)
    row = await db.fetch_one(DecisionRow, query.lock_rows() if lock else query)
    if row is None:
        raise NotFound
    return row


async def end(decision: int, state: str) -> None:
    """Set the `state` of a decision that is no longer in force."""
    await Decision.update({Decision.state: state, Decision.ended_at: NOW}).where(Decision.id == decision)


async def reporters(decision: int) -> set[int]:
    """The members who ever reported what a decision is about."""
    return set(await db.values(SELECT_REPORTERS, decision))
