"""Locking, slowing, archiving and opening a thread from its page."""

from parley.moderation.decisions import effects, ops
from parley.moderation.decisions.rules import ON_THREAD, Choice
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.moderation.reports import targets
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Forbidden, Refused
from parley.platform.http.access import MODERATOR
from parley.platform.text.messages import N_


async def act(viewer: Viewer, thread: int, action: str, reason: str = "") -> None:
    """Carry out a thread action, unless the thread is in that state already.

    Raises Forbidden for members, Refused for other actions, NotFound where there is no such thread.
    """
    if viewer.access < MODERATOR:
        raise Forbidden(N_("Only moderators can do this."))
    if action not in ON_THREAD:
        raise Refused(N_("This cannot be done to a thread."))
    choice = Choice(0, 0, action, None, reason)
    async with db.atomic():
        target = await targets.lock("article", thread)
        before, after = await effects.apply(target, choice, viewer.id)
        if not after:
            return
        made = await ops.save(viewer, choice, target, before)
        await modlog.write(viewer, Entry(action, "article", thread, before, after, None, reason, made))
