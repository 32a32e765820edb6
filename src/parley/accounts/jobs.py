"""Clearing away what has ended: sign-ins, links, and accounts that nobody confirmed."""

from parley.core.db import execute

# The same spans as in sessions.py, for which an unused sign-in is void long before it is deleted.
ENDED_SESSIONS = "delete from session where expires_at < now() or seen_at < now() - interval '14 days'"
ENDED_TOKENS = "delete from token where expires_at < now() - interval '1 day'"
# They cannot have written anything, and their votes never counted: only their names were kept from others. Whom staff
# wrote something down about is kept, to be known again.
NEVER_CONFIRMED = """
delete from member m where state = 'unverified' and created_at < now() - interval '7 days'
  and not exists (select from note where note.member = m.id)
  and not exists (select from decision where decision.member = m.id)
"""
OLD_MAIL = "delete from mail where created_at < now() - interval '30 days'"
OLD_BOUNCES = "delete from mail_bounce where created_at < now() - interval '1 year'"
# What is forgotten after a month counts for nothing any more (core/mail/bounces.py).
FORGIVEN = "delete from mail_address where suppressed_at is null and scored_at < now() - interval '30 days'"
QUIET = "delete from mail_domain where filled_at < now() - interval '30 days' and coalesce(paused_until < now(), true)"

PURGES = (ENDED_SESSIONS, ENDED_TOKENS, NEVER_CONFIRMED, OLD_MAIL, OLD_BOUNCES, FORGIVEN, QUIET)


async def purge() -> int:
    """Delete what has ended, and return how many rows that were."""
    return sum([await execute(sql) for sql in PURGES])
