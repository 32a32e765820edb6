"""The mail queue in PostgreSQL.

A message is planned; then claimed by a worker, with a lease; then in `data`, from just before it is sent until the mail
server replies; then sent, planned again for later, or failed. A letter of a list can also become stopped or expired
before `data`, and unknown after it. Every step checks the claim, so a worker that lost its claim changes nothing
(queries.py).
"""

from datetime import timedelta
from uuid import UUID

import msgspec

from parley.people.mail import queries
from parley.people.mail.letters import lists
from parley.platform import db, failpoint
from parley.platform.observability import metrics
from parley.platform.settings import settings

BATCH = 20
# Attempts take four days in all (RFC 5321, 4.5.4.1), so a mail server that is away for a day loses nothing.
MOST_ATTEMPTS = 20
# A worker that lost its lease sends nothing (MARK_DATA). DATA_LEASE is longer than the two waits for replies.
LEASE = timedelta(minutes=15)
DATA_LEASE = timedelta(minutes=25)
# An advisory lock: two workers claiming at once could exceed MOST_CONNECTIONS to a domain.
LOCK = 7_270_007
MOST_CONNECTIONS = 2
# How many messages a domain gets at once before its rate applies.
BURST = 100
UNLIMITED = 1_000_000
# A domain that deferred more than MOST_DEFERRALS of its last messages is paused, each time for twice as long.
LAST_MESSAGES = 20
MOST_DEFERRALS = 5
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(minutes=15), timedelta(hours=4)


class ClaimedMail(msgspec.Struct, frozen=True):
    id: int
    list: str | None
    domain: str
    attempts: int


async def claim(by: UUID) -> list[ClaimedMail]:
    """Claim up to 20 messages that are due, for the time of the lease."""
    limited = settings().limits and settings().smtp_url is not None
    async with db.atomic():
        await db.execute("select pg_advisory_xact_lock($1)", LOCK)
        await db.execute(queries.RETURN_CLAIMED)
        rows = await db.fetch(
            ClaimedMail,
            queries.CLAIM_MAIL,
            BATCH,
            by,
            BURST,
            not limited,
            UNLIMITED,
            settings().mail_rate,
            MOST_CONNECTIONS,
            LEASE,
        )
        failpoint.hit("claiming")
    return rows


async def settle(
    mail: ClaimedMail, by: UUID, outcome: str, *, error: str | None = None, queue_id: str | None = None
) -> None:
    """Record the outcome of `mail`, and call its list in the same transaction."""
    async with db.atomic():
        forgets_text = settings().smtp_url is not None
        if not await db.execute(queries.SETTLE_MAIL, mail.id, by, outcome, error, queue_id, forgets_text):
            return
        if mail.list is not None:
            await lists[mail.list].settled(mail.id, outcome)
        failpoint.hit("settling")
    metrics.MAIL.labels(outcome).inc()


async def settle_arrived(mail: int) -> bool:
    """Settle a message that its relay has accepted. Return False if it was settled already."""
    async with db.atomic():
        list_of_it: list[str | None] = await db.values(queries.MARK_ARRIVED, mail)
        for name in filter(None, list_of_it):
            await lists[name].settled(mail, "sent")
    metrics.MAIL.labels("sent").inc(len(list_of_it))
    return bool(list_of_it)


async def defer(mail: ClaimedMail, by: UUID, error: str) -> None:
    """Try `mail` again later, or let it fail after MOST_ATTEMPTS."""
    if mail.attempts >= MOST_ATTEMPTS:
        await settle(mail, by, "failed", error=error)
    else:
        await db.execute(queries.POSTPONE_MAIL, mail.id, by, error)
        metrics.MAIL.labels("deferred").inc()


async def record_accepted(domain: str) -> None:
    """Record that `domain` accepted a message. A domain that never deferred one has no row."""
    await db.execute(queries.RECORD_ACCEPTED, domain, LAST_MESSAGES)


async def record_deferral(domain: str) -> bool:
    """Record that `domain` deferred a message. Pause it and return True if it deferred over 5 of the last 20."""
    async with db.atomic():
        deferrals = await db.value(queries.RECORD_DEFERRED, domain, LAST_MESSAGES)
        if deferrals <= MOST_DEFERRALS:
            return False
        await db.execute(queries.PAUSE_DOMAIN, domain, SHORTEST_PAUSE, LONGEST_PAUSE)
    return True
