"""Looking twice: a moderator says what they would have decided, without knowing what another did (trust.md R10)."""

from parley.appeals import second_look_queries
from parley.core import db
from parley.core.errors import Refused
from parley.core.http.access import Viewer
from parley.decisions.rules import JUDGEMENTS, Stale

WRITE = """
insert into second_look (decision, moderator, action, created_at) values ($1, $2, $3, now())
on conflict (decision) do nothing
"""


async def answer(viewer: Viewer, decision: int, action: str | None) -> None:
    """Write down what a moderator would have done. Nothing else comes of it.

    Raises Refused where it is nothing that can be done, Stale where the decision is not theirs to look at any more.
    """
    if action not in JUDGEMENTS:
        raise Refused("Please choose what you would have done.")
    asked = await second_look_queries.following(viewer, decision)
    if asked is None or not await db.execute(WRITE, decision, viewer.id, action):
        raise Stale("Another moderator has already looked at this one. Here is another, if there is one.")
