"""Signing in by a mailed link: without JavaScript, or after too many wrong passwords."""

from datetime import timedelta

import structlog

from parley.accounts import addresses, authentication, mailed_links, queries
from parley.accounts.authentication import LINK, Client, SecondFactorNeeded, SignedIn
from parley.core import ratelimit
from parley.core.db import atomic
from parley.core.errors import TooMany
from parley.core.ratelimit import Use

log = structlog.get_logger(__name__)

# As long as the limit of an address needs to refill: a member who is sent no further link has one that still works.
LASTS = timedelta(hours=1)


async def mail_link(email: str, client: Client, next_url: str = "/") -> None:
    """Mail a link that signs in, if the address belongs to a member and is below its limit.

    Raises TooMany when a network asks for too many links.
    """
    of_network = ratelimit.of_network(ratelimit.LINK_NETWORK, client.network)
    await ratelimit.take_all([*of_network, Use(ratelimit.LINK_ALL, ratelimit.EVERYBODY)])
    try:
        await ratelimit.take(ratelimit.LINK_ADDRESS, addresses.key(email))
    except TooMany:
        return
    account = await queries.by_email(email)
    if account is None:
        return
    await mailed_links.mail_to(account, "login", LASTS, next_url)
    log.info("sign-in link mailed", member=account.id, network=client.network)


async def sign_in(token: str, client: Client) -> SignedIn | SecondFactorNeeded:
    """Start a session by the token of a mailed link. Raises Gone when the link no longer works."""
    async with atomic():
        owner = await mailed_links.redeem(token, "login")
        return await authentication.signed_in(owner.id, frozenset({LINK}), client)
