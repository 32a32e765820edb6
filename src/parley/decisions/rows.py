"""The row of a decision, as undoing it, approving it and appealing against it need it."""

from datetime import datetime
from typing import Any

import msgspec

from parley.core import db
from parley.core.db import NOW
from parley.core.errors import NotFound
from parley.core.text.messages import N_
from parley.decisions.tables import Decision


class DecisionRow(msgspec.Struct, frozen=True):
    id: int
    item: int | None
    kind: str
    target: int
    action: str
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
    def was(self) -> dict[str, Any]:
        """The state of the target before the decision."""
        decoded: dict[str, Any] = msgspec.json.decode(self.before)
        return decoded


async def load(decision: int, *, lock: bool = False) -> DecisionRow:
    """Read a decision. Raises NotFound."""
    query = Decision.select().where(Decision.id == decision)
    row = await db.fetch_one(DecisionRow, query.lock_rows() if lock else query)
    if row is None:
        raise NotFound(N_("There is no such decision."))
    return row


async def end(decision: int, state: str) -> None:
    """Set the `state` of a decision that is no longer in force."""
    await Decision.update({Decision.state: state, Decision.ended_at: NOW}).where(Decision.id == decision)
