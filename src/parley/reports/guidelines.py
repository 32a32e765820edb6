"""The community's guidelines, the grounds of reports and decisions."""

import msgspec

from parley.core import db

# The severity from which on reported words are hidden until a moderator chooses to read them.
SENSITIVE = 4.0


class Ground(msgspec.Struct, frozen=True):
    code: str
    title: str
    text: str
    illegal: bool


GROUNDS = "select code, title, text, illegal from guideline where not retired order by position, code"


async def grounds(*, illegal_only: bool = False) -> list[Ground]:
    """The guidelines in force, in the community's order; `illegal_only` for reports without an account."""
    return [one for one in await db.fetch(Ground, GROUNDS) if one.illegal or not illegal_only]
