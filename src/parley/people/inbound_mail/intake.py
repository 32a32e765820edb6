"""Processes one inbound message: finds our mail that it is about. Only the signature in an address is trusted."""

import hashlib
import re
from email.message import Message

from parley.people.mail import bounces
from parley.people.mail.letters import lists
from parley.people.mail.links import read_unsubscribe_token, returned_mail
from parley.people.returned_mail import reports
from parley.platform import db

# Headers with the address that it was delivered to, most reliable first; the last two are of our mail, in a complaint.
HEADERS = ("X-Original-To", "Delivered-To", "Envelope-To", "To", "Original-Mail-From", "Return-Path")
OFF = re.compile(r"\s*off\s+([\w-]+\.[\w-]+)\s*", re.IGNORECASE)


async def process(raw: bytes, recipient: str | None = None) -> str:
    """Process an inbound message and return its kind in a word. Idempotent.

    `recipient` is the address it was delivered to, if the mail server reports it. "ignored": it is not about our mail,
    or has no valid signature.
    """
    message, report = reports.read(raw)
    off = OFF.fullmatch(str(message.get("Subject", "")))
    if off is not None and await _unsubscribe(off[1]):
        return "off"
    mail = _mail(message, recipient)
    if report is None or mail is None or report.kind in {"mail", "auto-reply"}:
        return "ignored"
    if report.kind == "leave":
        return "off" if await bounces.unsubscribe(mail) else "ignored"
    return await bounces.record_report(mail, report, hashlib.sha256(raw).hexdigest())


async def _unsubscribe(token: str) -> bool:
    off = read_unsubscribe_token(token)
    if off is None or off.list not in lists:
        return False
    async with db.atomic():
        await lists[off.list].stop(off.member, off.argument)
    return True


def _mail(message: Message, recipient: str | None) -> int | None:
    """Return the id of the mail in a signed address of `message`."""
    for address in [recipient or "", *_addresses(message)]:
        if (mail := returned_mail(address)) is not None:
            return mail
    return None


def _addresses(message: Message) -> list[str]:
    parts = list(message.walk())
    texts = [str(value) for name in HEADERS for part in parts for value in part.get_all(name, [])]
    reports_of = [part for part in parts if part.get_content_type() == "message/feedback-report"]
    fields = [line for part in reports_of for line in str(part.get_payload()).splitlines()]
    texts += [line.partition(":")[2] for line in fields if line.lower().startswith("original-mail-from:")]
    # Not `getaddresses`, which fails on nested brackets, and then the mail server would deliver the message again.
    return [address[0] for text in texts for address in reports.ADDRESS.finditer(text)]
