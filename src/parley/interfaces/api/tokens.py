"""Tokens of the API: making, finding and ending them.

A token is `prl_`, 32 random bytes, and a checksum by which scanners of published code recognise it.
"""

import hashlib
import re
import secrets
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from time import monotonic
from weakref import ref

import msgspec

from parley.interfaces.api.scopes import MODERATE
from parley.interfaces.api.tables import ApiToken
from parley.people.accounts import queries as accounts
from parley.people.accounts import viewer_cache
from parley.people.accounts.sessions import AWAITS_APPROVAL, MUTES, lacks_factor, rooms
from parley.people.accounts.states import SIGNS_IN, STATE_NOW
from parley.people.accounts.tokens import from_now
from parley.people.accounts.viewer import Viewer
from parley.people.sign_in.authentication import has_second
from parley.platform import db
from parley.platform.cache import Bounded
from parley.platform.errors import NotFound, Refused
from parley.platform.settings import settings
from parley.platform.text.messages import N_

PREFIX = "prl_"
FORMAT = re.compile(rf"{PREFIX}([A-Za-z0-9_-]{{43}})([0-9a-f]{{8}})")
MOST_TOKENS = 20
# Days for which a token may work.
LIFETIMES = (7, 30, 90, 365)

SELECT_TOKEN = f"""
select k.id, k.scopes, k.expires_at, coalesce(k.used_at < now() - interval '5 minutes', true) as is_stale,
       member.id as member, name, case when {lacks_factor("$2")} then 'member' else role end as role,
       {rooms("$2")},
       {STATE_NOW} as state, {AWAITS_APPROVAL} as awaits_approval, state_until, state_reason, assisted, {MUTES}
from (select id, member as owner, scopes, expires_at, used_at from api_token where token_hash = $1) k
join member on member.id = k.owner
where k.expires_at > now() and {SIGNS_IN}
"""  # noqa: S608 constants only
RECORD_USE = """
update api_token set used_at = now()
where id = $1 and (used_at is null or used_at < now() - interval '5 minutes')
"""


class TokenOwner(msgspec.Struct, frozen=True):
    """A valid token, with what requests need to know of its member."""

    id: int
    scopes: list[str]
    expires_at: datetime
    is_stale: bool
    member: int
    name: str
    role: str
    rooms: list[str]
    state: str
    awaits_approval: bool
    state_until: datetime | None
    state_reason: str
    assisted: str
    muted: list[str]
    blocked: list[int]
    muted_words: list[str]

    @property
    def viewer(self) -> Viewer:
        """The member as viewer. Without the scope to moderate, staff are members like all others."""
        return Viewer(
            id=self.member,
            name=self.name,
            role=self.role if MODERATE in self.scopes else "member",
            rooms=frozenset(self.rooms if MODERATE in self.scopes else ()),
            verified=self.state != "unverified",
            session=0,
            state=self.state,
            awaits_approval=self.awaits_approval,
            until=self.state_until,
            why=self.state_reason,
            assisted=self.assisted,
            muted=frozenset(self.muted),
            blocked=frozenset(self.blocked),
            muted_words=tuple(self.muted_words),
        )


class CachedOwner(msgspec.Struct, frozen=True):
    """The owner of a token, when the entry expires (monotonic), and the cache of viewers in use when they were read.

    The reference is weak, so that it does not keep the viewers of a replaced cache in memory.
    """

    owner: TokenOwner
    expires: float
    viewers: "ref[Bounded[viewer_cache.CachedViewer]]"


def _size(cached: CachedOwner) -> int:
    owner = cached.owner
    return viewer_cache.size_of(owner.state_reason, owner.muted, owner.blocked, owner.muted_words)


_owners: Bounded[CachedOwner] = Bounded(viewer_cache.MOST_VIEWERS, viewer_cache.MOST_BYTES, _size)


class TokenRow(msgspec.Struct, frozen=True):
    """A token as its member sees it in the settings."""

    id: int
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


def digest(token: str) -> bytes | None:
    """Return the hash that the database has of `token`, or None if its form or checksum is wrong."""
    match = FORMAT.fullmatch(token)
    if match is None or match[2] != _checksum(match[1]):
        return None
    return hashlib.sha256(token.encode()).digest()


def _checksum(secret: str) -> str:
    return f"{zlib.crc32(secret.encode()):08x}"


async def find(token: str) -> TokenOwner | None:
    """Return the valid token, at most a second old, and record that it is used.

    Whatever clears the cache of viewers clears the owners of tokens too.
    """
    known, now, viewers = digest(token), monotonic(), viewer_cache.current()
    if known is None:
        return None
    cached = _owners.get(known)
    if cached is not None and cached.expires > now and cached.viewers() is viewers:
        return cached.owner
    row = await db.fetch_one(TokenOwner, SELECT_TOKEN, known, settings().staff_factor_days)
    if row is None:
        _owners.drop(known)
        return None
    if row.is_stale:
        await db.execute(RECORD_USE, row.id)
    _owners.put(known, CachedOwner(row, now + viewer_cache.CACHE_SECONDS, ref(viewers)))
    return row


async def make(viewer: Viewer, name: str, scopes: Sequence[str], days: int) -> str:
    """Make a token of the viewer, and return it: nobody can read it again.

    Raises Refused for a scope that the member may not use, or that needs a second factor, and if they have too many
    tokens.
    """
    if MODERATE in scopes and not viewer.moderates:
        raise Refused(N_("Only moderators can create an API key that moderates."))
    if MODERATE in scopes and settings().staff_factor_days is not None and not await has_second(viewer.id):
        raise Refused(N_("An API key that moderates needs a second step of signing in. Set one up under Security."))
    secret = secrets.token_urlsafe(32)
    token = f"{PREFIX}{secret}{_checksum(secret)}"
    async with db.atomic():
        await accounts.lock(viewer.id)
        if await ApiToken.count().where(ApiToken.member == viewer.id) >= MOST_TOKENS:
            raise Refused(N_("You have {most} API keys, and cannot have more. Revoke one first."), most=MOST_TOKENS)
        await ApiToken.insert(
            ApiToken(
                member=viewer.id,
                token_hash=digest(token),
                name=name,
                scopes=list(scopes),
                expires_at=from_now(timedelta(days=days)),
            )
        )
    return token


async def end(viewer: Viewer, number: int) -> None:
    """End one of the viewer's tokens at once. Raises NotFound if it is not theirs."""
    async with db.atomic():
        own = (ApiToken.id == number) & (ApiToken.member == viewer.id)
        if not await ApiToken.delete().where(own).returning(ApiToken.id):
            raise NotFound
        viewer_cache.clear_after_commit()


async def end_all(member: int) -> None:
    """End all tokens of a member: with their sessions, and when they set a new password."""
    async with db.atomic():
        await ApiToken.delete().where(ApiToken.member == member)
        viewer_cache.clear_after_commit()


async def list_tokens(viewer: Viewer) -> list[TokenRow]:
    """The viewer's tokens, the newest first."""
    own = ApiToken.select().where(ApiToken.member == viewer.id)
    return await db.fetch(TokenRow, own.order_by(ApiToken.id, ascending=False))
