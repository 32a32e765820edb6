"""Bounces and complaints about our messages, and the suppression of addresses."""

from datetime import timedelta

import msgspec
import structlog
from piccolo.query.functions import Lower

from parley.people.mail import queries
from parley.people.mail.letters import lists
from parley.people.mail.tables import Mail, MailAddress, MailBounce
from parley.people.returned_mail.delivery_status import MailReport
from parley.platform import db
from parley.platform.events import attempts
from parley.platform.observability import metrics

log = structlog.get_logger(__name__)

# An address whose score reaches the threshold gets no more letters of lists.
SCORES = {"gone": 4, "hard": 2, "full": 1, "soft": 1, "complaint": 4}
THRESHOLD = 4
# Bounces within two days count once: an address is only dead if it bounces over time.
APART = timedelta(days=2)
LONGEST_DETAIL = 1_000
FORGOTTEN = timedelta(days=30)
# A burst: a provider that refuses this many addresses within an hour, and this share of its mail, refuses us.
BURST_WITHIN, BURST_ADDRESSES, BURST_SHARE = timedelta(hours=1), 5, 0.25
PROVIDER_PAUSE = timedelta(hours=4)


class BouncedMail(msgspec.Struct, frozen=True):
    address: str
    list: str | None
    member: int | None


async def record(mail: int, kind: str, status: str, detail: str, *, digest: str) -> bool:
    """Record a bounce of `mail` and count it. Return False if it is recorded already or there is no such mail.

    A member who complains is unsubscribed from the list, and their address is suppressed.
    """
    async with db.atomic():
        about = await _of(mail)
        if about is None:
            return False
        # Another server's reply may hold NUL, which PostgreSQL does not accept.
        shown = detail[:LONGEST_DETAIL].replace("\0", "")
        bounce = MailBounce(mail=mail, address=about.address, kind=kind, status=status, detail=shown, digest=digest)
        if not await MailBounce.insert(bounce).on_conflict(MailBounce.digest, "DO NOTHING").returning(MailBounce.id):
            return False
        if kind == "policy":
            log.error("our mail is refused, see /mod/mail", mail=mail, status=status)
        if kind in SCORES:
            is_certain = SCORES[kind] >= THRESHOLD
            score = await db.value(
                queries.ADD_SCORE, about.address, float(SCORES[kind]), FORGOTTEN, not is_certain, APART
            )
            if score >= THRESHOLD:
                await db.execute(queries.SUPPRESS_ADDRESS, about.address, kind)
        # If pausing the provider fails, the bounce still counts.
        await attempts.each(
            "refusals of a provider",
            [about.address.rpartition("@")[2]],
            lambda domain: pause_in_burst(domain, kind),
        )
        if kind == "complaint":
            await _stop_list(about)
    return True


async def record_report(mail: int, report: MailReport, digest: str) -> str:
    """Record an inbound report about `mail`, and return its kind, or "known" if it is recorded already."""
    # While the delivery is retried, nothing counts against the address.
    kind = report.kind if report.is_final else "delayed"
    return kind if await record(mail, kind, report.status, report.detail, digest=digest) else "known"


async def _of(mail: int) -> BouncedMail | None:
    about = Mail.select(Lower(Mail.recipient, alias="address"), Mail.list, Mail.member)
    return await db.fetch_one(BouncedMail, about.where(Mail.id == mail))


async def _stop_list(about: BouncedMail) -> bool:
    if about.list is None or about.member is None:
        return False
    await lists[about.list].stop(about.member, "")
    return True


async def unsubscribe(mail: int) -> bool:
    """Unsubscribe the recipient of `mail` from its list. Return False if it is not of a list."""
    async with db.atomic():
        about = await _of(mail)
        return about is not None and await _stop_list(about)


async def pause_in_burst(domain: str, kind: str) -> bool:
    """Pause a provider if `kind` came back for many of its addresses, and end their suppression.

    A provider that refuses several addresses alike refuses us, not them.
    """
    if kind == "complaint" or not await db.value(
        queries.IS_BURST, domain, kind, BURST_WITHIN, BURST_ADDRESSES, BURST_SHARE
    ):
        return False
    await db.execute(queries.PAUSE_PROVIDER, domain, PROVIDER_PAUSE)
    released = await db.execute(queries.RELEASE_ADDRESSES, domain, kind, BURST_WITHIN)
    log.error("provider refuses our mail and is paused, see /mod/mail", domain=domain, kind=kind, released=released)
    metrics.MAIL_PROVIDERS_PAUSED.labels(kind).inc()
    return True


async def end_suppression(address: str) -> bool:
    """Allow mail to `address` again. Return False for an address without bounces."""
    reset = MailAddress.update({MailAddress.suppressed_at: None, MailAddress.reason: None, MailAddress.score: 0.0})
    changed = reset.where(MailAddress.address == address.lower()).returning(MailAddress.address)
    return bool(await changed)
