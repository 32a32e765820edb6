"""Sealing: encrypts what is stored, or put into a hidden field, with this installation's secret.

AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits in front.
"""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from parley.platform.settings import settings

NONCE = 12


def seal(plain: bytes, bound_to: str) -> bytes:
    """Encrypt `plain`. It can be opened only with the same `bound_to`, such as its purpose and its member."""
    nonce = os.urandom(NONCE)
    return nonce + _cipher(settings().secret).encrypt(nonce, plain, bound_to.encode())


def unseal(sealed: bytes, bound_to: str) -> bytes | None:
    """Return what was sealed, or None if it was changed, bound to something else or sealed with another secret."""
    opened = (_open(sealed, bound_to, secret) for secret in settings().secrets)
    return next((plain for plain in opened if plain is not None), None)


def is_outdated(sealed: bytes, bound_to: str) -> bool:
    """Whether only the former secret opens this."""
    return _open(sealed, bound_to, settings().secret) is None and unseal(sealed, bound_to) is not None


def _open(sealed: bytes, bound_to: str, secret: str) -> bytes | None:
    try:
        return _cipher(secret).decrypt(sealed[:NONCE], sealed[NONCE:], bound_to.encode())
    except (InvalidTag, ValueError):
        return None


def _cipher(secret: str) -> AESGCM:
    return AESGCM(hmac.digest(secret.encode(), b"sealing", hashlib.sha256))
