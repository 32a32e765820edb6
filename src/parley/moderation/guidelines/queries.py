"""Guidelines as admins edit them, and saved reasons."""

import msgspec

from parley.people.community.tables import Guideline
from parley.platform import db

# One's own reasons come first: the first of a rule is suggested.
SELECT_REASONS = """
select s.action, s.also, s.days, s.id, s.guideline, s.text, s.moderator is not null as own from saved_reason s
join guideline g on g.code = s.guideline
where (s.moderator is null or s.moderator = $1) and ($2::text is null and not g.retired or s.guideline = $2)
order by g.position, g.code, s.moderator is null, s.id
"""


class GuidelineRow(msgspec.Struct, frozen=True):
    code: str
    title: str
    text: str
    illegal: bool
    severity: float
    position: int
    retired: bool
    category: str = ""
    hours_to_decide: int = 24


async def every() -> list[GuidelineRow]:
    """All guidelines, those that are retired last."""
    return await db.fetch(
        GuidelineRow, Guideline.select().order_by(Guideline.retired, Guideline.position, Guideline.code)
    )


async def one(code: str, *, lock: bool = False) -> GuidelineRow | None:
    query = Guideline.select().where(Guideline.code == code)
    return await db.fetch_one(GuidelineRow, query.lock_rows() if lock else query)


class SavedActions(msgspec.Struct, frozen=True):
    """What a saved reason does: an action, and a sanction of the author for some days."""

    action: str | None
    also: str | None
    days: int | None


class ReasonRow(SavedActions, frozen=True):
    """A saved reason; `own` where only this moderator has it."""

    id: int
    guideline: str
    text: str
    own: bool


async def reasons(moderator: int, guideline: str | None = None) -> list[ReasonRow]:
    """A moderator's saved reasons for one guideline, or for all in force."""
    return await db.fetch(ReasonRow, SELECT_REASONS, moderator, guideline)
