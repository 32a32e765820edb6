"""The kept numbers of unread notifications and comments, which each page shows its member.

A number of comments is valid for ten seconds, since new ones are not looked for, and until something changes that it
depends on, which a trigger records in the same transaction (schema.sql): what the member read, follows, mutes or
blocks, or for all members, that a comment was removed, restored, moved or deleted.
"""

import msgspec

from parley.letters.for_you.queries import COUNT_UNREAD
from parley.letters.notifications import counts as notifications
from parley.letters.notifications.counts import IS_VALID
from parley.platform import db

VALID_SECONDS = 10
# Longer than any transaction, and than a number is valid.
CORRECTION_MINUTES = 5

CORRECTIONS = "(select coalesce(bit_xor(hashint8extended(id, 0)), 0) from unread_change where member = 0)"
SELECT_KEPT = f"""
select u.notifications, case
    when u.comments_until > now() and u.corrections = {CORRECTIONS}
         and not exists (select from unread_change c where c.member = -u.member)
    then u.comments end as comments
from unread_count u where u.member = $1 and {IS_VALID}
"""  # noqa: S608 constants only
# All in one snapshot, as RECOUNT. Of two who count at once, the number of the later one stays.
COUNT_COMMENTS = f"""
with seen as (
    delete from unread_change where id in (
        select id from unread_change
        where member = -$1::bigint or member = 0 and created_at < now() - interval '{CORRECTION_MINUTES} minutes'
        order by id for update skip locked)
), counted as (
    select ({COUNT_UNREAD}) as comments, {CORRECTIONS} as corrections
), kept as (
    update unread_count u set comments = counted.comments, corrections = counted.corrections,
        comments_until = now() + interval '{VALID_SECONDS} seconds'
    from counted where u.member = $1 and u.counted_at <= now()
        and coalesce(u.comments_until, '-infinity') <= now() + interval '{VALID_SECONDS} seconds'
)
select comments from counted
"""  # noqa: S608 constants only


class UnreadCounts(msgspec.Struct, frozen=True):
    """How many notifications and comments are unread; None for comments that have to be counted."""

    notifications: int
    comments: int | None


async def unread(member: int) -> UnreadCounts:
    """Return how many notifications and how many comments are unread, up to some (100 means more than 99)."""
    kept = await db.fetch_one(UnreadCounts, SELECT_KEPT, member)
    if kept is None:
        kept = UnreadCounts((await notifications.recount([member])).get(member, 0), None)
    if kept.comments is None:
        kept = UnreadCounts(kept.notifications, await db.value(COUNT_COMMENTS, member))
    return kept
