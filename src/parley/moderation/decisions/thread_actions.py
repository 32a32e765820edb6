"""Locking, slowing, archiving and opening a thread from its page."""

from parley.discussion.threads import rooms
from parley.moderation.decisions import ops, thread_settings
from parley.moderation.decisions.rules import ACTIONS, ON_THREAD, Choice
from parley.moderation.reports import targets
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Forbidden, Refused
from parley.platform.text.messages import N_


async def act(viewer: Viewer, thread: int, action: str, reason: str = "", title: str = "") -> int | None:
    """Carry out a thread action and return the id of the decision; None where the thread is in that state already.

    Raises Forbidden for members, Refused for other actions and for archiving without a reason, NotFound where there is
    no such thread, TitleNeeded.
    """
    if not viewer.moderates:
        raise Forbidden(N_("Only moderators can do this."))
    if action not in ON_THREAD:
        raise Refused(N_("This cannot be done to a thread."))
    if ACTIONS[action].takes_reason and not reason.strip():
        raise Refused(N_("Please give a reason: readers and the member who added the article will read it."))
    choice = Choice(0, 0, action, None, reason, title=title)
    async with db.atomic():
        target = await targets.lock("article", thread)
        await rooms.require(viewer, thread)
        if thread_settings.is_set(target, choice):
            return None
        return await ops.carry_out(viewer, choice, target)
