"""Mailed links: each holds a token that works once and expires."""

from datetime import timedelta

import msgspec
import structlog

from parley.people import mail
from parley.people.accounts import addresses, proof_of_work, queries, tokens
from parley.people.accounts.queries import Account, LinkOwner
from parley.people.accounts.tables import AddressChange, Token
from parley.platform import ratelimit
from parley.platform.db import NOW, atomic
from parley.platform.errors import Gone, TooMany
from parley.platform.http.return_paths import leading_back
from parley.platform.limit import EVERYBODY, Limit, Use
from parley.platform.networks import Source
from parley.platform.ratelimit import Triple
from parley.platform.settings import settings
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)

# With a longer address to return to, some mail clients would break the link.
LONGEST_NEXT = 300
# As long as the limit of an address needs to refill: a member who is sent no further link has one that still works.
LINK_LASTS = timedelta(hours=1)

MANY_LINKS = N_(
    "This was done often in a short time. Please send the form again: your browser then does a short calculation first."
)
EXPIRED = N_("This link has been used already, or has expired. Please ask for a new one.")


class LinkLimits(msgspec.Struct, frozen=True):
    """How many links may be requested: from one host, by everybody, to one address.

    Those of a host are without a proof of work, with one, and with a hard one.
    """

    of_host: Triple
    everybody: Limit
    address: Limit


LIMITS = {
    "login": LinkLimits(ratelimit.LINK_HOST, ratelimit.LINK_ALL, ratelimit.LINK_ADDRESS),
    "reset": LinkLimits(ratelimit.FORGOT_HOST, ratelimit.FORGOT_ALL, ratelimit.FORGOT_ADDRESS),
}


async def create(member: int, purpose: str, lasts: timedelta, next_url: str = "/") -> str:
    """Return a new link for `member`, which then leads to `next_url`."""
    token = tokens.new()
    await Token.insert(
        Token(member=member, purpose=purpose, token_hash=tokens.digest(token), expires_at=tokens.from_now(lasts))
    )
    link = f"{settings().base_url}/{purpose}/{token}"
    return leading_back(link, next_url) if len(next_url) <= LONGEST_NEXT else link


async def mail_to(account: Account, purpose: str, lasts: timedelta, next_url: str) -> None:
    """Mail a new link to a member. The template has the name of its purpose."""
    async with atomic():
        link = await create(account.id, purpose, lasts, next_url)
        await mail.send_written(purpose, account.email, purpose, name=account.name, link=link)


async def mail_to_address(email: str, purpose: str, next_url: str, *, of: Source, answer: str) -> None:
    """Mail a new link that signs in or sets a password, if a member has the address and it is below its limit.

    Raises ProofOfWorkNeeded when a host or network requests many links and `answer` is wrong, TooMany for still more.
    """
    limits = LIMITS[purpose]
    key, everybody = addresses.key(email), Use(limits.everybody, EVERYBODY)
    steps = [[*ratelimit.of_source(limit, of), everybody] for limit in limits.of_host]
    bits = await proof_of_work.bits_of(answer, key)
    await proof_of_work.take(steps, key=key, bits=bits, why=MANY_LINKS)
    try:
        await ratelimit.take(limits.address, key)
    except TooMany:
        return
    account = await queries.by_email(email)
    if account is not None:
        await mail_to(account, purpose, LINK_LASTS, next_url)
        log.info("link mailed", purpose=purpose, member=account.id, network=of.network)


async def redeem(token: str, purpose: str) -> LinkOwner:
    """Use up the token of a link and return its member. Raises Gone when the link no longer works."""
    owner = await queries.token_owner(tokens.digest(token), purpose)
    if owner is None:
        raise Gone(EXPIRED)
    await use(token, purpose)
    return owner


async def use(token: str, purpose: str) -> int:
    """Use up the token of a link and return its member's id. Raises Gone when the link no longer works."""
    # One statement checks the token and uses it up, so that only one of two requests succeeds.
    used = (
        await Token.update({Token.used_at: NOW})
        .where(Token.token_hash == tokens.digest(token), Token.purpose == purpose)
        .where(Token.used_at.is_null(), Token.expires_at > NOW)
        .returning(Token.member)
    )
    if not used:
        raise Gone(EXPIRED)
    member: int = used[0]["member"]
    return member


async def revoke(member: int) -> None:
    """Delete the unused links that sign `member` in, set their password or confirm another address.

    Otherwise an attacker could use one after the owner has set a new password.
    """
    await Token.delete().where(Token.member == member, Token.purpose.is_in(["reset", "login"]), Token.used_at.is_null())
    await AddressChange.delete().where(AddressChange.member == member, AddressChange.confirmed_at.is_null())
