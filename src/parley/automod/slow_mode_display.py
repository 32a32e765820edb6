"""What readers are told of slow mode: it is written on the thread's row, so that no page has to work it out."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec

from parley.automod import slow_mode
from parley.automod.rules import current
from parley.automod.slow_mode import BRANCH_LIMIT, RULE_WAIT, THREAD_LIMIT, WINDOW, Point, ThreadActivity
from parley.core import db
from parley.core.events import attempts
from parley.core.events.event_log import emit
from parley.core.http.access import Viewer
from parley.threads.queries import SlowBranch, ThreadRow

MINUTE = 60

WATCHED = f"select id from ({current.WARM}) warm union select id from thread where slow_branches <> '[]'"  # noqa: S608 constants
# Until when a rule slows a thread; null where none does.
BY_RULE = f"""
select max(h.created_at) + interval '{WINDOW} seconds' from hit h
join rule u on u.id = h.rule join comment c on c.id = h.comment
where u.action = 'slow' and h.acted and c.thread = $1 and h.created_at > now() - interval '{WINDOW} seconds'
"""  # noqa: S608 no value in it
# Where nothing has changed the row is not locked either.
WRITE = "update thread set slow_branches = $2::jsonb where id = $1 and slow_branches <> $2::jsonb"


async def wait_of(viewer: Viewer, thread: ThreadRow, parent: int | None) -> str | None:
    """What to tell a member, before they write, who has to wait; None where they may answer `parent` now."""
    wait = slow_mode.wait_for(await slow_mode.place(thread.id), viewer.id, parent) if thread.is_in_slow_mode else None
    if wait is None:
        return None
    until = datetime.now(UTC) + timedelta(seconds=wait.left)
    return f"{wait} You can post again in {slow_mode.span(wait.left)}, at {until:%H:%M:%S} UTC."


async def update_all() -> int:
    """Write down where slow mode is on now, tell open pages where that changed, and return in how many threads."""
    return sum(await attempts.each("slow mode", await db.values(WATCHED), _update))


async def _update(thread: int) -> bool:
    now = msgspec.json.encode(await _slow_branches(thread)).decode()
    async with db.atomic():
        has_changed = bool(await db.execute(WRITE, thread, now))
        if has_changed:
            await emit("thread.slowed", thread=thread)
    return has_changed


async def _slow_branches(thread: int) -> list[SlowBranch]:
    """The slow_branches of a thread: one on all of it, and one on each branch that is slower still."""
    place, now = await slow_mode.place(thread), datetime.now(UTC)
    whole = [_slow_branch(None, place.points, THREAD_LIMIT, now)] if place.heat >= THREAD_LIMIT else []
    by_rule: datetime | None = await db.value(BY_RULE, thread)
    if by_rule is not None:
        whole.append(SlowBranch(None, RULE_WAIT, _minute(by_rule)))
    slowest = max((one.wait for one in whole), default=0)
    branches = [
        _slow_branch(branch, points, BRANCH_LIMIT, now)
        for branch, points in _by_branch(place).items()
        if slow_mode.heat(points) >= BRANCH_LIMIT
    ]
    ends = max((one.until for one in whole), default=now)
    return ([SlowBranch(None, slowest, ends)] if whole else []) + [one for one in branches if one.wait > slowest]


def _by_branch(place: ThreadActivity) -> dict[int, list[Point]]:
    parents = {one.id: one.parent for one in place.recent}
    found = defaultdict(list)
    for point in place.points:
        found[slow_mode.branch(point.comment, parents)].append(point)
    return dict(sorted(found.items()))


def _slow_branch(branch: int | None, points: Iterable[Point], limit: float, now: datetime) -> SlowBranch:
    """Slow mode in a place at least as hot as its limit: waits in whole minutes, as they are told."""
    points = list(points)
    minutes = -(-slow_mode.wait(slow_mode.heat(points), limit) // MINUTE)
    # Whole seconds of the clock, not from now on: the same end is found each time, and told once.
    seconds = range(int(now.timestamp()) + 1, int(now.timestamp() + WINDOW) + 1)
    is_cool = lambda second: slow_mode.heat(points, second - now.timestamp()) < limit  # noqa: E731 a key
    ends = seconds[bisect_left(seconds, True, hi=len(seconds) - 1, key=is_cool)]  # noqa: FBT003
    return SlowBranch(branch, minutes * MINUTE, _minute(datetime.fromtimestamp(ends, UTC)))


def _minute(moment: datetime) -> datetime:
    """The next full minute."""
    return moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
