"""Moving a comment to another passage or thread, and back."""

from typing import Any

import msgspec

from parley.discussion.comments import moving, states
from parley.discussion.comments.rules import MOVED
from parley.discussion.threads.queries import lock_thread
from parley.moderation.decisions.rules import ThreadReference
from parley.moderation.reports.targets import Target
from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.text.messages import N_

SELECT_LOCKED_BRANCH = "select locked_branch from comment where id = $1"


async def move(target: Target, to: ThreadReference | None, actor: int | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Move a locked comment with its replies; return its place before and after.

    Raises Refused if nobody can read the comment yet, or if nothing can be moved there.
    """
    if to is None or target.state in states.UNCOUNTED:
        raise Refused(N_("Nobody can read this comment yet, so it cannot be moved. Please approve it first."))
    return await move_back(target, await moving.new_location(target.id, to.thread, to.passage), actor)


async def move_back(target: Target, to: moving.Location, actor: int | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Move a locked comment to a place where it was before, whatever has become of its thread.

    A reply goes back to the comment that it answers, which may have been moved, locked or opened since.
    """
    to = await _beside_parent(to)
    await lock_thread(to.thread)
    if to != await _beside_parent(to):
        raise Refused(MOVED)
    was = await moving.location_of(target.id)
    if was == to:
        return {}, {}
    await moving.move(target.id, to, actor)
    return {"place": msgspec.structs.asdict(was)}, {"place": msgspec.structs.asdict(to)}


async def _beside_parent(to: moving.Location) -> moving.Location:
    """A place, in the thread and the locked branch that its parent is in now."""
    if to.parent is None:
        return to
    parent = await moving.location_of(to.parent)
    return msgspec.structs.replace(
        to, thread=parent.thread, locked_branch=await db.value(SELECT_LOCKED_BRANCH, to.parent)
    )
