"""How mail to a domain goes: one that asks many messages to come later is left alone for a while."""

from datetime import timedelta

from parley.core import db

WINDOW = 20
MOST_DEFERRALS = 5
SHORTEST, LONGEST = timedelta(minutes=15), timedelta(hours=4)

TAKEN = """
update mail_domain set pauses = 0,
  recent = case when position('x' in right(recent || '.', $2)) > 0 then right(recent || '.', $2) else '' end
where domain = $1 and (recent <> '' or pauses > 0)
"""

ASKED_TO_WAIT = """
insert into mail_domain as d (domain, tokens, filled_at, recent) values ($1, 0, now(), 'x')
on conflict (domain) do update set recent = right(d.recent || 'x', $2)
returning length(recent) - length(replace(recent, 'x', ''))
"""

PAUSE = """
update mail_domain set recent = '', pauses = pauses + 1,
  paused_until = now() + least($2::interval * power(2, least(pauses, 10)), $3::interval)
where domain = $1
"""


async def taken(domain: str) -> None:
    """A message to `domain` was taken: what does not trouble anybody needs no row."""
    await db.execute(TAKEN, domain, WINDOW)


async def asked_to_wait(domain: str) -> bool:
    """`domain` asked a message to come later; whether it rests now, as more than a quarter of the last 20 were."""
    async with db.atomic():
        waits = await db.value(ASKED_TO_WAIT, domain, WINDOW)
        if waits <= MOST_DEFERRALS:
            return False
        await db.execute(PAUSE, domain, SHORTEST, LONGEST)
    return True
