"""The row of a decision, as undoing it, approving it and appealing against it need it."""

from datetime import datetime
from typing import Any

import msgspec

from parley.core import db
from parley.core.errors import NotFound


class DecisionRow(msgspec.Struct, frozen=True):
    id: int
    item: int | None
    kind: str
    target: int
    action: str
    moderator: int | None
    second: int | None
    member: int | None
    reason: str
    until: datetime | None
    role: str | None
    state: str
    before: str
    created_at: datetime

    @property
    def was(self) -> dict[str, Any]:
        """The state of the target before the decision."""
        decoded: dict[str, Any] = msgspec.json.decode(self.before)
        return decoded


DECISION = """
select id, item, kind, target, action, moderator, second, member, reason, until, role, state, before::text as before,
       created_at
from decision where id = $1
"""


async def load(decision: int, *, lock: bool = False) -> DecisionRow:
    """Read a decision. Raises NotFound."""
    row = await db.fetch_one(DecisionRow, DECISION + (" for update" if lock else ""), decision)
    if row is None:
        raise NotFound("There is no such decision.")
    return row


async def end(decision: int, state: str) -> None:
    """Set the `state` of a decision that is no longer in force."""
    await db.execute("update decision set state = $2, ended_at = now() where id = $1", decision, state)
