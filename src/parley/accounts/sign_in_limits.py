"""Limits on wrong passwords. Each try takes from its allowances, and the right password gives them back."""

from collections.abc import Sequence

from parley.accounts import addresses, names, proof_of_work
from parley.accounts.proof_of_work import ProofOfWorkNeeded
from parley.core import ratelimit
from parley.core.errors import TooMany
from parley.core.ratelimit import EVERYBODY, Use
from parley.core.text.messages import N_

WRONG_PASSWORDS = N_(
    "Too many wrong passwords were tried for this name or from your network. Please type your password again: your "
    "browser then does a short calculation first. Or sign in by a link that we mail to you."
)
BY_MAIL_ONLY = N_(
    "Too many wrong passwords were tried. Please sign in by a link that we mail to you, or try again later."
)


def login_key(login: str) -> str:
    """The key under which tries are counted: the login as typed, so that no count connects a name with its address."""
    return addresses.key(login) if "@" in login else names.key(login)


async def take(key: str, network: str, *, device: str | None, answer: str) -> Sequence[Use]:
    """Take the allowances of one try and return them. `device` is a device cookie that was issued for the account.

    Raises ProofOfWorkNeeded when they are used up and `answer` is wrong, TooMany when those of answers are, too.
    """
    if device is not None:
        try:
            return await _take([Use(ratelimit.SIGN_IN_DEVICE, device)])
        except TooMany:
            pass  # It can still try as an unknown browser.
    try:
        return await _take(
            [
                *ratelimit.of_network(ratelimit.SIGN_IN_NETWORK, network),
                Use(ratelimit.SIGN_IN_HERE, f"{key} {network}"),
                Use(ratelimit.SIGN_IN_ACCOUNT, key),
                Use(ratelimit.SIGN_IN_ALL, EVERYBODY),
            ]
        )
    except TooMany as error:
        if not await proof_of_work.accepts(answer, key):
            raise ProofOfWorkNeeded(WRONG_PASSWORDS, key, error.retry_after) from None
    try:
        of_network = ratelimit.of_network(ratelimit.PROVEN_NETWORK, network)
        return await _take([Use(ratelimit.PROVEN_ACCOUNT, key), *of_network])
    except TooMany as error:
        raise TooMany(BY_MAIL_ONLY, error.retry_after) from None


async def give_back(taken: Sequence[Use]) -> None:
    """Give back the allowances of a try whose password was right or was not checked."""
    for use in taken:
        await ratelimit.give_back(use.limit, use.subject)


async def _take(wanted: Sequence[Use]) -> Sequence[Use]:
    await ratelimit.take_all(wanted)
    return wanted
