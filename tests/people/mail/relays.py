"""What relays post, signed as they sign it, with keys and a certificate of the tests."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

TOPIC = "arn:aws:sns:eu-west-1:123456789012:parley"
HOST = "https://sns.eu-west-1.amazonaws.com"
CERTIFICATE = f"{HOST}/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
MAILGUN_KEY = "0123456789abcdef0123456789abcdef"
POSTMARK_LOGIN = "postmark:a password of the tests"
KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
HASHES = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303 version 1 is this


def certificate(*, days: int = 30) -> bytes:
    """A certificate of KEY, which is valid from a year ago for another `days`."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(KEY.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=365)).not_valid_after(now + timedelta(days=days))
    return builder.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def sns(message: object, *, key: rsa.RSAPrivateKey = KEY, version: str = "1", **changes: Any) -> dict[str, Any]:
    """A message of SNS about `message`; `changes` are made before it is signed."""
    said = {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Message": message if isinstance(message, str) else json.dumps(message),
        "Timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE,
        **changes,
    }
    names = ("Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
    plain = "".join(f"{name}\n{said[name]}\n" for name in names if name in said).encode()
    signature = key.sign(plain, padding.PKCS1v15(), HASHES[version])
    return {**said, "Signature": base64.b64encode(signature).decode()}


def confirmation(url: str = f"{HOST}/?Action=ConfirmSubscription&Token=2336412f37") -> dict[str, Any]:
    return sns("You have chosen to subscribe.", Type="SubscriptionConfirmation", Token="2336412f37", SubscribeURL=url)


def ses(sender: str, kind: str = "Delivery", **more: Any) -> dict[str, Any]:
    """A notification of SES about a message with this envelope."""
    mail = {"source": sender, "destination": ["ada@example.org"], "messageId": "0000014644fe5ef6"}
    return {"notificationType": kind, "mail": mail, kind.lower(): {}, **more}


def ses_bounce(sender: str, answer: str, status: str = "5.1.1") -> dict[str, Any]:
    about = {"emailAddress": "ada@example.org", "status": status, "diagnosticCode": answer}
    return ses(sender, "Bounce", bounce={"bounceType": "Permanent", "bouncedRecipients": [about]})


def mailgun(event: str, *, key: str = MAILGUN_KEY, token: str | None = None, ago: float = 0, **data: Any) -> Any:
    """A notification of Mailgun, signed `ago` seconds ago."""
    token = token or secrets.token_hex(25)
    timestamp = str(int(time.time() - ago))
    signature = hmac.digest(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hex()
    return {
        "signature": {"timestamp": timestamp, "token": token, "signature": signature},
        "event-data": {"event": event, "recipient": "ada@example.org", **data},
    }


def postmark(record: str, proof: str, **more: Any) -> dict[str, Any]:
    return {"RecordType": record, "Recipient": "ada@example.org", "Metadata": {"parley": proof}, **more}
