"""Bursts: when a provider refuses several addresses alike, it refuses us, so the provider is paused instead."""

from datetime import timedelta

import structlog

from parley.platform import db
from parley.platform.observability import metrics

log = structlog.get_logger(__name__)

WITHIN = timedelta(hours=1)
FEWEST = 5
SHARE = 0.25
PAUSE = timedelta(hours=4)

# A provider with many members always has some dead addresses, so a burst must be a large share of its mail too. Only
# letters of lists count, which go to confirmed addresses: otherwise a stranger who signs up with addresses that there
# are not could keep the letters of a provider's members back.
IS_BURST = """
with same as (
  select count(distinct b.address) as addresses from mail_bounce b join mail m on m.id = b.mail
  where split_part(b.address, '@', 2) = $1 and b.kind = $2 and b.created_at > now() - $3::interval
    and m.list is not null
)
select addresses >= $4 and addresses >= $5::float8 * (
  select count(*) from mail
  where domain = $1 and list is not null and created_at > now() - interval '1 day' and data_at is not null
) from same
"""

PAUSE_PROVIDER = """
insert into mail_domain as d (domain, tokens, filled_at, recent, paused_until)
values ($1, 0, now(), '', now() + $2::interval)
on conflict (domain) do update set paused_until = greatest(d.paused_until, excluded.paused_until)
"""

# Also those that the burst brought halfway to suppression.
RELEASE_ADDRESSES = """
update mail_address set suppressed_at = null, reason = null, score = 0
where split_part(address, '@', 2) = $1 and coalesce(reason, $2) = $2 and address in (
  select address from mail_bounce where kind = $2 and created_at > now() - $3::interval
)
"""


async def check(address: str, kind: str) -> bool:
    """Pause the provider of `address` if `kind` came back for many of its addresses, and end their suppression."""
    domain = address.rpartition("@")[2]
    if kind == "complaint" or not await db.value(IS_BURST, domain, kind, WITHIN, FEWEST, SHARE):
        return False
    await db.execute(PAUSE_PROVIDER, domain, PAUSE)
    released = await db.execute(RELEASE_ADDRESSES, domain, kind, WITHIN)
    log.error("provider refuses our mail and is paused, see /mod/mail", domain=domain, kind=kind, released=released)
    metrics.MAIL_PROVIDERS_PAUSED.labels(kind).inc()
    return True
