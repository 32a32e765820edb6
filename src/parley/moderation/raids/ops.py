"""Switching raid mode on and off, and what it holds."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

import msgspec
import structlog

from parley.discussion.commenting.drafts import CheckResult, CommentEdit, Draft
from parley.discussion.threads.queries import ThreadRow
from parley.moderation.matching import facts, trust
from parley.moderation.matching.current import forget_after_commit, switches
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.moderation.raids.tables import Raid, RaidHold
from parley.moderation.reports import ops as reports
from parley.moderation.reports import targets
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.db import NOW
from parley.platform.errors import NotFound, Refused
from parley.platform.text.formats import clock
from parley.platform.text.markdown import count_links
from parley.platform.text.messages import N_, Message, as_text

log = structlog.get_logger(__name__)
# Called with `raid.began` or `raid.ended` and the raid, in the transaction; hooks.py fills this in.
after_change: list[Callable[[str, int], Awaitable[None]]] = []
HOLDS = {
    "newcomers": N_("Comments of new members"),
    "links": N_("Comments with links"),
    "all": N_("All comments"),
    "nothing": N_("No comments, but nobody can sign up"),
}
HOURS = (1, 3, 12, 24)
IS_ON = "r.ended_at is null and r.until > now()"
# What holds in a thread and in its topic, the strictest first.
SELECT_IN_THREAD = f"""
select r.id, r.holds, r.until, t.topic
from raid r join thread t on t.id = $1
where {IS_ON} and r.holds <> 'nothing' and (r.topic is null or r.topic = t.topic)
order by array_position(array['all', 'newcomers', 'links'], r.holds::text), r.until desc
"""  # noqa: S608 constants only
SELECT_RAIDS = f"""
select * from (
    select r.id, r.topic, r.holds, r.closes_sign_up, r.until, {IS_ON} as is_on,
           (select count(*) from raid_hold h join comment c on c.id = h.comment
            where h.raid = r.id and c.state = 'pending') as waiting
    from raid r
) one
"""  # noqa: S608 constants only
SELECT_CURRENT = f"""
{SELECT_RAIDS} where (is_on or waiting > 0) and ($1::text[] is null or topic = any($1)) order by id
"""
SELECT_ONE = f"{SELECT_RAIDS} where id = $1"
CLOSES_SIGN_UP = f"exists (select from raid r where {IS_ON} and r.closes_sign_up)"
LOCK_RAIDS = "select pg_advisory_xact_lock(hashtextextended('raids', 0))"
# What is on already lasts as long as was chosen last.
BEGIN = f"""
with same as (
    update raid r set until = now() + $5 * interval '1 hour'
    where {IS_ON} and topic is not distinct from $1 and holds = $2 and closes_sign_up = $3 returning id
), new as (
    insert into raid (topic, holds, closes_sign_up, started_by, until)
    select $1, $2, $3, $4, now() + $5 * interval '1 hour' where not exists (select from same) returning id
)
select id from same union all select id from new limit 1
"""  # noqa: S608 constants only
CANNOT_WAIT = N_(
    "Comments here wait for a moderator now, and an edit cannot wait: the comment stays as it was. Your text is kept: "
    "please try again later."
)


class RaidRow(msgspec.Struct, frozen=True):
    """Raid mode, on or not; `waiting`: how many of the comments that it held nobody has decided on."""

    id: int
    topic: str | None
    holds: str
    closes_sign_up: bool
    until: datetime
    is_on: bool
    waiting: int


class RaidInThread(msgspec.Struct, frozen=True):
    """Raid mode that is on in a thread of a topic."""

    id: int
    holds: str
    until: datetime
    topic: str


class Switch(msgspec.Struct, frozen=True):
    """What raid mode holds, in a topic or, without one, on the whole site, and for how many hours."""

    topic: str | None
    holds: str
    hours: int
    closes_sign_up: bool = False


async def begin(viewer: Viewer, switch: Switch) -> int:
    """Switch raid mode on and return its id. The same again, as by a form that is sent twice, is the same one.

    Raises NotFound where the viewer does not moderate that, Refused for anything that is not offered.
    """
    topic, holds, hours, closes_sign_up = msgspec.structs.astuple(switch)
    if not (viewer.moderates_in(topic) if topic else viewer.is_staff):
        raise NotFound
    if holds not in HOLDS or hours not in HOURS or (holds == "nothing" and not closes_sign_up):
        raise Refused(N_("Please choose what waits for a moderator, and for how long."))
    if topic and closes_sign_up:
        raise Refused(N_("Members sign up for the whole site, not for a topic."))
    async with db.atomic():
        await db.execute(LOCK_RAIDS)
        raid: int = await db.value(BEGIN, topic, holds, closes_sign_up, viewer.id, hours)
        await modlog.write(viewer, Entry("raid.begin", "raid", raid, reason=topic or ""))
        for hook in after_change:
            await hook("raid.began", raid)
        forget_after_commit()
    log.info("raid mode on", raid=raid, member=viewer.id, topic=topic, holds=holds, hours=hours)
    return raid


async def end(viewer: Viewer, raid: int) -> None:
    """Switch raid mode off. What it held waits on. Raises NotFound where there is none for this moderator."""
    found = next((row for row in await current(viewer) if row.is_on and row.id == raid), None)
    if found is None:
        raise NotFound
    async with db.atomic():
        ending = Raid.update({Raid.ended_at: NOW}).where(Raid.id == raid, Raid.ended_at.is_null())
        if not await ending.returning(Raid.id):
            # Another request ended it a moment ago.
            return
        await modlog.write(viewer, Entry("raid.end", "raid", raid, reason=found.topic or ""))
        for hook in after_change:
            await hook("raid.ended", raid)


async def current(viewer: Viewer) -> list[RaidRow]:
    """Raid mode that is on or whose comments still wait, where the viewer moderates; the site's is for its staff."""
    return await db.fetch(RaidRow, SELECT_CURRENT, None if viewer.is_staff else sorted(viewer.rooms))


