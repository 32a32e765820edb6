"""Signatures of messages (https://www.standardwebhooks.com, version 1)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from parley.people.accounts.sealing import seal, unseal

PREFIX = "whsec_"
PURPOSE = "webhook"
BYTES = 32


def new_secret() -> tuple[str, bytes]:
    """Return a new secret as receivers' libraries read it, and as it is stored."""
    secret = secrets.token_bytes(BYTES)
    return PREFIX + base64.b64encode(secret).decode(), seal(secret, PURPOSE)


def open_secret(stored: bytes) -> bytes:
    """Return a stored secret. Raises ValueError if it was sealed with another PARLEY_SECRET."""
    secret = unseal(stored, PURPOSE)
    if secret is None:
        raise ValueError("this secret was sealed with another PARLEY_SECRET")
    return secret


def signature(secrets_: Sequence[bytes], message: str, timestamp: int, body: bytes) -> str:
    """Return the signatures of a message by each secret. A receiver needs to know only one of them."""
    signed = f"{message}.{timestamp}.".encode() + body
    return " ".join(
        f"v1,{base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()}" for secret in secrets_
    )
