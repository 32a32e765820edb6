"""What follows from a notification that a relay proved to be its own."""

import hashlib
from email.utils import parseaddr

from parley.core import db
from parley.core.settings import settings
from parley.core.text.cleaning import as_id
from parley.mail import bounces, queue
from parley.mail.inbound import delivery_status
from parley.mail.inbound.delivery_status import Notification
from parley.mail.letters import KEY
from parley.mail.links import returned

BY_NAME = """
select id from mail where key = $1 union all select id from mail where id = $2 and kind = $3 and key is null limit 1
"""
# These say nothing against the address.
HARMLESS = {"delivered", "mail", "auto-reply"}


async def take_in(text: str) -> str:
    """Do what follows from the notifications in `text`, and say in a word what the last was; twice is as once."""
    digest, outcome = hashlib.sha256(text.encode()).hexdigest(), "ignored"
    for number, one in enumerate(delivery_status.read(text)):
        async with db.atomic():
            outcome = await _take_in(one, f"webhook:{digest}:{number}")
    return outcome


async def _take_in(one: Notification, digest: str) -> str:
    mail = await _mail(one)
    if mail is None:
        return "ignored"
    # Whatever a relay says of a message, it has it: an answer that was lost is not waited for any more.
    was_open = await queue.arrived(mail)
    if one.kind in HARMLESS:
        return "settled" if was_open else one.kind
    # What is tried again says nothing about the address yet.
    kind = one.kind if one.is_final else "delayed"
    return kind if await bounces.record(mail, kind, one.status, one.detail, digest=digest) else "known"


async def _mail(one: Notification) -> int | None:
    """The mail of ours that `one` is about: by the proof that we gave the relay, else by its Message-ID."""
    proven = (returned(parseaddr(proof)[1]) for proof in one.proofs)
    named = next((mail for mail in proven if mail is not None), None)
    return named if named is not None else await _of_message_id(one.message_id)


async def _of_message_id(message_id: str) -> int | None:
    name, _, host = message_id.strip("<> ").rpartition("@")
    if not KEY.fullmatch(name) or host != settings().host:
        return None
    kind, _, number = name.rpartition(".")
    found: int | None = await db.value(BY_NAME, name, as_id(number), kind)
    return found