async def one(raid: int) -> RaidRow | None:
    return await db.fetch_one(RaidRow, SELECT_ONE, raid)


async def check(draft: Draft) -> CheckResult | None:
    """Hold a draft that raid mode concerns."""
    raid = await _concerning(draft.author, draft.thread, has_link=count_links(draft.html) > 0)
    return CheckResult(hold=True, after=partial(_hold, raid=raid.id)) if raid else None


async def check_edit(edit: CommentEdit) -> Callable[[int], Awaitable[None]] | None:
    """Raise Refused for an edit of a published comment that raid mode concerns."""
    if not edit.held and await _concerning(edit.author, edit.thread, has_link=count_links(edit.html) > 0):
        raise Refused(CANNOT_WAIT)
    return None


async def has_held(comment: int) -> bool:
    return await RaidHold.exists().where(RaidHold.comment == comment)


async def wait_of(viewer: Viewer, thread: ThreadRow, _parent: int | None) -> Message | None:
    """The sentence above the form of a member whose comments raid mode may hold."""
    raid = await _concerning(viewer, thread.id, has_link=True)
    if raid is None:
        return None
    if raid.holds == "links":
        return N_("Comments with links wait for a moderator until {time}.").format(time=clock(raid.until))
    return N_("Your comment will wait for a moderator: this is so for many until {time}.").format(
        time=clock(raid.until)
    )


async def _concerning(author: Viewer, thread: int, *, has_link: bool) -> RaidInThread | None:
    """Return the strictest raid mode that holds a member's comment in a thread, with a link or without."""
    if not (await switches()).has_raids:
        return None
    raids = await db.fetch(RaidInThread, SELECT_IN_THREAD, thread)
    if not raids or author.moderates_in(raids[0].topic):
        return None
    holds = {"all", "links"} if has_link else {"all"}
    if any(raid.holds == "newcomers" for raid in raids) and await _is_newcomer(author):
        holds.add("newcomers")
    return next((raid for raid in raids if raid.holds in holds), None)


async def _is_newcomer(member: Viewer) -> bool:
    """Whether a member has not reached the highest level of trust (matching/trust.py)."""
    return trust.level(await facts.author(member.id)) is not trust.LEVELS[-1]


async def _hold(comment: int, raid: int) -> None:
    await RaidHold.insert(RaidHold(comment=comment, raid=raid))
    target = await targets.lock("comment", comment)
    await reports.update_risk(await reports.open_item("comment", comment, target.thread))
    reason = as_text(N_("A moderator switched raid mode on, so this comment is waiting for one."))
    await modlog.write(None, Entry("hold", "comment", comment, {}, {"state": "pending"}, None, reason))
