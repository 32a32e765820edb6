"""Signing up without a proof of work, for browsers that cannot do one.

There is no account until the newcomer opens a mailed link. Until then the link alone has what they typed, encrypted.
Afterwards a moderator decides.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from time import time

import msgspec

from parley.people.account_settings import signup_ops
from parley.people.accounts import addresses, joining, sealing
from parley.people.accounts.joining import SignUpContext
from parley.people.accounts.mailed_links import EXPIRED
from parley.people.sign_in import passwords
from parley.people.sign_in.authentication import Client, SecondFactorNeeded, SignedIn
from parley.people.sign_in.passwords import Asker
from parley.platform import ratelimit
from parley.platform.errors import Gone, Refused, TooMany
from parley.platform.settings import settings

# As long as the limit that lets the link work once.
LASTS_SECONDS = ratelimit.BY_HAND_LINK.seconds
PURPOSE = "sign-up by hand"


class Newcomer(msgspec.Struct, frozen=True, array_like=True):
    """What somebody typed who signs up, and when the link with it ends."""

    expires: int
    name: str
    email: str
    password_hash: str
    zone: str
    invitation: str
    next_url: str


async def mail_link(
    *, name: str, email: str, password: str, client: Client, next_url: str, zone: str, invitation: str
) -> None:
    """Mail the link that signs up. Raises TooMany above the limits of a host, its network and an address."""
    await ratelimit.take_all(ratelimit.of_source(ratelimit.SIGN_UP_BY_HAND, client.source))
    await signup_ops.take_mail(email, client, "")
    password_hash = await passwords.hash_password(password, Asker(client.source))
    newcomer = Newcomer(int(time()) + LASTS_SECONDS, name, email, password_hash, zone, invitation, next_url)
    token = urlsafe_b64encode(sealing.seal(msgspec.msgpack.encode(newcomer), PURPOSE)).rstrip(b"=").decode()
    await signup_ops.mail_newcomer("signup_by_hand", name, email, f"{settings().base_url}/signup/{token}")


def read(token: str) -> Newcomer:
    """Return what the link with this token has. Raises Gone if it has expired or is not ours."""
    try:
        plain = sealing.unseal(urlsafe_b64decode(token + "=" * (-len(token) % 4)), PURPOSE)
    except ValueError:
        plain = None
    newcomer = msgspec.msgpack.decode(plain, type=Newcomer) if plain is not None else None
    if newcomer is None or newcomer.expires < time():
        raise Gone(EXPIRED)
    return newcomer


async def sign_up(token: str, message: str, client: Client) -> SignedIn | SecondFactorNeeded:
    """Create the account, whose address is confirmed, and sign in; a moderator decides whether it may write.

    Raises Gone for a link that was used or has expired, and otherwise what `signup_ops.sign_up` does.
    """
    newcomer = read(token)
    context = SignUpContext(newcomer.invitation, message, is_doubtful=True, answer="")
    await joining.take(context, addresses.mailbox(newcomer.email), client.source, is_confirmed=True)
    # Its salt makes it unique, whatever form the token has.
    key = hashlib.sha256(newcomer.password_hash.encode()).hexdigest()
    try:
        await ratelimit.take(ratelimit.BY_HAND_LINK, key)
    except TooMany:
        raise Gone(EXPIRED) from None
    name, email, password_hash, zone = newcomer.name, newcomer.email, newcomer.password_hash, newcomer.zone
    try:
        return await signup_ops.create(
            name, email, password_hash, client, newcomer.next_url, zone, context, is_confirmed=True
        )
    except Refused:
        await ratelimit.give_back(ratelimit.BY_HAND_LINK, key)
        raise
