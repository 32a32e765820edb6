"""The challenges that passkeys sign: random, for one purpose, for five minutes, and accepted once.

We sign them ourselves, so nothing is stored before a passkey has answered.
"""

import hashlib
import hmac
import secrets
from time import time

from parley.platform import db
from parley.platform.signing import sign

LASTS_SECONDS = 300
RANDOM, TIME = 16, 8
INSERT_USED = """
insert into used_challenge (digest, expires_at) values ($1, to_timestamp($2)) on conflict do nothing returning id
"""


def issue(purpose: str) -> bytes:
    """Return a new challenge, such as for `sign-in`, or for something that one session does."""
    plain = secrets.token_bytes(RANDOM) + (int(time()) + LASTS_SECONDS).to_bytes(TIME)
    return plain + _signature(plain, purpose)


def is_ours(challenge: bytes, purpose: str) -> bool:
    """Whether we issued a challenge for `purpose`, and it has not expired. It may have been used."""
    plain, signature = challenge[: RANDOM + TIME], challenge[RANDOM + TIME :]
    return hmac.compare_digest(signature, _signature(plain, purpose)) and _expires(challenge) > time()


async def use(challenge: bytes) -> bool:
    """Use up a challenge of ours. Return False if it was used before."""
    return await db.value(INSERT_USED, hashlib.sha256(challenge).digest(), _expires(challenge)) is not None


def _expires(challenge: bytes) -> int:
    return int.from_bytes(challenge[RANDOM : RANDOM + TIME])


def _signature(plain: bytes, purpose: str) -> bytes:
    return sign(f"challenge {purpose}", plain)
