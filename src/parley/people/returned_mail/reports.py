"""Classifies an inbound message: a bounce (RFC 3464 or plain text), a complaint, or neither."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser

import msgspec

from parley.people.returned_mail import delivery_status
from parley.people.returned_mail.delivery_status import MailReport
from parley.people.returned_mail.phrases import (
    ANSWER,
    ANSWERS,
    BOUNCE_HEADERS,
    BY_HAND,
    COMPLAINT,
    FAILURE_TEXT,
    NO_REPLY,
    ORIGINAL,
    QUOTED_SUBJECT,
    RETRIED,
    SENDER,
    SUBJECT,
)
from parley.people.returned_mail.reasons import kind_of, normal, phrase
from parley.platform.text.charsets import usable

STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
CODE = re.compile(r"(?<![\d.,:])([45]\d\d)(?=[ :;-](?!\d*(bytes|kb|members))|$)", re.MULTILINE)
# An unclosed <style> matches to the end of the text, so that matching is linear.
TAG = re.compile(r"<style.*?(?:</style>|\Z)|<[^<>]{0,2000}>", re.IGNORECASE | re.DOTALL)
# A reply ends at an empty line or at the next address.
NEXT = re.compile(
    r"\n[ \t]*+\n"
    r"|\n[^\s<>@]{1,64}@[^\s<>@]{1,200}\s"
    r"|\n[ \t]*+[<\"]?[^\s<>@]{1,64}@[^\s<>@]{1,200}[>\"]?(?:: |:?\n)"
)
# Each recipient of a report has a group of fields (RFC 3464).
GROUP_END = re.compile(r"\n[ \t]*+\n")
# Python fails on parameters that are split in two ways (RFC 2231). Nothing that we look for is in one.
SPLIT_PARAMETER = re.compile(rb"(;\s{0,9}[\w-]{1,40})\*(?=[\d*]{0,9}=)")
LONG_TYPE = re.compile(rb"^content-type:(?:[^\n]|\n[ \t]){4000}", re.MULTILINE)
NO_COMPLAINT = {"auth-failure", "not-spam"}
NOT_FAILED = {"delivered", "relayed", "expanded", "deliverable"}
STATUS_TYPES = {"message/delivery-status", "message/global-delivery-status"}
MOST_WORDS, LONGEST_ANSWER, LONGEST_FIELD, BEGINNING, LONGEST_HTML = 3_000, 400, 1_000, 2_000, 40_000
LONGEST_MESSAGE, LONGEST_JSON = 100_000, 1_000_000
DEEPEST, MOST_PARTS, MOST_LINES = 40, 2_000, 5_000
FEEDBACK = "message/feedback-report"
ADDRESS = re.compile(r"[^\s<>@\"'(),;:\[\]]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,250}[A-Za-z0-9]")


def read(raw: bytes) -> tuple[Message, MailReport | None]:
    """Return the message in `raw`, and its report; None if it is not a report.

    Only its start is read, and only the headers of a message with very many parts.
    """
    if raw[:LONGEST_MESSAGE].lstrip()[:1] in {b"{", b"["}:
        return Message(), _notification(raw[:LONGEST_JSON].decode("utf-8", "replace"))
    # Python's parser takes seconds for many lines that end with a carriage return alone.
    lines = raw[:LONGEST_MESSAGE].replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n", MOST_LINES)
    raw = SPLIT_PARAMETER.sub(rb"\1-", b"\n".join(lines[:MOST_LINES]))
    message = BytesHeaderParser().parsebytes(raw) if _is_too_complex(raw) else message_from_bytes(raw)
    _shorten_types(message)
    report = _complaint(message) or _status(message) or _in_words(message)
    if report is not None and not report.address:
        report = msgspec.structs.replace(report, address=_address(message))
    return message, report


def _shorten_types(message: Message) -> None:
    """Cut very long types of parts: Python reads their parameters in time by the square, at each look."""
    for part in message.walk():
        if len(kind := str(part.get("Content-Type", ""))) > LONGEST_FIELD:
            part.replace_header("Content-Type", kind[:LONGEST_FIELD])


def _is_too_complex(raw: bytes) -> bool:
    """Whether parsing would take too long: the parser compares each line with each open boundary, of any length."""
    plain = raw.lower()
    is_deep = plain.count(b"boundary=") + plain.count(b"message/") > DEEPEST
    return is_deep or plain.count(b"\n--") > MOST_PARTS or LONG_TYPE.search(plain) is not None


def _address(message: Message) -> str:
    """Return the first address that a report is about, or an empty string."""
    texts = [_text(part) for part in message.walk() if part.get_content_type() in STATUS_TYPES | {FEEDBACK}]
    fields = _failed_recipient("\n\n".join(texts))
    named = [_field(fields, name) for name in ("Final-Recipient", "Original-Recipient", "Original-Rcpt-To")]
    sources = [*named, str(message.get("X-Failed-Recipients", "")), _words(message)]
    address = next((match for text in sources if (match := ADDRESS.search(text)) is not None), None)
    return address[0] if address else ""


def _complaint(message: Message) -> MailReport | None:
    for part in message.walk():
        if part.get_content_type() == FEEDBACK:
            feedback = _field(_text(part), "Feedback-Type").lower()
            # A failed signature, or mail that is not spam after all, is not a complaint.
            return MailReport("policy" if feedback in NO_COMPLAINT else "complaint", detail=feedback)
    subject = _subject(message)
    if COMPLAINT.match(subject.strip()):
        return MailReport("complaint", detail="abuse")
    return MailReport("leave") if subject.strip().lower() == "unsubscribe" else None


def _status(message: Message) -> MailReport | None:
    for part in message.walk():
        if part.get_content_type() not in STATUS_TYPES:
            continue
        fields = _failed_recipient(_text(part))
        action, diagnostic = _action(fields), _field(fields, "Diagnostic-Code")
        is_success = not action and _field(fields, "Status").startswith("2") and not CODE.search(diagnostic)
        if action in NOT_FAILED or is_success:
            return MailReport("mail")
        beside = _words(message)
        delivery = _better(_field(fields, "Status"), diagnostic or _answer(beside))
        kind = kind_of(delivery, diagnostic or _answer(beside), beside, permanent=action == "failed")
        kind = "soft" if action == "delayed" else kind
        return MailReport(kind, delivery, diagnostic or beside.strip()[:300], is_final=action != "delayed")
    return None


def _failed_recipient(fields: str) -> str:
    """Return the fields of the first recipient that the message did not reach; all fields if no recipient has both."""
    groups = [group for group in GROUP_END.split(fields) if _field(group, "Status")]
    by_action = [(_action(group), group) for group in groups]
    unreached = [(action, group) for action, group in by_action if action and action not in NOT_FAILED]
    unreached.sort(key=lambda recipient: recipient[0] == "delayed")
    return unreached[0][1] if unreached else fields


def _action(fields: str) -> str:
    """Return the action without its comment: "relayed (to non-DSN-aware mailer)"."""
    return _field(fields, "Action").lower().partition(" ")[0]


def _notification(text: str) -> MailReport | None:
    """Read a relay's notification in JSON, as a file or in an e-mail."""
    for delivery in delivery_status.read(text):
        return msgspec.structs.replace(delivery, kind="mail") if delivery.kind == "delivered" else delivery
    return None


