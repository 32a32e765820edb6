"""Deciding about articles in tests."""

from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions.rules import Choice, ThreadReference
from parley.moderation.reports import ops as reports
from parley.people.accounts.viewer import Viewer
from parley.platform import db


async def decide(
    moderator: Viewer, thread: int, action: str, guideline: str | None = "illegal", *, passage: int | None = None
) -> int:
    """Decide about the article of a thread from the queue, and return the id of the decision."""
    item = await reports.open_item("article", thread, thread)
    version = await db.value("select version from queue_item where id = $1", item)
    to = ThreadReference(thread, passage)
    choice = Choice(item, version, action, guideline, "It is somebody else's.", to=to, title=await title(thread))
    return await decisions.decide(moderator, choice)


async def title(thread: int) -> str:
    """The title that a moderator types to take an article down or to archive it alone."""
    shown: str = await db.value("select title from thread where id = $1", thread)
    return shown
