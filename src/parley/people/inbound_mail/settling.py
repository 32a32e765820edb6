"""Processes verified notifications from relays."""

import hashlib
from email.utils import parseaddr

from parley.people.mail import bounces, queue
from parley.people.mail.letters import KEY
from parley.people.mail.links import returned_mail
from parley.people.returned_mail import delivery_status
from parley.people.returned_mail.delivery_status import DeliveryStatus
from parley.platform import db
from parley.platform.settings import settings
from parley.platform.text.cleaning import as_id

SELECT_MAIL_BY_NAME = """
select id from mail where key = $1 union all select id from mail where id = $2 and kind = $3 and key is null limit 1
"""
# These do not count against the address.
HARMLESS = {"delivered", "mail", "auto-reply"}


async def process(text: str) -> str:
    """Process the notifications in `text`, and return what the last one was, in a word. Idempotent."""
    digest, outcome = hashlib.sha256(text.encode()).hexdigest(), "ignored"
    for number, report in enumerate(delivery_status.read(text)):
        async with db.atomic():
            outcome = await _take_in(report, f"webhook:{digest}:{number}")
    return outcome


async def _take_in(status: DeliveryStatus, digest: str) -> str:
    mail = await _mail(status)
    if mail is None:
        return "ignored"
    # Any notification shows that the relay has the message, even if its reply was lost.
    was_open = await queue.settle_arrived(mail)
    if status.kind in HARMLESS:
        return "settled" if was_open else status.kind
    # While the delivery is retried, nothing counts against the address.
    kind = status.kind if status.is_final else "delayed"
    return kind if await bounces.record(mail, kind, status.status, status.detail, digest=digest) else "known"


async def _mail(status: DeliveryStatus) -> int | None:
    """Return the id of our mail: from the signed value that we gave the relay, else by its Message-ID."""
    proven = (returned_mail(parseaddr(proof)[1]) for proof in status.proofs)
    named = next((mail for mail in proven if mail is not None), None)
    return named if named is not None else await _of_message_id(status.message_id)


async def _of_message_id(message_id: str) -> int | None:
    name, _, host = message_id.strip("<> ").rpartition("@")
    if not KEY.fullmatch(name) or host != settings().host:
        return None
    kind, _, number = name.rpartition(".")
    mail_id: int | None = await db.value(SELECT_MAIL_BY_NAME, name, as_id(number), kind)
    return mail_id
