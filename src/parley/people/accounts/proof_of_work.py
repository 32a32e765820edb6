"""Proof of work above a limit of sign-ups or sign-ins: a signed challenge for one login, which the browser solves.

The answer is a number whose PBKDF2 (RFC 8018, with the challenge as salt) begins with the number of zero bits that the
challenge names. Browsers have PBKDF2 built in, so an attacker's program is not much faster than they are.
"""

import asyncio
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from time import time

from parley.platform import ratelimit
from parley.platform.errors import TooMany
from parley.platform.limit import Use
from parley.platform.signing import sign
from parley.platform.text.messages import Message

LASTS_SECONDS = 600
ROUNDS = 5_000
# Zero bits above a limit, and above the limit for such answers: 256 tries on average, and 4,096.
EASY, HARD = 8, 12
ANSWER = re.compile(r"((\d{1,12})\.(\d{1,2})\.[A-Za-z0-9_-]{22})\.([0-9a-f]{32})\.(\d{1,7})")


class ProofOfWorkNeeded(TooMany):
    """A limit is reached: only a form with an answer to `challenge` is accepted."""

    def __init__(self, why: Message, login_key: str, bits: int = EASY, retry_after: int = 1) -> None:
        super().__init__(why, retry_after)
        self.challenge = challenge(login_key, bits)


def challenge(login_key: str, bits: int = EASY) -> str:
    """Return a challenge that can be used once for `login_key`, within ten minutes."""
    plain = f"{int(time()) + LASTS_SECONDS}.{bits}.{secrets.token_urlsafe(16)}"
    return f"{plain}.{_signature(plain, login_key)}"


async def bits_of(answer: str, login_key: str) -> int:
    """Return how much work `answer` took: the bits of an unused challenge for `login_key` that it solves, else 0.

    It uses the challenge up.
    """
    match = ANSWER.fullmatch(answer)
    if match is None:
        return 0
    plain, expires, bits, signature, number = match.groups()
    if int(expires) < time() or not hmac.compare_digest(signature, _signature(plain, login_key)):
        return 0
    try:
        await ratelimit.take(ratelimit.PROOF_USED, plain)
    except TooMany:
        return 0
    return int(bits) if await asyncio.to_thread(solves, f"{plain}.{signature}", number) else 0


async def take(steps: Sequence[Sequence[Use]], *, key: str, bits: int, why: Message) -> Sequence[Use]:
    """Take the tokens of the first of `steps` that has enough, and return them. `bits` is the work done.

    The first step needs no work, the second EASY, the third HARD. Raises ProofOfWorkNeeded with `why` for the step that
    needs more work, TooMany above the limits of the last one.
    """
    wait = 1
    for needed, uses in zip((0, EASY, HARD), steps, strict=False):
        if bits < needed:
            raise ProofOfWorkNeeded(why, key, needed, wait)
        try:
            await ratelimit.take_all(uses)
        except TooMany as error:
            refusal, wait = error, error.retry_after
        else:
            return uses
    raise refusal


def solves(challenge: str, number: str) -> bool:
    hashed = hashlib.pbkdf2_hmac("sha256", number.encode(), challenge.encode(), ROUNDS)
    return int.from_bytes(hashed) >> (8 * len(hashed) - int(challenge.split(".")[1])) == 0


def _signature(plain: str, login_key: str) -> str:
    return sign("challenge", f"{plain}|{login_key}".encode(errors="replace")).hex()