def _in_words(message: Message) -> MailReport | None:
    """Read a bounce that only has plain text."""
    if _is_answer(message):
        return MailReport("auto-reply")
    if "amazonaws.com" in str(message.get("From", "")).lower():
        return _notification("\n".join(text for _, text in _texts(message)))
    if not _looks_undeliverable(message):
        return None
    words = _words(message)
    code = CODE.search(words)
    statuses = STATUS.findall(words)
    delivery: str = next((status for status in statuses if not status.startswith("2")), "")
    if statuses and not delivery and code is None:
        return MailReport("mail")
    permanent = not delivery and (code is None or code[1].startswith("5"))
    if not delivery and code is not None and code[1].startswith("4"):
        delivery = "4.0.0"
    answer = _answer(words)
    is_final = RETRIED.search(f"{_subject(message)}\n{words}") is None
    kind = kind_of(delivery, answer, words, permanent=permanent and is_final)
    return MailReport(kind, delivery, words.strip()[:300], is_final=is_final)


def _answer(words: str) -> str:
    """Return the first reply of another server in `words`, which starts with its code."""
    begin = min((match.start() for match in (CODE.search(words), STATUS.search(words)) if match), default=len(words))
    return NEXT.split(words[begin : begin + LONGEST_ANSWER])[0]


