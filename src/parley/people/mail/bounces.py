"""Bounces and complaints about our messages, and the suppression of addresses."""

from datetime import timedelta

import msgspec
import structlog

from parley.people.mail import bursts
from parley.people.mail.letters import lists
from parley.platform import db
from parley.platform.db.tables import MailAddress, MailBounce
from parley.platform.events import attempts

log = structlog.get_logger(__name__)

# An address whose score reaches the threshold gets no more letters of lists.
SCORES = {"gone": 4, "hard": 2, "full": 1, "soft": 1, "complaint": 4}
THRESHOLD = 4
# Bounces within two days count once: an address is only dead if it bounces over time.
APART = timedelta(days=2)
LONGEST_DETAIL = 1_000
FORGOTTEN = timedelta(days=30)

SELECT_MAIL = "select lower(recipient) as address, list, member from mail where id = $1"

ADD_SCORE = """
insert into mail_address as a (address, score, scored_at) values ($1, $2, now())
on conflict (address) do update set
  scored_at = case when $4 and a.score > 0 and a.scored_at > now() - $5::interval then a.scored_at else now() end,
  score = case when a.scored_at <= now() - $3::interval then $2
    when $4 and a.score > 0 and a.scored_at > now() - $5::interval then greatest(a.score, $2) else a.score + $2 end
returning score
"""

SUPPRESS_ADDRESS = """
update mail_address set suppressed_at = coalesce(suppressed_at, now()), reason = coalesce(reason, $2) where address = $1
"""


class BouncedMail(msgspec.Struct, frozen=True):
    address: str
    list: str | None
    member: int | None


async def record(mail: int, kind: str, status: str, detail: str, *, digest: str) -> bool:
    """Record a bounce of `mail` and count it. Return False if it is recorded already or there is no such mail.

    A member who complains is unsubscribed from the list, and their address is suppressed.
    """
    async with db.atomic():
        about = await db.fetch_one(BouncedMail, SELECT_MAIL, mail)
        if about is None or not await _insert(mail, about.address, kind, status, detail, digest):
            return False
        if kind == "policy":
            log.error("our mail is refused, see /mod/mail", mail=mail, status=status)
        if kind in SCORES:
            is_certain = SCORES[kind] >= THRESHOLD
            score = await db.value(ADD_SCORE, about.address, float(SCORES[kind]), FORGOTTEN, not is_certain, APART)
            if score >= THRESHOLD:
                await db.execute(SUPPRESS_ADDRESS, about.address, kind)
        await _check_for_burst(about.address, kind)
        if kind == "complaint" and about.list is not None and about.member is not None:
            await lists[about.list].stop(about.member, "")
    return True


async def _insert(mail: int, address: str, kind: str, status: str, detail: str, digest: str) -> bool:
    bounce = MailBounce(mail=mail, address=address, kind=kind, status=status, detail=_storable(detail), digest=digest)
    added = MailBounce.insert(bounce).on_conflict(MailBounce.digest, "DO NOTHING").returning(MailBounce.id)
    return bool(await added)


async def _check_for_burst(address: str, kind: str) -> None:
    """Pause a provider that refuses many addresses. If that fails, the bounce still counts."""
    await attempts.each(
        "refusals of a provider",
        [address],
        lambda recipient: bursts.check(recipient, kind),
        key=lambda recipient: recipient.rpartition("@")[2],
    )


def _storable(detail: str) -> str:
    """Return the start of another server's reply, without NUL, which PostgreSQL does not accept."""
    return detail[:LONGEST_DETAIL].replace("\0", "")


async def unsubscribe(mail: int) -> bool:
    """Unsubscribe the recipient of `mail` from its list. Return False if it is not of a list."""
    async with db.atomic():
        about = await db.fetch_one(BouncedMail, SELECT_MAIL, mail)
        if about is None or about.list is None or about.member is None:
            return False
        await lists[about.list].stop(about.member, "")
    return True


async def end_suppression(address: str) -> bool:
    """Allow mail to `address` again. Return False for an address without bounces."""
    reset = MailAddress.update({MailAddress.suppressed_at: None, MailAddress.reason: None, MailAddress.score: 0.0})
    changed = reset.where(MailAddress.address == address.lower()).returning(MailAddress.address)
    return bool(await changed)
