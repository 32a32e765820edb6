"""Signing in by a mailed link: without JavaScript, or after too many wrong passwords."""

from datetime import timedelta

from parley.people.accounts import mailed_links
from parley.people.accounts.mailed_links import LinkLimits
from parley.people.sign_in import authentication
from parley.people.sign_in.authentication import LINK, Client, SecondFactorNeeded, SignedIn
from parley.platform import ratelimit
from parley.platform.db import atomic

# As long as the limit of an address needs to refill: a member who is sent no further link has one that still works.
LASTS = timedelta(hours=1)
OF_NETWORK = (ratelimit.LINK_NETWORK, ratelimit.LINK_PROVEN, ratelimit.LINK_HARD)
LIMITS = LinkLimits(OF_NETWORK, ratelimit.LINK_ALL, ratelimit.LINK_ADDRESS)


async def mail_link(email: str, client: Client, next_url: str = "/", *, answer: str = "") -> None:
    """Mail a link that signs in, if the address belongs to a member and is below its limit.

    Raises TooMany (also as ProofOfWorkNeeded) when a network asks for many links.
    """
    await mailed_links.mail_to_address(
        email, "login", LASTS, next_url, network=client.network, limits=LIMITS, answer=answer
    )


async def sign_in(token: str, client: Client) -> SignedIn | SecondFactorNeeded:
    """Start a session by the token of a mailed link. Raises Gone when the link no longer works."""
    async with atomic():
        owner = await mailed_links.redeem(token, "login")
        return await authentication.complete(owner.id, frozenset({LINK}), client)
