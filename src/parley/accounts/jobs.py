"""Clearing away what has ended: sign-ins, links, and accounts that nobody confirmed."""

from parley.core import attempts
from parley.core.db import execute

# Rows of one statement, so that none holds locks for long or runs into its time-out.
BATCH = 1_000

# Table and key, and which rows are over. The same spans as in sessions.py, for which an unused sign-in is void long
# before it is deleted.
# Unconfirmed accounts cannot have written anything, and their votes never counted: only their names were kept from
# others. Whom staff wrote something down about is kept, to be known again.
# What is forgotten after a month counts for nothing any more (core/mail/bounces.py).
RULES = (
    ("session", "id", "expires_at < now() or seen_at < now() - interval '14 days'"),
    ("token", "id", "expires_at < now() - interval '1 day'"),
    (
        "member",
        "id",
        """state = 'unverified' and created_at < now() - interval '7 days'
           and not exists (select from note where note.member = member.id)
           and not exists (select from decision where decision.member = member.id)""",
    ),
    ("mail", "id", "created_at < now() - interval '30 days'"),
    ("mail_bounce", "id", "created_at < now() - interval '1 year'"),
    ("mail_address", "address", "suppressed_at is null and scored_at < now() - interval '30 days'"),
    (
        "mail_domain",
        "domain",
        "filled_at < now() - interval '30 days' and coalesce(paused_until < now(), true)",
    ),
    ("job_failure", "id", "failed_at < now() - interval '90 days'"),
)
Rule = tuple[str, str, str]


async def purge() -> int:
    """Delete what has ended, and return how many rows that were."""
    return sum(await attempts.each("sessions", RULES, _delete, key=lambda rule: rule[0], in_transaction=False))


async def _delete(rule: Rule) -> int:
    table, key, over = rule
    sql = f"delete from {table} where {key} in (select {key} from {table} where {over} limit $1)"  # noqa: S608 ours
    count = 0
    while gone := await execute(sql, BATCH):
        count += gone
    return count
