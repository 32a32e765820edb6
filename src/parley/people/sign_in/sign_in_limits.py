"""Limits on wrong passwords. Each try takes from its allowances, and the right password gives them back."""

from collections.abc import Sequence

import msgspec

from parley.people.accounts import addresses, names, proof_of_work
from parley.people.sign_in.passwords import AskerKind
from parley.platform import ratelimit
from parley.platform.errors import TooMany
from parley.platform.limit import EVERYBODY, Use
from parley.platform.networks import Source
from parley.platform.text.messages import N_

WRONG_PASSWORDS = N_(
    "Too many wrong passwords were tried for this name or from your network. Please type your password again: your "
    "browser then does a short calculation first. Or sign in by a link that we mail to you."
)
BY_MAIL_ONLY = N_(
    "Too many wrong passwords were tried. Please sign in by a link that we mail to you, or try again later."
)


class Allowance(msgspec.Struct, frozen=True):
    """What one try took, and the kind of its sender."""

    taken: Sequence[Use]
    kind: AskerKind


def login_key(login: str) -> str:
    """The key of the limits: the login as typed, so that no count connects a name with its address."""
    return addresses.key(login) if "@" in login else names.key(login)


async def take(key: str, of: Source, *, device: str | None, answer: str) -> Allowance:
    """Take the allowances of one try. `device` is a device cookie that was issued for the account.

    Raises ProofOfWorkNeeded when they are used up and `answer` is wrong, TooMany when those of answers for this name
    are used up, too.
    """
    if device is not None:
        of_device = [Use(ratelimit.SIGN_IN_DEVICE, device)]
        try:
            await ratelimit.take_all(of_device)
        except TooMany:
            pass  # It can still try as an unknown browser.
        else:
            return Allowance(of_device, AskerKind.KNOWN)
    plain = [
        *ratelimit.of_source(ratelimit.SIGN_IN_HOST, of),
        *ratelimit.of_source(ratelimit.SIGN_IN_HERE, of, key),
        Use(ratelimit.SIGN_IN_ACCOUNT, key),
        Use(ratelimit.SIGN_IN_ALL, EVERYBODY),
    ]
    proven = ratelimit.of_source(ratelimit.PROVEN_HOST, of)
    bits = await proof_of_work.bits_of(answer, key)
    taken = await proof_of_work.take([plain, proven, []], key=key, bits=bits, why=WRONG_PASSWORDS)
    if taken is plain:
        return Allowance(taken, AskerKind.STRANGER)
    of_account = Use(ratelimit.PROVEN_ACCOUNT, key)
    try:
        await ratelimit.take_all([of_account])
    except TooMany as error:
        raise TooMany(BY_MAIL_ONLY, error.retry_after) from None
    return Allowance([*taken, of_account], AskerKind.PROVEN)


async def give_back(taken: Sequence[Use]) -> None:
    for use in taken:
        await ratelimit.give_back(use.limit, use.subject)
