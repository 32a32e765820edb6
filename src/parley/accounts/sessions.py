"""Who is asking: sign-ins are rows of our own, found by the hash of the cookie's token.

A sign-in ends when it was not used for 14 days, and after 90 days in any case; one of staff after 12 hours,
and after 7 days.
A visitor has no cookie, and nothing is read for them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from time import monotonic

import msgspec
from litestar.datastructures import Cookie
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from parley.accounts import consistency, tokens
from parley.accounts.states import SIGNS_IN, STATE_NOW
from parley.core import db
from parley.core.cache import Bounded
from parley.core.errors import Unavailable
from parley.core.http.access import Viewer
from parley.core.http.failures import OUTAGES
from parley.core.settings import settings

LASTS = timedelta(days=90)
LASTS_STAFF = timedelta(days=7)

# Found sign-ins are believed for so long; what ended elsewhere is in force here a second later.
BELIEVED_SECONDS = 1.0
MOST_BELIEVED = 10_000

VALID = f"""
  expires_at > now()
  and session.seen_at > now() - case when role = 'member' then interval '14 days' else interval '12 hours' end
  and {SIGNS_IN}
"""
FIND = f"""
select session.id, member.id as member, name, role, {STATE_NOW} as state, state_until, state_reason, assisted,
  session.seen_at < now() - interval '5 minutes' as is_stale,
  array(select other.name from block join member other on other.id = block.other where block.member = member.id)
    as muted,
  array(select other from block where block.member = member.id and kind = 'block') as blocked
from session join member on member.id = session.member
where token_hash = $1 and {VALID}
"""  # noqa: S608 no value in it
STILL_VALID = f"""
select session.id from session join member on member.id = session.member
where session.id = any($1) and {VALID}
"""  # noqa: S608 no value in it
STILL_STAFF = f"""
select session.id from session join member on member.id = session.member
where session.id = any($1) and role <> 'member' and {STATE_NOW} = 'active' and {VALID}
"""  # noqa: S608 no value in it
SEEN = """
with used as (
    update session set seen_at = now() where id = $1 and seen_at < now() - interval '5 minutes' returning member
)
update member set seen_at = now() from used where member.id = used.member
"""
START = """
with here as (update member set seen_at = now() where id = $1)
insert into session (member, token_hash, agent, address, created_at, seen_at, expires_at)
values ($1, $2, $3, $4, now(), now(), now() + $5::interval) returning id
"""
# Each may hold streams, and a right password may be given as often as one likes.
MOST_SESSIONS = 30
END_OLDEST = """
delete from session where id in (
    select id from session where member = $1 order by seen_at desc, id desc offset $2
)
"""
END_ALL = "delete from session where member = $1 and id is distinct from $2"
IN_USE = f"""
select session.id, agent, address, session.created_at, session.seen_at
from session join member on member.id = session.member
where member = $1 and {VALID} order by session.seen_at desc, session.id desc
"""  # noqa: S608 no value in it


class SessionRow(msgspec.Struct, frozen=True):
    id: int
    member: int
    name: str
    role: str
    state: str
    state_until: datetime | None
    state_reason: str
    assisted: str
    is_stale: bool
    muted: list[str]
    blocked: list[int]


class SignIn(msgspec.Struct, frozen=True):
    """A sign-in as its owner sees it."""

    id: int
    agent: str
    address: str
    created_at: datetime
    seen_at: datetime


class Believed(msgspec.Struct, frozen=True):
    viewer: Viewer
    until: float
    # The consistency token of the request for which it was read.
    token: str | None = None


_believed: Bounded[Believed] = Bounded(MOST_BELIEVED)


class Sessions:
    """ASGI middleware: sets scope["viewer"] to the member who asks, or None."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            token = _cookie(scope, cookie_name())
            try:
                viewer = await _viewer(token, scope) if token else None
            except (Unavailable, *OUTAGES) as error:
                # A page for anyone may still be had; `entrance` tells those who need to be known.
                viewer = None
                scope["viewer_unknown"] = error  # type: ignore[typeddict-unknown-key]
            scope["viewer"] = viewer  # type: ignore[typeddict-unknown-key]
            if viewer is not None and scope["method"] == "POST":
                send = consistency.marking(scope, send)
        await self.app(scope, receive, send)


