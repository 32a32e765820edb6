"""Pauses for domains that defer many messages."""

from datetime import timedelta

from parley.platform import db

WINDOW = 20
MOST_DEFERRALS = 5
SHORTEST, LONGEST = timedelta(minutes=15), timedelta(hours=4)

RECORD_ACCEPTED = """
update mail_domain set pauses = 0,
  recent = case when position('x' in right(recent || '.', $2)) > 0 then right(recent || '.', $2) else '' end
where domain = $1 and (recent <> '' or pauses > 0)
"""

RECORD_DEFERRED = """
insert into mail_domain as d (domain, tokens, filled_at, recent) values ($1, 0, now(), 'x')
on conflict (domain) do update set recent = right(d.recent || 'x', $2)
returning length(recent) - length(replace(recent, 'x', ''))
"""

PAUSE_DOMAIN = """
update mail_domain set recent = '', pauses = pauses + 1,
  paused_until = now() + least($2::interval * power(2, least(pauses, 10)), $3::interval)
where domain = $1
"""


async def record_accepted(domain: str) -> None:
    """Record that `domain` accepted a message. A domain that never deferred one has no row."""
    await db.execute(RECORD_ACCEPTED, domain, WINDOW)


async def record_deferral(domain: str) -> bool:
    """Record that `domain` deferred a message. Pause it and return True if it deferred over 5 of the last 20."""
    async with db.atomic():
        deferrals = await db.value(RECORD_DEFERRED, domain, WINDOW)
        if deferrals <= MOST_DEFERRALS:
            return False
        await db.execute(PAUSE_DOMAIN, domain, SHORTEST, LONGEST)
    return True
