"""Telling what a message that came in is: undeliverable mail (RFC 3464 or in plain words), a complaint, or neither."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message

import msgspec

from parley.core.mail.coming.phrases import (
    ANSWER,
    ANSWERS,
    BY_HAND,
    COMPLAINT,
    ORIGINAL,
    SAYS_SO,
    SENDER,
    SUBJECT,
    WAITS,
)
from parley.core.mail.coming.reasons import kind_of

STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
CODE = re.compile(r"(?<![\d.])([45]\d\d)[ -]")
NO_COMPLAINT = {"auth-failure", "not-spam"}
NOT_FAILED = {"delivered", "relayed", "expanded"}
STATUS_TYPES = {"message/delivery-status", "message/global-delivery-status"}
MOST_WORDS, FEW_WORDS, BEGINNING = 4_000, 200, 2_000
# Of a part that is longer, and of a subject, only so much is read: each phrase is looked for from every character.
LONGEST_PART, LONGEST_SUBJECT = 20_000, 1_000


class Report(msgspec.Struct, frozen=True):
    """What came back: `kind` as in `reasons.kind_of`, or "delayed", or "complaint"."""

    kind: str
    status: str = ""
    detail: str = ""


def read(raw: bytes) -> tuple[Message, Report | None]:
    """The message in `raw`, and what it reports; None for any other mail, such as what a holiday responder sends."""
    # Old Macs end lines with a carriage return alone.
    message = message_from_bytes(raw if b"\n" in raw else raw.replace(b"\r", b"\n"))
    return message, _complaint(message) or _status(message) or _in_words(message)


def _complaint(message: Message) -> Report | None:
    for part in message.walk():
        if part.get_content_type() == "message/feedback-report":
            said = _field(_text(part), "Feedback-Type").lower()
            # A signature that did not hold, or mail that was no spam after all, is nobody's complaint.
            return Report("policy" if said in NO_COMPLAINT else "complaint", detail=said)
    subject = _subject(message)
    if COMPLAINT.match(subject.strip()):
        return Report("complaint", detail="abuse")
    return Report("leave") if subject.strip().lower() == "unsubscribe" else None


def _status(message: Message) -> Report | None:
    for part in message.walk():
        if part.get_content_type() not in STATUS_TYPES:
            continue
        fields = _text(part)
        action = _field(fields, "Action").lower()
        if action in NOT_FAILED:
            return None
        diagnostic = _field(fields, "Diagnostic-Code")
        status = _better(_field(fields, "Status"), diagnostic)
        # What stands beside it counts where it says nothing itself, or is not all there is to say.
        beside = _words(message)
        words = f"{diagnostic}\n{beside}" if not diagnostic or len(beside) < FEW_WORDS else diagnostic
        kind = "delayed" if action == "delayed" else kind_of(status, words, permanent=action == "failed")
        return Report(kind, status, diagnostic or words.strip()[:300])
    return None


def _in_words(message: Message) -> Report | None:
    """Undeliverable mail of servers that say so in words only."""
    if not _looks_undeliverable(message):
        return None
    words = _words(message)
    if WAITS.search(words):
        return Report("delayed", detail=words.strip()[:300])
    found = STATUS.search(words)
    code = CODE.search(words)
    status = found[1] if found else ""
    permanent = not status and (code is None or code[1].startswith("5"))
    if not status and code is not None and code[1].startswith("4"):
        status = "4.0.0"
    return Report(kind_of(status, words, permanent=permanent), status, words.strip()[:300])


def _looks_undeliverable(message: Message) -> bool:
    """Whether a server says in words that it could not deliver: two of what servers do must come together."""
    if "X-Failed-Recipients" in message:
        return True
    if message.get_content_type() == "multipart/report":
        return not _is_receipt(message)
    subject, words = _subject(message), _words(message)
    if _is_answer(message, subject):
        return False
    says_so, names_it = SAYS_SO.search(words[:BEGINNING]), SUBJECT.search(subject)
    if SENDER.search(str(message.get("From", ""))):
        return bool(names_it or says_so)
    is_by_nobody = str(message.get("Return-Path", "")).strip() == "<>"
    is_exact = STATUS.search(words) or CODE.search(words)
    return bool(says_so and names_it and (is_by_nobody or is_exact) and not BY_HAND.match(subject))


def _is_receipt(message: Message) -> bool:
    """Whether it says that somebody has read a message (RFC 8098)."""
    said = {part.get_content_type() for part in message.walk()} | {str(message.get_param("report-type", "")).lower()}
    return bool(said & {"message/disposition-notification", "disposition-notification"})


def _is_answer(message: Message, subject: str) -> bool:
    """Whether a program answers for somebody who is away (RFC 3834)."""
    says_so = str(message.get("Auto-Submitted", "")).lower().startswith("auto-replied")
    is_by_a_person = not SENDER.search(str(message.get("From", "")))
    return bool(
        ANSWER.match(subject)
        or any(name in message for name in ANSWERS)
        or str(message.get("Precedence", "")).lower().replace("-", "_") == "auto_reply"
        or (is_by_a_person and (says_so or "X-Auto-Response-Suppress" in message))
    )


def _subject(message: Message) -> str:
    subject = str(message.get("Subject", ""))[:LONGEST_SUBJECT]
    try:
        return str(make_header(decode_header(subject)))
    except (LookupError, UnicodeError, ValueError):
        return subject


def _better(field: str, diagnostic: str) -> str:
    """The status code of a report: the one that the other server gave, where ours made only x.x.0 of it."""
    ours, theirs = STATUS.search(field), STATUS.search(diagnostic)
    status = ours[1] if ours else ""
    return theirs[1] if theirs and (not status or status.endswith(".0")) else status


def _field(fields: str, name: str) -> str:
    found = re.search(rf"^{name}:[ \t]*(.*(?:\n[ \t]+.*)*)", fields, re.IGNORECASE | re.MULTILINE)
    return " ".join(found[1].split()) if found else ""


def _words(message: Message) -> str:
    """What its writer says, without the message that came back."""
    words = "\n".join(_texts(message))[:LONGEST_PART]
    return ORIGINAL.split(words, maxsplit=1)[0][:MOST_WORDS]


def _texts(message: Message) -> Iterator[str]:
    if message.get_content_type() == "message/rfc822":
        return
    if message.is_multipart():
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _texts(part)
    elif message.get_content_maintype() in {"text", "multipart"}:
        yield _text(message)


def _text(part: Message) -> str:
    """The beginning of a part's text, whatever its headers say about it."""
    return _whole(part)[:LONGEST_PART]


def _whole(part: Message) -> str:
    if part.is_multipart():
        return "\n".join(str(block) for block in part.get_payload())
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return str(part.get_payload())
    try:
        return payload.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return payload.decode("utf-8", "replace")
