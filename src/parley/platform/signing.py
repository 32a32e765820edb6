"""Signatures with our secret: what we hand out and recognise again, without storing it."""

import hashlib
import hmac

from parley.platform.settings import settings

SIGNATURE_BYTES = 16


def sign(purpose: str, payload: bytes) -> bytes:
    """Return our signature of `payload`. It is only valid for this purpose."""
    return _sign(settings().secret, purpose, payload)


def signatures(purpose: str, payload: bytes) -> list[bytes]:
    """Return the signatures of `payload` that are accepted: with the present secret and with the former one."""
    return [_sign(secret, purpose, payload) for secret in settings().secrets]


def is_signature(purpose: str, payload: bytes, signature: str) -> bool:
    """Whether `signature`, in hexadecimal digits, is ours."""
    given = signature.encode(errors="replace")
    return any(hmac.compare_digest(valid.hex().encode(), given) for valid in signatures(purpose, payload))


def _sign(secret: str, purpose: str, payload: bytes) -> bytes:
    return hmac.digest(secret.encode(), f"{purpose}|".encode() + payload, hashlib.sha256)[:SIGNATURE_BYTES]
