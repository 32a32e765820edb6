"""How often a password may be wrong. Each try takes from its allowances, and a right password gives them back."""

from collections.abc import Sequence

from parley.accounts import addresses, names, proofs
from parley.core import ratelimit
from parley.core.errors import TooMany
from parley.core.ratelimit import EVERYBODY, Limit

Allowance = tuple[Limit, str]

PROOF_NEEDED = (
    "Too many wrong passwords were tried for this name or from your network. Please type your password again: your "
    "browser then does a short calculation first. Or sign in by a link that we mail to you."
)
BY_MAIL_ONLY = "Too many wrong passwords were tried. Please sign in by a link that we mail to you, or try again later."


class ProofNeeded(TooMany):
    """The allowance is used up; an answer to `challenge` is let through."""

    def __init__(self, wait: int, challenge: str) -> None:
        super().__init__(PROOF_NEEDED, wait)
        self.challenge = challenge


def login_key(login: str) -> str:
    """What tries are counted by: what was typed, so that the count never tells which address belongs to which name."""
    return addresses.key(login) if "@" in login else names.key(login)


async def admit(key: str, network: str, *, device: str | None, answer: str) -> Sequence[Allowance]:
    """Take the allowances of one try and return them. `device`: one that the account is known on.

    Raises ProofNeeded above the allowance without a right answer, and TooMany above that of answers.
    """
    if device is not None:
        try:
            return await _take([(ratelimit.SIGN_IN_DEVICE, device)])
        except TooMany:
            pass  # It may still try as a browser that nobody knows.
    try:
        return await _take(
            [
                (ratelimit.SIGN_IN_NETWORK, network),
                (ratelimit.SIGN_IN_HERE, f"{key} {network}"),
                (ratelimit.SIGN_IN_ACCOUNT, key),
                (ratelimit.SIGN_IN_ALL, EVERYBODY),
            ]
        )
    except TooMany as error:
        if not await proofs.accepts(answer, key):
            raise ProofNeeded(error.retry_after, proofs.challenge(key)) from None
    try:
        return await _take([(ratelimit.PROVEN_ACCOUNT, key), (ratelimit.PROVEN_NETWORK, network)])
    except TooMany as error:
        raise TooMany(BY_MAIL_ONLY, error.retry_after) from None


async def give_back(taken: Sequence[Allowance]) -> None:
    """Return what a try took: the password was right, or was never looked at."""
    for limit, subject in taken:
        await ratelimit.give_back(limit, subject)


async def _take(wanted: Sequence[Allowance]) -> Sequence[Allowance]:
    for number, (limit, subject) in enumerate(wanted):
        try:
            await ratelimit.take(limit, subject)
        except TooMany:
            await give_back(wanted[:number])
            raise
    return wanted
