"""The community's guidelines, the grounds of reports and decisions."""

import msgspec

from parley.core import db
from parley.reports.tables import Guideline

# The severity from which on reported words are hidden until a moderator chooses to read them.
SENSITIVE = 4.0


class Ground(msgspec.Struct, frozen=True):
    code: str
    title: str
    text: str
    illegal: bool


async def grounds(*, illegal_only: bool = False) -> list[Ground]:
    """The guidelines in force, in the community's order; `illegal_only` for reports without an account."""
    in_force = Guideline.select().where(Guideline.retired == False).order_by(Guideline.position, Guideline.code)  # noqa: E712
    return [one for one in await db.fetch(Ground, in_force) if one.illegal or not illegal_only]
