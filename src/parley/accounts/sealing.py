"""Sealing: what is stored, or shown in a hidden field, can be read only with this installation's secret.

AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits in front.
"""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from parley.core.settings import settings

NONCE = 12


def seal(plain: bytes, bound_to: str) -> bytes:
    """Encrypt `plain`. It can be opened only with the same `bound_to`, such as its purpose and its member."""
    nonce = os.urandom(NONCE)
    return nonce + _cipher().encrypt(nonce, plain, bound_to.encode())


def unseal(sealed: bytes, bound_to: str) -> bytes | None:
    """Return what was sealed, or None if it was changed, bound to something else or sealed with another secret."""
    try:
        return _cipher().decrypt(sealed[:NONCE], sealed[NONCE:], bound_to.encode())
    except (InvalidTag, ValueError):
        return None


def _cipher() -> AESGCM:
    return AESGCM(hmac.digest(settings().secret.encode(), b"sealing", hashlib.sha256))
