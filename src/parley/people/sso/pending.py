"""A sign-in at another site while it is under way. The browser keeps it in a sealed cookie."""

import base64
from datetime import timedelta
from time import time
from typing import TypeVar

import msgspec
from litestar.datastructures import Cookie

from parley.people.accounts import sealing, tokens
from parley.people.sso.claims import Claims
from parley.people.sso.tables import UsedState
from parley.platform import db
from parley.platform.http import cookies

LASTS_SECONDS = 600
# The time to choose a name when signing up.
SIGN_UP_SECONDS = 1_800
COOKIE = "sso"


class PendingSignIn(msgspec.Struct, frozen=True):
    """A browser that was sent to a provider."""

    provider: str
    state: str
    nonce: str
    verifier: str
    next_url: str
    expires: int
    # The member who connects an account there to theirs; None to sign in.
    member: int | None = None
    # The token of an invitation, or "".
    invitation: str = ""


class Newcomer(msgspec.Struct, frozen=True):
    """Somebody who signed in at a provider and has no account here yet."""

    provider: str
    claims: Claims
    next_url: str
    expires: int
    invitation: str = ""


Sealed = TypeVar("Sealed", PendingSignIn, Newcomer)


def begin(provider: str, next_url: str, *, member: int | None = None, invitation: str = "") -> PendingSignIn:
    expires = int(time()) + LASTS_SECONDS
    return PendingSignIn(provider, tokens.new(), tokens.new(), tokens.new(), next_url, expires, member, invitation)


def newcomer(attempt: PendingSignIn, claims: Claims) -> Newcomer:
    expires = int(time()) + SIGN_UP_SECONDS
    return Newcomer(attempt.provider, claims, attempt.next_url, expires, attempt.invitation)


def seal(content: PendingSignIn | Newcomer) -> str:
    """The value of the cookie."""
    return base64.urlsafe_b64encode(sealing.seal(msgspec.json.encode(content), _purpose(type(content)))).decode()


def unseal(value: str, kind: type[Sealed], provider: str) -> Sealed | None:
    """What is in a cookie, if we sealed it for this provider and it has not expired."""
    try:
        plain = sealing.unseal(base64.urlsafe_b64decode(value), _purpose(kind))
    except ValueError:
        return None
    content = msgspec.json.decode(plain, type=kind) if plain else None
    return content if content and content.provider == provider and content.expires > time() else None


def _purpose(kind: type) -> str:
    return f"sso|{kind.__name__}"


async def use(attempt: PendingSignIn) -> bool:
    """Record that a sign-in came back. Return False if it did before."""
    used = UsedState(digest=tokens.digest(attempt.state), expires_at=tokens.from_now(timedelta(seconds=LASTS_SECONDS)))
    async with db.atomic():
        inserted = await UsedState.insert(used).on_conflict(action="DO NOTHING").returning(UsedState.digest)
    return bool(inserted)


def cookie(value: str) -> Cookie:
    """The cookie that carries a pending sign-in or a newcomer. An empty value deletes it."""
    return cookies.make(COOKIE, value, SIGN_UP_SECONDS)
