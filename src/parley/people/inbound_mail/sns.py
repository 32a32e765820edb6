"""Amazon SNS, which delivers the notifications of Amazon SES: verifies signatures and confirms the subscription.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

import asyncio
import base64
import binascii
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from parley.extraction.fetching import fetch
from parley.platform.errors import BadRequest, Forbidden
from parley.platform.text.messages import N_

NOTIFICATION, CONFIRMATION = "Notification", "SubscriptionConfirmation"
# SNS retries for an hour.
OLDEST, CLOCK_SKEW = timedelta(days=1), timedelta(minutes=15)
CACHE_TIME = timedelta(hours=12)
MOST_CERTIFICATES = 4
HASHES: dict[str, hashes.HashAlgorithm] = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303 SNS defines version 1 so

_certificates: dict[str, tuple[x509.Certificate, datetime]] = {}
_fetching_lock = asyncio.Lock()


class SnsMessage(msgspec.Struct, frozen=True, rename="pascal"):
    type: str
    message_id: str
    topic_arn: str
    message: str
    timestamp: datetime
    signature_version: str
    signature: str
    certificate: str = msgspec.field(name="SigningCertURL")
    subject: str | None = None
    token: str | None = None
    subscribe_url: str | None = msgspec.field(default=None, name="SubscribeURL")


async def verify(raw: bytes, topic: str) -> SnsMessage:
    """Return the message in `raw`, if SNS signed it for `topic` within a day.

    SNS signs messages of all topics, so the topic is checked first. Raises BadRequest if it is not a message of SNS,
    Forbidden if it is not verified, Busy if the certificate cannot be fetched now.
    """
    try:
        message, fields = msgspec.json.decode(raw, type=SnsMessage), msgspec.json.decode(raw, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise BadRequest(N_("This is not a message of Amazon SNS. Nothing was changed.")) from None
    if message.topic_arn != topic:
        raise Forbidden(N_("This message has another topic than PARLEY_SES_TOPIC. Nothing was changed."))
    if not _is_recent(message.timestamp):
        raise Forbidden(N_("This message is too old, or a clock is wrong. Nothing was changed."))
    if not _is_of_sns(message.certificate, topic):
        raise Forbidden(N_("The certificate of this message is not one of Amazon SNS. Nothing was changed."))
    if not _is_signed(message, fields, await _certificate(message.certificate)):
        raise Forbidden(N_("The signature of this message is wrong. Nothing was changed."))
    return message


async def confirm(message: SnsMessage) -> None:
    """Confirm the subscription, which SNS requires before its first notification."""
    url = message.subscribe_url or ""
    if not _is_of_sns(url, message.topic_arn):
        raise Forbidden(N_("The address to confirm is not one of Amazon SNS. Nothing was changed."))
    await fetch.fetch_body(url)


def _is_recent(at: datetime) -> bool:
    if at.tzinfo is None:
        return False
    now = datetime.now(UTC)
    return now - OLDEST < at < now + CLOCK_SKEW


def _is_of_sns(url: str, topic: str) -> bool:
    """Whether `url` belongs to SNS in the region of `topic`."""
    _, partition, _, region, *_ = topic.split(":")
    host = f"sns.{region}.amazonaws.com{'.cn' if partition == 'aws-cn' else ''}"
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and parts.netloc == host


def _is_signed(message: SnsMessage, fields: dict[str, object], certificate: x509.Certificate) -> bool:
    key, algorithm = certificate.public_key(), HASHES.get(message.signature_version)
    now = datetime.now(UTC)
    if algorithm is None or not isinstance(key, RSAPublicKey):
        return False
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        return False
    try:
        key.verify(base64.b64decode(message.signature, validate=True), _signed_text(fields), PKCS1v15(), algorithm)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _signed_text(fields: dict[str, object]) -> bytes:
    """Return what SNS signs: names and values of some fields, each on a line, in alphabetical order."""
    is_notification = fields["Type"] == NOTIFICATION
    more = ["Subject"] if is_notification and fields.get("Subject") is not None else []
    names = ["Message", "MessageId", "Timestamp", "TopicArn", "Type", *more]
    names += [] if is_notification else ["SubscribeURL", "Token"]
    return "".join(f"{name}\n{fields.get(name)}\n" for name in sorted(names)).encode()


async def _certificate(url: str) -> x509.Certificate:
    """Return the certificate at `url`, which is cached for twelve hours."""
    if (cached := _cached_certificate(url)) is not None:
        return cached
    async with _fetching_lock:
        return _cached_certificate(url) or await _fetch(url)


def _cached_certificate(url: str) -> x509.Certificate | None:
    certificate, at = _certificates.get(url, (None, datetime.min.replace(tzinfo=UTC)))
    return certificate if datetime.now(UTC) - at < CACHE_TIME else None


async def _fetch(url: str) -> x509.Certificate:
    try:
        certificate = x509.load_pem_x509_certificate(await fetch.fetch_body(url))
    except ValueError:
        raise Forbidden(N_("The certificate of this message cannot be read. Nothing was changed.")) from None
    if len(_certificates) >= MOST_CERTIFICATES:
        _certificates.clear()
    _certificates[url] = certificate, datetime.now(UTC)
    return certificate
