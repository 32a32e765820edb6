"""Sessions: one row for each sign-in, found by the hash of its cookie's token.

A member's session ends after 14 days without use, and after 90 days in any case; a staff session after 12 hours, and
after 7 days; one on a publisher's site after 14 days without use, and after 30 days.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from litestar.datastructures import Cookie

from parley.people.accounts import hooks, tokens, viewer_cache
from parley.people.accounts.states import SIGNS_IN, STATE_NOW
from parley.people.accounts.tables import Session
from parley.people.accounts.tokens import from_now
from parley.platform import db
from parley.platform.http import cookies
from parley.platform.settings import settings

LASTS = timedelta(days=90)
LASTS_STAFF = timedelta(days=7)
# On a publisher's site.
LASTS_EMBEDDED = timedelta(days=30)
# Without use.
UNUSED_DAYS = 14
UNUSED_HOURS_STAFF = 12

IS_VALID = f"""
  expires_at > now()
  and session.seen_at > now() - case when role = 'member' then interval '{UNUSED_DAYS} days'
                                     else interval '{UNUSED_HOURS_STAFF} hours' end
  and {SIGNS_IN}
"""


def lacks_factor(days: str) -> str:
    """An SQL condition: staff who still have no second factor this many days after they got their role.

    Their rights of staff are suspended. Without days, nobody needs a second factor.
    """
    return f"""coalesce((role <> 'member' and staff_since < now() - make_interval(days => {days}) or exists (
          select from room_moderator where room_moderator.member = member.id
          and room_moderator.since < now() - make_interval(days => {days})))
      and not exists (select from authenticator where authenticator.member = member.id)
      and not exists (select from passkey where passkey.member = member.id), false)"""  # noqa: S608 a parameter


def rooms(days: str) -> str:
    """SQL: the topics that a member moderates, none while they lack a needed second factor."""
    return f"""case when {lacks_factor(days)} then '{{}}' else
      array(select topic from room_moderator where room_moderator.member = member.id) end as rooms"""  # noqa: S608 a parameter


# Who comes back after such a pause begins another visit.
PAUSE = "interval '30 minutes'"
LAST_VISIT = f"case when member.seen_at < now() - {PAUSE} then member.seen_at else visited_at end"
# An SQL condition: members who have confirmed their address and wait for a moderator (signups/).
AWAITS_APPROVAL = """case when state = 'unverified' then exists (
      select from sign_up where sign_up.member = member.id and waits and confirmed_at is not null) else false end"""
# Whom a member muted or blocked, and the words that they muted: of a Viewer.
MUTES = """
  array(select other.name from block join member other on other.id = block.other
        where block.member = member.id and coalesce(muted_until > now(), true)) as muted,
  array(select other from block where block.member = member.id and kind = 'block') as blocked,
  array(select word from muted_word w where w.member = member.id and coalesce(muted_until > now(), true)
        order by w.id) as muted_words
"""
# Whether the kept number `u` of what is addressed to a member holds (letters/notifications/counts.py).
UNREAD_HOLDS = """
u.valid_until > now() and not exists (select from unread_change c where c.member = u.member)
"""
SELECT_SESSION = f"""
select session.id as session, member.id, name, case when {lacks_factor("$3")} then 'member' else role end as role,
  {lacks_factor("$3")} as needs_factor, {rooms("$3")}, {STATE_NOW} as state, state <> 'unverified' as verified,
  {AWAITS_APPROVAL} as awaits_approval, state_until as until, state_reason as why, assisted,
  density, legend, marks, marks_read, zone, language, reads,
  {LAST_VISIT} as last_visit,
  session.seen_at < now() - interval '5 minutes' as is_stale, {MUTES},
  (select u.notifications from unread_count u where u.member = member.id and {UNREAD_HOLDS}) as unread
from session join member on member.id = session.member
where token_hash = $1 and session.site is not distinct from $2 and {IS_VALID}
"""  # noqa: S608 constants only
SELECT_STILL_VALID = f"""
select session.id from session join member on member.id = session.member
where session.id = any($1) and {IS_VALID}
"""  # noqa: S608 constants only
SELECT_STILL_STAFF = f"""
select session.id from session join member on member.id = session.member
where session.id = any($1)
  and (role <> 'member' or exists (select from room_moderator where room_moderator.member = member.id))
  and not {lacks_factor("$2")}
  and {STATE_NOW} = 'active' and {IS_VALID}
