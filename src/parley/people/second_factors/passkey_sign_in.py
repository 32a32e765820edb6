"""Signing in by a passkey alone: the browser offers those that it has, so nobody types a name."""

from parley.people.accounts import queries
from parley.people.accounts.rules import require_sign_in_allowed
from parley.people.second_factors import passkeys
from parley.people.second_factors.passkeys import SIGN_IN
from parley.people.sign_in import authentication
from parley.people.sign_in.authentication import Client, SecondFactorNeeded, SignedIn
from parley.platform.db import atomic
from parley.platform.errors import Refused


async def sign_in(credential: str, client: Client) -> SignedIn | SecondFactorNeeded:
    """Start a session by what a passkey signed; or ask for the second factor first, if it did not check its holder.

    Tries have no limit, since nobody can guess a signature, and neighbours could use the limit up. Raises Refused if it
    is not right, Forbidden for a suspended or closed account.
    """
    used = await passkeys.check(credential, SIGN_IN)
    account = await queries.account(used.member)
    if account is None:
        raise Refused(passkeys.INVALID)
    require_sign_in_allowed(account)
    async with atomic():
        return await authentication.complete(account.id, frozenset({used.method}), client)
