"""Holding a whole thread from its page: locked, slowed, archived, opened again; as the queue does it, and recorded."""

from parley.core import db
from parley.core.errors import Forbidden, Refused
from parley.core.http.access import MODERATOR, Viewer
from parley.decisions import effects, ops
from parley.decisions.rules import ON_THREAD, Choice
from parley.modlog import ops as modlog
from parley.modlog.ops import Entry
from parley.reports import targets


async def act(viewer: Viewer, thread: int, action: str, reason: str = "") -> None:
    """Lock, slow, archive or open a thread again; nothing happens to one that is so already.

    Raises Forbidden for anybody but moderators, NotFound where there is no such thread.
    """
    if viewer.standing < MODERATOR:
        raise Forbidden("Only moderators can do this.")
    if action not in ON_THREAD:
        raise Refused("This cannot be done to a thread.")
    choice = Choice(0, 0, action, None, reason)
    async with db.atomic():
        target = await targets.lock("article", thread)
        before, after = await effects.apply(target, choice, viewer.id)
        if not after:
            return
        made = await ops.write_decision(viewer, choice, target, before)
        await modlog.write(viewer, Entry(action, "article", thread, before, after, None, reason, made))
