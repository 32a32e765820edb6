"""Proof of work above a limit of sign-ups or sign-ins: a signed challenge for one login, which the browser solves.

The answer is a number whose PBKDF2 (RFC 8018, with the challenge as salt) begins with a zero byte: 256 tries on
average. Browsers have PBKDF2 built in, so an attacker's program is not much faster than they are.
"""

import asyncio
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from time import time

from parley.core import ratelimit
from parley.core.errors import TooMany
from parley.core.ratelimit import Use
from parley.core.signing import sign
from parley.core.text.messages import Message

LASTS_SECONDS = 600
ROUNDS = 5_000
ANSWER = re.compile(r"((\d{1,12})\.[A-Za-z0-9_-]{22})\.([0-9a-f]{32})\.(\d{1,7})")


class ProofOfWorkNeeded(TooMany):
    """A limit is reached: only a form with an answer to `challenge` is accepted."""

    def __init__(self, why: Message, login_key: str, retry_after: int = 1) -> None:
        super().__init__(why, retry_after)
        self.challenge = challenge(login_key)


def challenge(login_key: str) -> str:
    """Return a challenge that can be used once for `login_key`, within ten minutes."""
    plain = f"{int(time()) + LASTS_SECONDS}.{secrets.token_urlsafe(16)}"
    return f"{plain}.{_signature(plain, login_key)}"


async def accepts(answer: str, login_key: str) -> bool:
    """Whether `answer` solves an unused challenge that was issued for `login_key`. A right answer uses it up."""
    match = ANSWER.fullmatch(answer)
    if match is None:
        return False
    plain, expires, signature, number = match.groups()
    if int(expires) < time() or not hmac.compare_digest(signature, _signature(plain, login_key)):
        return False
    try:
        await ratelimit.take(ratelimit.PROOF_USED, plain)
    except TooMany:
        return False
    return await asyncio.to_thread(solves, f"{plain}.{signature}", number)


async def take(plain: Sequence[Use], proven: Sequence[Use], *, key: str, answer: str, why: Message) -> None:
    """Take the tokens of `plain`. Above their limits, with a right answer to a challenge for `key`, those of `proven`.

    Raises ProofOfWorkNeeded with `why` when `answer` is wrong, TooMany above the limits of `proven`.
    """
    try:
        await ratelimit.take_all(plain)
    except TooMany as error:
        if not await accepts(answer, key):
            raise ProofOfWorkNeeded(why, key, error.retry_after) from None
        await ratelimit.take_all(proven)


def solves(challenge: str, number: str) -> bool:
    """Whether `number` solves `challenge`."""
    return hashlib.pbkdf2_hmac("sha256", number.encode(), challenge.encode(), ROUNDS)[0] == 0


def _signature(plain: str, login_key: str) -> str:
    return sign("challenge", f"{plain}|{login_key}".encode(errors="replace")).hex()
