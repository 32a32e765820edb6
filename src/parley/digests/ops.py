"""Having the digest: beginning, choosing how often and when, pausing, stopping."""

from datetime import UTC, date, datetime, timedelta

import msgspec

from parley.core import db
from parley.core.errors import NotFound
from parley.core.text import zones
from parley.digests.queries import Subscribed, subscribed
from parley.digests.schedule import Wish, next_due

# What everybody begins with: Saturday morning.
BEGINNING = Wish("weekly", 6, 8, zones.DEFAULT)

ZONE = "select zone from member where id = $1"
SUBSCRIBE = "insert into subscription (member, next_at) values ($1, $2) on conflict (member) do nothing"
CHOOSE = """
with moved as (update member set zone = $5 where id = $1)
update subscription set former = case frequency when 'off' then former else frequency end,
  frequency = $2, weekday = $3, hour = $4, next_at = $6, last_day = $7 where member = $1
"""
PAUSE = "update subscription set paused_until = $2, next_at = $3 where member = $1"
KEEP = "update subscription set kept_at = now() where member = $1"
# What is planned or queued is not sent any more (the post office asks), so it is not told either.
WITHDRAW = """
with withdrawn as (
    update issue set state = 'expired', settled_at = now() where member = $1 and state in ('planned', 'posted')
    returning id
)
update issue_item set told = false from withdrawn where issue = withdrawn.id
"""


async def subscribe(member: int) -> None:
    """Let a member who confirmed their address have the digest, in the morning where they live if that is known."""
    wish = msgspec.structs.replace(BEGINNING, zone=await db.value(ZONE, member))
    await db.execute(SUBSCRIBE, member, next_due(wish, None, datetime.now(UTC)).at)


async def choose(member: int, wish: Wish) -> None:
    """Let a member have the digest as often and at the time they wish, or not at all.

    Raises NotFound while their address is not confirmed.
    """
    async with db.atomic():
        former = await _locked(member)
        now = datetime.now(UTC)
        # A digest that begins, or comes more or less often, begins with the next moment of its kind.
        last = former.last_day if former.frequency == wish.frequency else None
        next_at = None if wish.frequency == "off" else _next(wish, last, former.paused_until, now)
        await db.execute(CHOOSE, member, wish.frequency, wish.weekday, wish.hour, wish.zone, next_at, last)
        if wish.frequency == "off":
            await db.execute(WITHDRAW, member)


async def pause(member: int, weeks: int) -> None:
    """Send no issue for so many weeks; 0 ends a pause. Raises NotFound while their address is not confirmed."""
    async with db.atomic():
        one = await _locked(member)
        now = datetime.now(UTC)
        until = now + timedelta(weeks=weeks) if weeks else None
        next_at = None if one.frequency == "off" else _next(one.wish, one.last_day, until, now)
        await db.execute(PAUSE, member, until, next_at)
        if until:
            await db.execute(WITHDRAW, member)


async def stop(member: int) -> None:
    """Send no digest any more. Whose address was never confirmed has none to stop."""
    one = await subscribed(member)
    if one is not None:
        await choose(member, Wish("off", one.weekday, one.hour, one.zone))


async def start(member: int, _argument: str) -> None:
    """Take `stop` back: the digest comes as often as it did before."""
    one = await subscribed(member)
    if one is not None and one.frequency == "off":
        await choose(member, Wish(one.former, one.weekday, one.hour, one.zone))


async def keep(member: int) -> None:
    """Note that a member who was not here for long still wants the digest."""
    await db.execute(KEEP, member)


def _next(wish: Wish, last: date | None, paused_until: datetime | None, now: datetime) -> datetime:
    """When the next issue is due: after a pause the first that comes then."""
    if paused_until is not None and paused_until > now:
        return next_due(wish, None, paused_until).at
    return next_due(wish, last, now).at


async def _locked(member: int) -> Subscribed:
    one = await subscribed(member, lock=True)
    if one is None:
        raise NotFound("Please confirm your e-mail address first: open the link in the mail we sent you.")
    return one
