"""Webhooks of relays for deliveries, bounces and complaints. The address of a relay that is not set up answers 404."""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.utils import parseaddr
from time import time
from typing import Any

import msgspec
import structlog
from litestar import MediaType, Request, Response, post
from litestar.params import FromPath

from parley.people.mail import bounces, queue
from parley.people.mail.letters import KEY
from parley.people.mail.links import returned_mail
from parley.people.mail.tables import Mail
from parley.people.returned_mail import delivery_status
from parley.people.returned_mail.delivery_status import MailReport
from parley.platform import db, ratelimit
from parley.platform.errors import BadRequest, Forbidden, NotFound, TooMany
from parley.platform.http.access import ANYONE
from parley.platform.observability import metrics
from parley.platform.settings import settings
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)
AnyRequest = Request[Any, Any, Any]

# These do not count against the address.
HARMLESS = {"delivered", "mail", "auto-reply"}
OLDEST, CLOCK_SKEW = 86_400, 900
LONGEST_TOKEN = 100


class WebhookSignature(msgspec.Struct, frozen=True):
    timestamp: str | int
    token: str
    signature: str


class MailgunBody(msgspec.Struct, frozen=True):
    signature: WebhookSignature
    event: msgspec.Raw = msgspec.field(name="event-data")


@post("/mail/webhooks/{relay:str}", name="mail:webhook", status_code=200, opt={"who": ANYONE, "any_body": True})
async def webhook(request: AnyRequest, relay: FromPath[str]) -> Response[str]:
    """Process a notification from a relay and respond with its outcome in a word. Idempotent."""
    if relay not in RELAYS:
        raise NotFound
    try:
        outcome = await RELAYS[relay](request)
    except Forbidden as error:
        log.warning("webhook refused", relay=relay, reason=str(error))
        metrics.MAIL_WEBHOOKS.labels(relay, "refused").inc()
        raise
    log.info("webhook processed", relay=relay, outcome=outcome)
    metrics.MAIL_WEBHOOKS.labels(relay, outcome).inc()
    return Response(f"{outcome}\n", media_type=MediaType.TEXT)


async def _ses(request: AnyRequest) -> str:
    from parley.people.inbound_mail import sns  # noqa: PLC0415 certificates take 33 modules

    message = await sns.verify(await _body(request, settings().ses_topic), settings().ses_topic or "")
    if message.type == sns.NOTIFICATION:
        return await process(message.message)
    if message.type != sns.CONFIRMATION:
        return "ignored"
    await sns.confirm(message)
    return "confirmed"


async def _mailgun(request: AnyRequest) -> str:
    key = settings().mailgun_key
    raw = await _body(request, key)
    try:
        body = msgspec.json.decode(raw, type=MailgunBody)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise BadRequest(N_("This is not a notification of Mailgun. Nothing was changed.")) from None
    _check_mailgun(body.signature, key or "")
    async with _is_new(body.signature.token) as is_new:
        # The signature does not cover the event, so an event with a used token may be forged.
        event = bytes(body.event).decode("utf-8", "replace")
        return await process(f'{{"event-data": {event}}}') if is_new else "known"


def _check_mailgun(signature: WebhookSignature, key: str) -> None:
    """Raise Forbidden unless Mailgun signed this within a day."""
    expected = hmac.digest(key.encode(), f"{signature.timestamp}{signature.token}".encode(), hashlib.sha256).hex()
    if len(signature.token) > LONGEST_TOKEN or not hmac.compare_digest(expected.encode(), signature.signature.encode()):
        raise Forbidden(N_("The signature of this notification is wrong. Nothing was changed."))
    if not -OLDEST < int(signature.timestamp) - time() < CLOCK_SKEW:
        raise Forbidden(N_("This notification is too old, or a clock is wrong. Nothing was changed."))


@asynccontextmanager
async def _is_new(token: str) -> AsyncIterator[bool]:
    """Yield whether `token` is new. If the block fails, it stays new."""
    try:
        await ratelimit.take(ratelimit.WEBHOOK_TOKEN, token)
    except TooMany:
        yield False
        return
    try:
        yield True
    except BaseException:
        await ratelimit.give_back(ratelimit.WEBHOOK_TOKEN, token)
        raise


async def _postmark(request: AnyRequest) -> str:
    login = settings().postmark_login
    expected = f"Basic {base64.b64encode((login or '').encode()).decode()}"
    is_authorised = hmac.compare_digest(expected.encode(), request.headers.get("Authorization", "").encode())
    if login is not None and not is_authorised:
        raise Forbidden(N_("The name or password of this notification is wrong. Nothing was changed."))
    return await process((await _body(request, login)).decode("utf-8", "replace"))


async def _body(request: AnyRequest, setting: str | None) -> bytes:
    """Read the body, at most as long as a form. Raises NotFound if this relay is not set up."""
    if setting is None:
        raise NotFound
    return await request.body()


async def process(text: str) -> str:
    """Process the notifications in `text`, and return the outcome of the last one in a word. Idempotent."""
    digest, outcome = hashlib.sha256(text.encode()).hexdigest(), "ignored"
    for number, report in enumerate(delivery_status.read(text)):
        async with db.atomic():
            outcome = await _take_in(report, f"webhook:{digest}:{number}")
    return outcome


async def _take_in(report: MailReport, digest: str) -> str:
    mail = await _mail(report)
    if mail is None:
        return "ignored"
    # Any notification shows that the relay has the message, even if its reply was lost.
    was_open = await queue.settle_arrived(mail)
    if report.kind in HARMLESS:
        return "settled" if was_open else report.kind
    return await bounces.record_report(mail, report, digest)


async def _mail(report: MailReport) -> int | None:
    """Return the id of our mail, from the signed value that we gave the relay, or from its Message-ID."""
    proven = (returned_mail(parseaddr(proof)[1]) for proof in report.proofs)
    if (named := next((mail for mail in proven if mail is not None), None)) is not None:
        return named
    name, _, host = report.message_id.strip("<> ").rpartition("@")
    if not KEY.fullmatch(name) or host != settings().host:
        return None
    kind, _, number = name.rpartition(".")
    without_key = (Mail.id == as_id(number)) & (Mail.kind == kind) & Mail.key.is_null()
    mail_id: int | None = await db.value(Mail.select(Mail.id).where((Mail.key == name) | without_key))
    return mail_id


RELAYS: dict[str, Callable[[AnyRequest], Awaitable[str]]] = {"ses": _ses, "mailgun": _mailgun, "postmark": _postmark}
handlers: list[object] = [webhook]
