"""Two demo members who were away: one has received a digest, the other can preview theirs."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from parley.letters.digests import jobs, ops
from parley.letters.digests.schedule import Schedule
from parley.platform import db

ZONE = "Europe/Berlin"
AWAY = ("mira", "jonas_w")
MAILED = "jonas_w"

# They left each thread ten minutes after their last comment there, so they have not voted on later ones.
LEFT_AT = """(
    select author as member, thread, max(created_at) + interval '10 minutes' as at from comment
    where author = any($1::bigint[]) group by author, thread
)"""
DELETE_LATER_VOTES = f"""
delete from vote v using comment c, {LEFT_AT} l
where c.id = v.comment and l.member = v.member and l.thread = v.thread and c.created_at > l.at
"""  # noqa: S608 constants only
INSERT_VISITS = f"insert into visit (member, thread, before_at, seen_at) select member, thread, at, at from {LEFT_AT} l"  # noqa: S608
DATE_VOTES = "update vote v set changed_at = c.created_at from comment c where c.id = v.comment"
IS_DUE = "update subscription set next_at = now() - interval '1 minute', last_day = current_date - 7 where member = $1"


async def leave(ids: Mapping[str, int]) -> None:
    """Subscribe all members to the digest, and let two of them have been away."""
    for member in ids.values():
        await ops.subscribe(member)
    away = [ids[name] for name in AWAY]
    await db.execute(DELETE_LATER_VOTES, away)
    await db.execute(INSERT_VISITS, away)
    await db.execute(DATE_VOTES)


async def mail(ids: Mapping[str, int]) -> None:
    """Plan and build an issue for one of them as the worker does."""
    now = datetime.now(UTC)
    here = now.astimezone(ZoneInfo(ZONE))
    for name in AWAY:
        await ops.set_schedule(ids[name], Schedule("weekly", here.isoweekday(), here.hour, ZONE))
    await db.execute(IS_DUE, ids[MAILED])
    await jobs.plan(now)
    await db.execute("update issue set due_at = $1 where state = 'planned'", now)
    await jobs.build_all(now)
