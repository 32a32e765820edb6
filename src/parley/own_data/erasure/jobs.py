"""The worker's jobs: erase the accounts whose time is over, and write new names where comments mention the old ones."""

import msgspec
import structlog

from parley.own_data.erasure import deletions, ledger, mentions, words
from parley.people.account_settings import renaming
from parley.people.accounts import names, viewer_cache
from parley.platform import db
from parley.platform.events import attempts

log = structlog.get_logger(__name__)

SELECT_DUE_MEMBERS = f"""
select id, name, erase_words, mentioned_as from member
where erase_at <= now() and {attempts.due("erasures", "member.id")}
order by erase_at limit 10
"""  # noqa: S608 constants only
# It waits for whoever signs in at this moment.
LOCK_DUE_MEMBER = "select id from member where id = $1 and erase_at <= now() for update"

# A name that is no longer reserved for its member can become another's, and mentions of it would lead there.
EXPIRE_NAMES = """
with expired as (
    delete from former_name where changed_at < now() - interval '365 days' returning member, name
)
update member set mentioned_as = mentioned_as || array(select e.name from expired e where e.member = member.id)
where id in (select member from expired)
"""
SELECT_RENAMED = f"""
select id, name, mentioned_as from member
where mentioned_as <> '{{}}' and {attempts.due("mentions", "member.id")} order by id limit 10
"""  # noqa: S608 constants only
# A name that was added meanwhile stays.
RECORD_REWRITTEN = """
update member set mentioned_as = array(select one from unnest(mentioned_as) as one where one <> all($2::text[]))
where id = $1
"""


class RenamedMember(msgspec.Struct, frozen=True):
    """A member with the names that comments may still mention."""

    id: int
    name: str
    mentioned_as: list[str]


class DueErasure(msgspec.Struct, frozen=True):
    """A member who is to be erased, with their words or without."""

    id: int
    name: str
    erase_words: bool
    mentioned_as: list[str]


async def erase_due() -> int:
    """Erase the members whose 14 days are over, and return how many there were."""
    due = await db.fetch(DueErasure, SELECT_DUE_MEMBERS)
    await attempts.each("erasures", due, erase, key=lambda erasure: erasure.id, in_transaction=False)
    return len(due)


async def erase(member: DueErasure) -> None:
    """Erase one member. The name goes last, so that the next sweep continues after an interruption."""
    # They may have just come back. From now on they cannot (people/accounts/states.py).
    if not await db.values(LOCK_DUE_MEMBER, member.id):
        return
    if member.erase_words and not await words.erase(member.id):
        return
    for name in (member.name, *await renaming.former(member.id), *member.mentioned_as):
        await mentions.erase(member.id, name)
        # A backup may be older than the last change of the name.
        ledger.write(member.id, names.key(name), words=member.erase_words)
    for some in (deletions.DELETE_VOTES, deletions.DELETE_ANSWERS):
        while await db.value(some, member.id, deletions.MOST_VOTES):
            pass
    async with db.atomic():
        for deletion in (*deletions.ROWS, deletions.DEACTIVATE_MEMBER, deletions.ANONYMISE_MEMBER):
            await db.execute(deletion, member.id)
        viewer_cache.clear_after_commit()
    log.info("member erased", member=member.id, words=member.erase_words)


async def rewrite_mentions() -> int:
    """Write the present names of members in comments that mention former ones; return the number of members.

    These are names that moderators removed, and those that members gave up a year ago.
    """
    await db.execute(EXPIRE_NAMES)
    due = await db.fetch(RenamedMember, SELECT_RENAMED)
    await attempts.each("mentions", due, rewrite, key=lambda rewrite: rewrite.id, in_transaction=False)
    return len(due)


async def rewrite(member: RenamedMember) -> None:
    """Rewrite the mentions of one member. After an interruption the next sweep does it again."""
    for former in member.mentioned_as:
        if former != member.name:
            await mentions.rename(former, member.name)
    await db.execute(RECORD_REWRITTEN, member.id, member.mentioned_as)
