"""Signing in by a passkey alone; and the second step: a code of the app, a recovery code, or a passkey."""

import structlog

from parley.people.accounts import queries
from parley.people.accounts.queries import Account
from parley.people.accounts.rules import require_sign_in_allowed
from parley.people.second_factors import authenticators, passkeys
from parley.people.second_factors.authenticators import WRONG_CODE
from parley.people.sign_in import authentication, devices, sign_in_limits, sign_in_ticket
from parley.people.sign_in.authentication import APP, PASSKEY, RECOVERY_CODE, Client, SecondFactorNeeded, SignedIn
from parley.platform import ratelimit
from parley.platform.db import atomic
from parley.platform.errors import Gone, Refused
from parley.platform.limit import Use
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)


async def method_of(account: Account, code: str, client: Client, first: str) -> str:
    """Use up a code of the app or a recovery code, and return which it was.

    `first` is what the member proved before: tries after one first factor leave those after another. The member is told
    by mail that a recovery code was used. Raises Refused for a wrong code, TooMany after too many tries.
    """
    if devices.is_recognised(client.device, account.id, account.password_hash):
        taken = [Use(ratelimit.SECOND_DEVICE, client.device)]
    else:
        key = f"{account.id} {first}"
        here = ratelimit.of_source(ratelimit.SECOND_HERE, client.source, key)
        taken = [*here, Use(ratelimit.SECOND_ACCOUNT, key)]
    await ratelimit.take_all(taken)
    if await authenticators.accepts(account.id, code):
        method = APP
    elif await _accepts_recovery_code(account, code):
        method = RECOVERY_CODE
    else:
        log.warning("second factor refused", member=account.id)
        raise Refused(WRONG_CODE)
    await sign_in_limits.give_back(taken)
    return method


async def _accepts_recovery_code(account: Account, code: str) -> bool:
    async with atomic():
        is_right = await authenticators.accepts_recovery_code(account.id, code)
        if is_right:
            await authenticators.mail_change(account, "code")
    return is_right


async def of_ticket(ticket: str) -> tuple[Account, frozenset[str]]:
    """Return who is signing in, and the methods that they have used. Raises Gone for an old ticket."""
    claims = sign_in_ticket.read(ticket)
    account = await queries.account(claims.member) if claims else None
    if claims is None or account is None or not claims.is_valid(account.password_hash):
        raise Gone(N_("Too much time has passed since you gave your password. Please sign in again."))
    return account, claims.methods


async def sign_in(ticket: str, code: str, credential: str, client: Client) -> SignedIn | SecondFactorNeeded:
    """Finish the sign-in that `ticket` began, by a code or by what a passkey signed.

    Raises Gone when the ticket no longer counts, Refused for a wrong code or passkey, Forbidden for a suspended or
    closed account, TooMany after too many tries.
    """
    account, methods = await of_ticket(ticket)
    require_sign_in_allowed(account)
    if credential:
        method = (await passkeys.check(credential, purpose(account), account.id)).method
    else:
        method = await method_of(account, code, client, "+".join(sorted(methods)))
    async with atomic():
        return await authentication.complete(account.id, methods | {method}, client)


async def sign_in_by_passkey(credential: str, client: Client) -> SignedIn | SecondFactorNeeded:
    """Start a session by what a passkey signed; or ask for the second factor first, if it did not check its holder.

    Tries have no limit, since nobody can guess a signature, and neighbours could use the limit up. Raises Refused if it
    is not right, or if it did not check its holder and there is no second factor; Forbidden for a suspended or closed
    account.
    """
    used = await passkeys.check(credential, passkeys.SIGN_IN)
    account = await queries.account(used.member)
    if account is None:
        raise Refused(passkeys.INVALID)
    require_sign_in_allowed(account)
    if used.method == PASSKEY and not await authentication.has_second(account.id):
        raise Refused(passkeys.UNVERIFIED)
    async with atomic():
        return await authentication.complete(account.id, frozenset({used.method}), client)


def purpose(account: Account) -> str:
    """The purpose of a passkey's challenge in the second step."""
    return f"second|{account.id}"
