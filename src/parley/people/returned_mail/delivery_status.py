"""Relays' notifications in JSON: Amazon SES (directly or by SNS), Postmark, Mailgun, SendGrid, SparkPost and Mandrill.

The receiving server's reply decides the kind, as in a bounce; the relay's class counts if the reply is unclear.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from parley.people.returned_mail.reasons import kind_of

STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
# A notification by e-mail has a footer after its JSON, and its strings may be wrapped.
BEGINS = re.compile(r"\s*[\[{]")
MOST_EVENTS = 1_000

KINDS = {
    # Amazon SES
    "noemail": "gone", "mailboxfull": "full", "messagetoolarge": "content", "contentrejected": "content",
    "attachmentrejected": "content", "permanent": "hard", "transient": "soft", "undetermined": "soft",
    # Postmark
    "hardbounce": "gone", "bademailaddress": "gone", "softbounce": "soft", "spamnotification": "content",
    "virusnotification": "content", "dnserror": "soft", "blocked": "policy", "dmarcpolicy": "policy",
    "challengeverification": "soft",
    # SendGrid
    "invalid address": "gone", "technical": "soft", "content": "content", "reputation": "policy",
    "frequency or volume": "rate", "mailbox unavailable": "hard", "bounced address": "gone", "invalid": "gone",
    # SparkPost's bounce classes
    "10": "gone", "21": "soft", "22": "full", "23": "content", "24": "soft", "25": "policy", "30": "hard",
    "50": "policy", "51": "policy", "52": "content", "53": "content", "54": "policy", "70": "soft", "90": "hard",
    # Mandrill and Mailgun
    "bad_mailbox": "gone", "invalid_domain": "gone", "mailbox_full": "full", "suppress-bounce": "hard",
    "hard_bounce": "hard", "soft_bounce": "soft", "message_too_large": "content", "dropped": "hard",
}  # fmt: skip
EVENTS = {
    "bounce": "bounce", "bounced": "bounce", "failed": "bounce", "hard_bounce": "bounce", "soft_bounce": "bounce",
    "dropped": "bounce", "reject": "bounce", "rejected": "bounce", "out_of_band": "bounce",
    "policy_rejection": "bounce", "generation_rejection": "bounce",
    "complaint": "complaint", "complained": "complaint", "spamcomplaint": "complaint", "spamreport": "complaint",
    "spam_complaint": "complaint", "spam": "complaint",
    "delivery": "delivered", "delivered": "delivered",
    "deliverydelay": "delayed", "deferred": "delayed", "delay": "delayed", "deferral": "delayed",
}  # fmt: skip


class MailReport(msgspec.Struct, frozen=True):
    """A report about a message: `kind` as in `reasons.kind_of`, or "complaint", "delivered" or "leave" (unsubscribe).

    Other messages have the kind "mail" or "auto-reply". The `proofs` of a relay's report may contain our signed id.
    """

    kind: str
    status: str = ""
    detail: str = ""
    is_final: bool = True
    """Whether delivery is not retried."""
    address: str = ""
    proofs: tuple[str, ...] = ()
    message_id: str = ""


def read(text: str) -> list[MailReport]:
    """Return the notifications in `text`; none if it is not JSON or of an unknown relay."""
    if not BEGINS.match(text):
        return []
    decoded = _json(text)
    events = decoded if isinstance(decoded, list) else [decoded]
    reports = (_one(event) for event in events[:MOST_EVENTS] if isinstance(event, dict))
    return [report for report in reports if report is not None]


def _json(text: str) -> Any:
    for end in (len(text), text.rfind("}") + 1, text.rfind("\n\n--")):
        for candidate in (text[:end], re.sub(r"[\r\n]+[ ]?", "", text[:end])):
            try:
                return msgspec.json.decode(candidate)
            except (msgspec.DecodeError, UnicodeError, RecursionError):
                continue
    return None


def _one(event: dict[str, Any]) -> MailReport | None:
    """Return the notification of one event, or None if its form is unknown."""
    try:
        if event.get("Type") == "Notification" and isinstance(event.get("Message"), str):
            inner = msgspec.json.decode(event["Message"])
            return _one(inner) if isinstance(inner, dict) else None
        return next((parse(event) for matches, parse in RELAYS if matches(event)), None)
    except (AttributeError, TypeError, IndexError, KeyError, msgspec.DecodeError):
        return None


def _notification(event: str, answer: str, status: str, classes: Iterable[Any], **rest: Any) -> MailReport | None:
    outcome = EVENTS.get(event.lower())
    if outcome in {None, "delivered", "complaint"}:
        return MailReport(outcome or "mail", **rest)
    match = STATUS.search(status) or STATUS.search(answer)
    status = match[0] if match else ""
    names = [str(name).lower() for name in classes if name not in {None, ""}]
    by_class = next((KINDS[name] for name in names if name in KINDS), None)
    permanent = outcome == "bounce" and by_class not in {"soft", "full"}
    kind = kind_of(status, answer, permanent=permanent) if answer or status else by_class or "soft"
    if kind in {"hard", "soft"} and by_class is not None:
        kind = by_class
    return MailReport(kind, status=status, detail=answer[:1_000], is_final=outcome != "delayed", **rest)


def _ses(event: dict[str, Any]) -> MailReport | None:
    mail = event.get("mail") or {}
    name = str(event.get("notificationType") or event.get("eventType"))
    bounce = event.get("bounce") or event.get("deliveryDelay") or {}
    about = (bounce.get("bouncedRecipients") or bounce.get("delayedRecipients") or [{}])[0]
    complained = (event.get("complaint") or {}).get("complainedRecipients") or [{}]
    address = about.get("emailAddress") or complained[0].get("emailAddress") or (mail.get("destination") or [""])[0]
    classes = (bounce.get("bounceSubType"), bounce.get("delayType"), bounce.get("bounceType"))
    answer, status = about.get("diagnosticCode") or "", about.get("status") or ""
    common = mail.get("commonHeaders") or {}
    headers = {header.get("name"): header.get("value") for header in mail.get("headers") or []}
    message_id = common.get("messageId") or headers.get("Message-ID") or ""
    proofs = (str(mail.get("source") or ""),)
    return _notification(name, answer, status, classes, address=address, proofs=proofs, message_id=message_id)


def _postmark(event: dict[str, Any]) -> MailReport | None:
    if event.get("Type") == "AutoResponder":
        return MailReport("auto-reply", address=event.get("Email") or "")
    address = event.get("Email") or event.get("Recipient") or ""
    proofs = tuple(str(value) for value in (event.get("Metadata") or {}).values())
    name = "complaint" if event.get("Type") == "SpamComplaint" else str(event["RecordType"])
    answer = event.get("Details") or ""
    return _notification(name, answer, "", (event.get("Type"),), address=address, proofs=proofs)


def _mailgun(event: dict[str, Any]) -> MailReport | None:
    data = event.get("event-data") or event
    status = data.get("delivery-status") or {}
    answer = f"{status.get('code') or ''} {status.get('message') or ''} {status.get('description') or ''}".strip()
    name = "delay" if data.get("severity") == "temporary" else str(data.get("event"))
    headers = (data.get("message") or {}).get("headers") or {}
    return _notification(
        name, answer, str(status.get("enhanced-code") or ""), (data.get("reason"), data.get("severity")),
        address=data.get("recipient") or "", message_id=str(headers.get("message-id") or ""),
        proofs=(str((data.get("envelope") or {}).get("sender") or ""),),
    )  # fmt: skip


def _sendgrid(event: dict[str, Any]) -> MailReport | None:
    name = str(event.get("event") or "bounce")
    classes = (event.get("bounce_classification"), event.get("type"), event.get("reason") or "", name)
    answer = f"{event.get('status') or ''} {event.get('reason') or event.get('response') or ''}".strip()
    return _notification(
        name, answer, str(event.get("status") or ""), classes,
        address=event.get("email") or "", message_id=str(event.get("smtp-id") or ""),
    )  # fmt: skip


def _sparkpost(event: dict[str, Any]) -> MailReport | None:
    (data,) = event["msys"].values()
    if str(data.get("bounce_class")) == "60":
        return MailReport("auto-reply", address=data.get("rcpt_to") or "")
    answer = data.get("raw_reason") or data.get("reason") or ""
    proofs = (str(data.get("msg_from") or ""),)
    classes = (data.get("bounce_class"),)
    return _notification(str(data.get("type")), answer, "", classes, address=data.get("rcpt_to") or "", proofs=proofs)


def _mandrill(event: dict[str, Any]) -> MailReport | None:
    msg = event["msg"]
    classes = (msg.get("bounce_description"), event["event"])
    address, proofs = msg.get("email") or "", (str(msg.get("sender") or ""),)
    return _notification(str(event["event"]), msg.get("diag") or "", "", classes, address=address, proofs=proofs)


Event = dict[str, Any]
RELAYS: tuple[tuple[Callable[[Event], bool], Callable[[Event], MailReport | None]], ...] = (
    (lambda event: "mail" in event and ("notificationType" in event or "eventType" in event), _ses),
    (lambda event: "RecordType" in event, _postmark),
    (lambda event: "event-data" in event or ("event" in event and "delivery-status" in event), _mailgun),
    (lambda event: "msys" in event, _sparkpost),
    (lambda event: "msg" in event and "event" in event, _mandrill),
    (lambda event: "email" in event and ("event" in event or "reason" in event), _sendgrid),
)
