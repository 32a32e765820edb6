"""Proof of work for a sign-in above its allowance: a signed challenge for one name, which a browser answers by itself.

The answer is a number whose PBKDF2 (RFC 8018, salted with the challenge) begins with a zero byte: 256 tries on average.
PBKDF2 is native in browsers, so an attacker's own program is not much quicker than they are.
"""

import asyncio
import hashlib
import hmac
import re
import secrets
from time import time

from parley.core import ratelimit
from parley.core.errors import TooMany
from parley.mail.links import proof

LASTS_SECONDS = 600
ROUNDS = 5_000
ANSWER = re.compile(r"((\d{1,12})\.[A-Za-z0-9_-]{22})\.([0-9a-f]{32})\.(\d{1,7})")


def challenge(login_key: str) -> str:
    """A challenge that answers for `login_key` once, for ten minutes."""
    plain = f"{int(time()) + LASTS_SECONDS}.{secrets.token_urlsafe(16)}"
    return f"{plain}.{_signature(plain, login_key)}"


async def accepts(answer: str, login_key: str) -> bool:
    """Whether `answer` solves a challenge that was issued for `login_key`. It uses the challenge up."""
    found = ANSWER.fullmatch(answer)
    if found is None:
        return False
    plain, expires, signature, number = found.groups()
    if int(expires) < time() or not hmac.compare_digest(signature, _signature(plain, login_key)):
        return False
    try:
        await ratelimit.take(ratelimit.PROOF_USED, plain)
    except TooMany:
        return False
    return await asyncio.to_thread(solves, f"{plain}.{signature}", number)


def solves(challenge: str, number: str) -> bool:
    """Whether `number` is an answer to `challenge`."""
    return hashlib.pbkdf2_hmac("sha256", number.encode(), challenge.encode(), ROUNDS)[0] == 0


def _signature(plain: str, login_key: str) -> str:
    return proof("challenge", f"{plain}|{login_key}".encode(errors="replace")).hex()