"""  # noqa: S608 constants only
# Two requests at once update the rows once.
RECORD_USE = f"""
with used as (
    update session set seen_at = now() where id = $1 and seen_at < now() - interval '5 minutes' returning member
)
update member set seen_at = now(), visited_at = {LAST_VISIT} from used where member.id = used.member
"""  # noqa: S608 constants only
RECORD_SIGN_IN = f"update member set seen_at = now(), visited_at = {LAST_VISIT} where id = $1"  # noqa: S608 constants
# Each session may have live streams, and a member may sign in as often as they like.
MOST_SESSIONS = 30
END_OLDEST = """
delete from session where id in (
    select id from session where member = $1 order by seen_at desc, id desc offset $2
)
"""
SELECT_SESSIONS = f"""
select session.id, agent, address, session.site, session.created_at, session.seen_at
from session join member on member.id = session.member
where member = $1 and {IS_VALID} order by session.seen_at desc, session.id desc
"""  # noqa: S608 constants only


class ViewerRow(msgspec.Struct, frozen=True):
    """A session with its member: the fields of a Viewer."""

    session: int
    id: int
    name: str
    role: str
    needs_factor: bool
    rooms: list[str]
    state: str
    verified: bool
    awaits_approval: bool
    until: datetime | None
    why: str
    assisted: str
    density: str
    legend: bool
    marks: str
    marks_read: bool
    zone: str
    language: str
    reads: list[str]
    last_visit: datetime | None
    # Not recorded as used in the last five minutes.
    is_stale: bool
    muted: list[str]
    blocked: list[int]
    muted_words: list[str]
    unread: int | None


class SessionRow(msgspec.Struct, frozen=True):
    """A session as its member sees it in the settings."""

    id: int
    agent: str
    address: str
    # The publisher's site on which it holds.
    site: str | None
    created_at: datetime
    seen_at: datetime


async def start(
    member: int, role: str, *, agent: str, address: str, proven: bool = False, site: str | None = None
) -> str:
    """Start a session of `member` and return its new token. Of too many sessions, the least recently used ends.

    `proven`: they have just proved who they are (step_up.py). With `site` it is only valid there.
    """
    token = tokens.new()
    lasts = LASTS_EMBEDDED if site else LASTS if role == "member" else LASTS_STAFF
    new = Session(
        member=member,
        token_hash=tokens.digest(token),
        agent=agent[:200],
        address=address[:45],
        site=site,
        expires_at=from_now(lasts),
        proved_at=db.NOW if proven else None,
    )
    async with db.atomic():
        await db.execute(RECORD_SIGN_IN, member)
        await Session.insert(new)
        await db.execute(END_OLDEST, member, MOST_SESSIONS)
    return token


async def find(token_hash: bytes, site: str | None = None) -> ViewerRow | None:
    """Return the valid session with this token on this site or a publisher's, and record that it is used."""
    row = await db.fetch_one(ViewerRow, SELECT_SESSION, token_hash, site, settings().staff_factor_days)
    if row is not None and row.is_stale:
        await db.execute(RECORD_USE, row.session)
    return row


async def end(session: int, member: int) -> bool:
    """End one session of `member`. Return False when it is not theirs or has ended already."""
    async with db.atomic():
        ended = await Session.delete().where(Session.id == session, Session.member == member).returning(Session.id)
        viewer_cache.clear_after_commit()
    return bool(ended)


async def end_all(member: int, *, but: int | None = None) -> None:
    """End all sessions of `member` except `but`, and their tokens for programs.

    Called after a new password, a suspension or a new role, among others.
    """
    ended = Session.delete().where(Session.member == member)
    async with db.atomic():
        await (ended if but is None else ended.where(Session.id != but))
        for hook in hooks.when_sessions_end:
            await hook(member)
        viewer_cache.clear_after_commit()


async def list_valid(member: int) -> list[SessionRow]:
    """The valid sessions of `member`, the last used first."""
    return await db.fetch(SessionRow, SELECT_SESSIONS, member)


async def still_valid(session_ids: Sequence[int]) -> set[int]:
    """Which of these sessions are valid now: for live streams."""
    return set(await db.values(SELECT_STILL_VALID, list(session_ids)))


async def still_staff(session_ids: Sequence[int]) -> set[int]:
    """Which of these sessions are valid now and belong to active staff."""
    return set(await db.values(SELECT_STILL_STAFF, list(session_ids), settings().staff_factor_days))


def cookie(token: str, role: str = "member") -> Cookie:
    """The cookie that carries `token`. An empty token deletes the cookie."""
    lasts = LASTS if role == "member" else LASTS_STAFF
    return cookies.make("", token, int(lasts.total_seconds()))


def cookie_name() -> str:
    return cookies.name()
