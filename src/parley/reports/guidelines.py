"""The published rules as grounds: what a report or a decision can name."""

import msgspec

from parley.core import db

# From this gravity of a ground on, nobody has to read what is reported without choosing to.
SENSITIVE = 4.0


class Ground(msgspec.Struct, frozen=True):
    code: str
    title: str
    text: str
    illegal: bool


GROUNDS = "select code, title, text, illegal from guideline where not retired order by position, code"


async def grounds(*, illegal_only: bool = False) -> list[Ground]:
    """The rules that are in force, in the community's order; only those about the law where nobody is signed in."""
    return [one for one in await db.fetch(Ground, GROUNDS) if one.illegal or not illegal_only]
