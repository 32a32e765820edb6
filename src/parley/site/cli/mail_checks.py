"""Checks of a message's form."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

import dkim
import msgspec

from parley.people.mail.dns_records import public_key
from parley.platform.settings import Settings

LONGEST_LINE, MOST_BYTES = 998, 80_000
OF_LISTS = ("List-Unsubscribe", "List-Unsubscribe-Post", "List-Help", "List-Owner", "Feedback-ID")
MUST_BE_SIGNED = {"from", "to", "subject", "date", "message-id"}


class RecordCheck(msgspec.Struct, frozen=True):
    good: bool
    text: str


def check_message(raw: bytes, settings: Settings) -> list[RecordCheck]:
    """Check the form of a message of ours. No other server is contacted."""
    message = message_from_bytes(raw, policy=policy.default)
    sender = parseaddr(str(message["From"]))[1].rpartition("@")[2]
    parts = [part.get_content_type() for part in message.walk() if not part.is_multipart()]
    results = [
        RecordCheck(not re.search(rb"(?<!\r)\n|\r(?!\n)", raw), "lines end with CR and LF"),
        RecordCheck(max(map(len, raw.split(b"\r\n"))) <= LONGEST_LINE, f"no line is longer than {LONGEST_LINE} bytes"),
        RecordCheck(len(raw) < MOST_BYTES, f"{len(raw):,} bytes; below {MOST_BYTES:,} mail programs show it whole"),
        RecordCheck(
            b"?==?" not in raw and not re.search(rb"=\?[\w-]+\?[bq]\?\?=", raw, re.IGNORECASE), "no empty encoded words"
        ),
        RecordCheck(parts[:1] == ["text/plain"], "its text comes first"),
        RecordCheck(sender == settings.mail_address.rpartition("@")[2], f"it comes from {sender or 'nobody'}"),
        *_of_list(message),
    ]
    if settings.dkim_key is not None or "DKIM-Signature" in message:
        results.append(_check_signature(raw, message, settings))
    return results


def _of_list(message: EmailMessage) -> list[RecordCheck]:
    """Check the headers that a letter of a list needs."""
    if "List-Id" not in message:
        return []
    missing = [name for name in OF_LISTS if name not in message]
    https = str(message.get("List-Unsubscribe", "")).startswith("<https://")
    return [
        RecordCheck(not missing, f"it has {', '.join(OF_LISTS)}" if not missing else f"it lacks {', '.join(missing)}"),
        RecordCheck(https, "one click stops it, over https"),
    ]


def _check_signature(raw: bytes, message: EmailMessage, settings: Settings) -> RecordCheck:
    signature = "".join(str(message.get("DKIM-Signature", "")).split())
    names = set(re.search(r"h=([^;]*)", signature)[1].lower().split(":")) if "h=" in signature else set()  # type: ignore[index]
    if missing := MUST_BE_SIGNED - names:
        return RecordCheck(good=False, text=f"the signature does not cover {', '.join(sorted(missing))}")
    if settings.dkim_key is None:
        return RecordCheck(good=False, text="the signature cannot be verified: PARLEY_DKIM_KEY is not set")
    record = public_key(settings.dkim_key).encode()
    good = dkim.verify(raw, dnsfunc=lambda _name, timeout=5: record)  # noqa: ARG005 dkimpy calls it so
    return RecordCheck(good, "its signature is valid" if good else "its signature is not valid: it was changed")
