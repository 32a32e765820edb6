"""Where slow mode is on, written to the thread's row every five seconds so that no page has to compute it."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from parley.discussion.slow_mode.heat import (
    SELECT_ACTIVE_THREADS,
    WINDOW,
    Point,
    ThreadActivity,
    activity,
    heat,
    top_of_branch,
)
from parley.discussion.slow_mode.rules import BRANCH_LIMIT, RULE_WAIT, THREAD_LIMIT, wait_at, wait_for
from parley.discussion.threads.queries import SlowBranch, ThreadRow
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.events import attempts
from parley.platform.events.event_log import emit
from parley.platform.text.durations import in_words
from parley.platform.text.messages import N_, Message, join

MINUTE = 60

SELECT_WATCHED = (
    f"select id from ({SELECT_ACTIVE_THREADS}) active union select id from thread where slow_branches <> '[]'"  # noqa: S608 constants
)
# The second condition leaves the row unlocked where nothing has changed.
WRITE_BRANCHES = "update thread set slow_branches = $2::jsonb where id = $1 and slow_branches <> $2::jsonb"


async def wait_of(viewer: Viewer, thread: ThreadRow, parent: int | None) -> Message | None:
    """The sentence about slow mode above a member's form; None where they may answer `parent` now."""
    if not thread.is_in_slow_mode:
        return None
    wait = wait_for(await activity(thread.id), viewer.id, parent)
    if wait is None:
        return None
    until = datetime.now(UTC) + timedelta(seconds=wait.left)
    again = N_("You can post again in {time}, at {clock}.")
    return join(" ", [wait.message, again.format(time=in_words(wait.left), clock=f"{until:%H:%M:%S} UTC")])


async def update_all() -> int:
    """Write where slow mode is on now, with an event where that changed; return the number of threads that changed."""
    return sum(await attempts.each("slow mode", await db.values(SELECT_WATCHED), _update))


async def _update(thread: int) -> bool:
    slow_branches = msgspec.json.encode(await _slow_branches(thread)).decode()
    async with db.atomic():
        has_changed = bool(await db.execute(WRITE_BRANCHES, thread, slow_branches))
        if has_changed:
            await emit("thread.slowed", thread=thread)
    return has_changed


async def _slow_branches(thread: int) -> list[SlowBranch]:
    """Return the whole thread if it is slow, and the branches that are slower than it."""
    recent, now = await activity(thread), datetime.now(UTC)
    whole = _whole_thread(recent, now)
    parents = {comment.id: comment.parent for comment in recent.recent}
    by_branch: dict[int, list[Point]] = defaultdict(list)
    for point in recent.points:
        by_branch[top_of_branch(point.comment, parents)].append(point)
    branches = [
        _slow_branch(top, points, BRANCH_LIMIT, now)
        for top, points in sorted(by_branch.items())
        if heat(points) >= BRANCH_LIMIT
    ]
    return [*whole, *(branch for branch in branches if not whole or branch.wait > whole[0].wait)]


def _whole_thread(recent: ThreadActivity, now: datetime) -> list[SlowBranch]:
    """At most one entry: the longest wait in the whole thread, until the last reason for it ends."""
    reasons = [_slow_branch(None, recent.thread_points, THREAD_LIMIT, now)] if recent.heat >= THREAD_LIMIT else []
    if recent.until_by_rule is not None:
        reasons.append(SlowBranch(None, RULE_WAIT, _next_minute(recent.until_by_rule)))
    if not reasons:
        return []
    return [SlowBranch(None, max(reason.wait for reason in reasons), max(reason.until for reason in reasons))]


def _slow_branch(top: int | None, points: Sequence[Point], limit: float, now: datetime) -> SlowBranch:
    """The entry of a branch or thread that is at least as hot as `limit`, its wait in whole minutes."""
    minutes = -(-wait_at(heat(points), limit) // MINUTE)
    # Seconds of the clock, not seconds from now: each run finds the same end, so the event is sent once.
    seconds = range(int(now.timestamp()) + 1, int(now.timestamp() + WINDOW) + 1)
    is_cool = lambda second: heat(points, second - now.timestamp()) < limit  # noqa: E731 a key
    ends = seconds[bisect_left(seconds, True, hi=len(seconds) - 1, key=is_cool)]  # noqa: FBT003
    return SlowBranch(top, minutes * MINUTE, _next_minute(datetime.fromtimestamp(ends, UTC)))


def _next_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