def _looks_undeliverable(message: Message) -> bool:
    """Whether a server says in words that it could not deliver. Two signs of a server must come together."""
    if any(name in message for name in BOUNCE_HEADERS):
        return True
    if message.get_content_type() == "multipart/report":
        return not _is_receipt(message)
    subject, words = _subject(message), _words(message)
    is_auto_replied, names_it = FAILURE_TEXT.search(words[:BEGINNING]), SUBJECT.search(subject)
    has_answer = STATUS.search(words) or CODE.search(words) or phrase(normal(words))
    if SENDER.search(_header(message, "From")):
        return bool(names_it or is_auto_replied or has_answer)
    is_by_nobody = str(message.get("Return-Path", "")).strip() == "<>"
    return bool(is_auto_replied and names_it and (is_by_nobody or has_answer) and not BY_HAND.match(subject))


def _is_receipt(message: Message) -> bool:
    """Whether it says that somebody has read a message (RFC 8098)."""
    types = {part.get_content_type() for part in message.walk()} | {str(message.get_param("report-type", "")).lower()}
    return bool(types & {"message/disposition-notification", "disposition-notification"})


def _is_answer(message: Message) -> bool:
    """Whether it is an automatic reply (RFC 3834)."""
    if any(name in message for name in BOUNCE_HEADERS) or message.get_content_type() == "multipart/report":
        return False
    is_auto_replied = str(message.get("Auto-Submitted", "")).lower().startswith("auto-replied")
    # Automatic replies also come from no-reply addresses. Bounces from such addresses do not have these headers.
    sender = NO_REPLY.sub("a-person@", _header(message, "From"))
    is_by_a_person = not SENDER.search(sender)
    return bool(
        ANSWER.match(_subject(message))
        or any(name in message for name in ANSWERS)
        or str(message.get("Precedence", "")).lower().replace("-", "_") == "auto_reply"
        or (is_by_a_person and (is_auto_replied or "X-Auto-Response-Suppress" in message))
    )


def _header(message: Message, name: str) -> str:
    value = next((str(value) for header, value in message.raw_items() if header.lower() == name.lower()), "")
    return _as_utf8(value[:LONGEST_FIELD])


def _as_utf8(text: str) -> str:
    """Return `text` of the parser, which has surrogates for bytes above 127: many servers do not encode these."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _subject(message: Message) -> str:
    subject = _header(message, "Subject")
    try:
        return str(make_header(decode_header(subject)))
    except (LookupError, UnicodeError, ValueError):
        return subject


def _better(field: str, diagnostic: str) -> str:
    """Return the status code of a report; the other server's if our server's is missing or ends with .0."""
    ours, theirs = STATUS.search(field), STATUS.search(diagnostic)
    delivery = ours[1] if ours else ""
    return theirs[1] if theirs and (not delivery or delivery.endswith(".0")) else delivery


def _field(fields: str, name: str) -> str:
    match = re.search(rf"^{name}[ \t]*:[ \t]*(.*(?:\n[ \t]+.*)*)", fields, re.IGNORECASE | re.MULTILINE)
    return " ".join(match[1][:MOST_WORDS].split())[:LONGEST_FIELD] if match else ""


def _words(message: Message) -> str:
    """Return the text of a message without the bounced original and its subject; HTML if there is no plain text."""
    texts = list(_texts(message))
    plain = [text for kind, text in texts if kind != "text/html"]
    words = "\n".join(plain or [TAG.sub(" ", text[:LONGEST_HTML]) for _, text in texts])
    return QUOTED_SUBJECT.sub("", ORIGINAL.split(words[:MOST_WORDS], maxsplit=1)[0])


def _texts(message: Message) -> Iterator[tuple[str, str]]:
    if message.get_content_type() == "message/rfc822":
        return
    if message.is_multipart():
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _texts(part)
    elif message.get_content_maintype() in {"text", "multipart"}:
        yield message.get_content_type(), _text(message)


def _text(part: Message) -> str:
    """Return the text of a part, even if its headers are wrong."""
    if part.is_multipart():
        # Not `str(block)`: the library would fold the headers, which takes a minute for a long one.
        blocks = [block for block in part.get_payload() if isinstance(block, Message)]
        return "\n\n".join(
            "\n".join(f"{name}: {_as_utf8(str(value))}" for name, value in block.raw_items()) for block in blocks
        )
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return str(part.get_payload())
    try:
        return payload.decode(usable(part.get_content_charset() or "utf-8"), "replace")
    except LookupError:
        return payload.decode("utf-8", "replace")
