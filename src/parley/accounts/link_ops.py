"""Signing in by a mailed link: the way in without JavaScript, or when too many wrong passwords were tried."""

from datetime import timedelta

import structlog

from parley import mail
from parley.accounts import addresses, ops, queries, tokens
from parley.accounts.ops import Client, SignedIn
from parley.core import ratelimit
from parley.core.db import atomic, value
from parley.core.errors import Gone, TooMany

log = structlog.get_logger(__name__)

# As long as the allowance of an address needs to fill: whoever is mailed no further link still has one that works.
LASTS = timedelta(hours=1)


async def mail_link(email: str, client: Client, next_url: str = "/") -> None:
    """Mail a link that signs in, if the address belongs to a member and was not mailed too many.

    Raises TooMany where a network asks for links to very many addresses.
    """
    await ratelimit.take_network(ratelimit.LINK_NETWORK, client.network)
    await ratelimit.take(ratelimit.LINK_ALL, ratelimit.EVERYBODY)
    try:
        await ratelimit.take(ratelimit.LINK_ADDRESS, addresses.key(email))
    except TooMany:
        return
    account = await queries.by_email(email)
    if account is None:
        return
    async with atomic():
        link = await ops.mailed_link(account.id, "login", LASTS, next_url)
        await mail.send("login", account.email, *mail.written_message("login", name=account.name, link=link))
    log.info("sign-in link mailed", member=account.id, network=client.network)


async def sign_in(token: str, client: Client) -> SignedIn:
    """Begin a sign-in by the token of a mailed link. Raises Gone when the link no longer works."""
    digest = tokens.digest(token)
    async with atomic():
        owner = await queries.token_owner(digest, "login")
        if owner is None or await value(ops.USE_LINK, digest, "login") is None:
            raise Gone(ops.USED_UP)
        signed_in = await ops.begin(owner.id, owner.role, client)
    log.info("signed in by link", member=owner.id, network=client.network)
    return signed_in