async def start(member: int, role: str, *, agent: str, address: str) -> str:
    """Begin a sign-in of `member` and return its token, which is new each time; the one unused longest may end."""
    token = tokens.new()
    lasts = LASTS if role == "member" else LASTS_STAFF
    await db.execute(START, member, tokens.digest(token), agent[:200], address[:45], lasts)
    await db.execute(END_OLDEST, member, MOST_SESSIONS)
    return token


async def end(session: int, member: int) -> bool:
    """End one sign-in of `member`; False when it is not theirs or has ended."""
    async with db.atomic():
        ended = await db.execute("delete from session where id = $1 and member = $2", session, member)
        forget_after_commit()
    return ended > 0


async def end_all(member: int, *, but: int | None = None) -> int:
    """End every sign-in of `member`, or all `but` one: after a new password, a suspension, a new role."""
    async with db.atomic():
        ended = await db.execute(END_ALL, member, but)
        forget_after_commit()
    return ended


def forget() -> None:
    """Believe nothing that was found before."""
    global _believed  # noqa: PLW0603 a search under way puts what it finds into the old one
    _believed = Bounded(MOST_BELIEVED)


def forget_after_commit() -> None:
    """Believe nothing once the open transaction is committed: for whatever changes who may do what."""

    async def hook() -> None:
        forget()

    db.after_commit(hook)


async def in_use(member: int) -> list[SignIn]:
    """The sign-ins of `member` that are still good, the last used first."""
    return await db.fetch(SignIn, IN_USE, member)


async def still_valid(session_ids: Sequence[int]) -> set[int]:
    """Which of these sign-ins are still good: for live streams."""
    return set(await db.values(STILL_VALID, list(session_ids)))


async def still_staff(session_ids: Sequence[int]) -> set[int]:
    """Which of these sign-ins are still good, and of somebody who is still on the staff."""
    return set(await db.values(STILL_STAFF, list(session_ids)))


def cookie(token: str, role: str = "member") -> Cookie:
    """The cookie that carries `token`; an empty one takes it back."""
    lasts = LASTS if role == "member" else LASTS_STAFF
    return Cookie(
        key=cookie_name(),
        value=token,
        max_age=int(lasts.total_seconds()) if token else 0,
        path="/",
        secure=settings().secure,
        httponly=True,
        samesite="lax",
    )


def cookie_name() -> str:
    """`__Host-` keeps other hosts of the domain from planting one; browsers take it over https only."""
    return "__Host-parley" if settings().secure else "parley"


def _cookie(scope: Scope, wanted: str) -> str | None:
    for header, content in scope["headers"]:
        if header == b"cookie":
            for part in content.decode("latin-1").split(";"):
                name, _, token = part.strip().partition("=")
                if name == wanted:
                    return token
    return None


async def _viewer(token: str, scope: Scope) -> Viewer | None:
    digest = tokens.digest(token)
    if digest is None:
        return None
    consistent = consistency.valid(_cookie(scope, consistency.cookie_name()))
    asked, believed = monotonic(), _believed.get(digest)
    if believed is not None and believed.until > asked and consistent in (None, believed.token):
        return believed.viewer
    keep = _believed
    found = await db.fetch_one(SessionRow, FIND, digest)
    if found is None:
        keep.drop(digest)
        return None
    if found.is_stale:
        await db.execute(SEEN, found.id)
    viewer = Viewer(
        id=found.member,
        name=found.name,
        role=found.role,
        verified=found.state != "unverified",
        session=found.id,
        state=found.state,
        until=found.state_until,
        why=found.state_reason,
        assisted=found.assisted,
        muted=frozenset(found.muted),
        blocked=frozenset(found.blocked),
        not_before=asked if consistent else 0.0,
    )
    # One for each sign-in, whatever tokens come with it: made-up ones crowd nobody out.
    keep.put(digest, Believed(viewer, asked + BELIEVED_SECONDS, consistent))
    return viewer
