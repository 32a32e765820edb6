"""The worker's job: erases the accounts whose time is over."""

import msgspec
import structlog

from parley.accounts import viewer_cache
from parley.core import db
from parley.core.events import attempts
from parley.erasure import deletions, ledger, mentions, words

log = structlog.get_logger(__name__)

DUE = f"""
select id, name, name_key, erase_words from member
where erase_at <= now() and {attempts.due("erasures", "member.id")}
order by erase_at limit 10
"""  # noqa: S608 constants only


class Leaving(msgspec.Struct, frozen=True):
    """A member who is to be erased, with their words or without."""

    id: int
    name: str
    name_key: str
    erase_words: bool


async def erase_due() -> int:
    """Erase the members whose 14 days are over, and return how many there were."""
    due = await db.fetch(Leaving, DUE)
    await attempts.each("erasures", due, erase, key=lambda one: one.id, in_transaction=False)
    return len(due)


async def erase(member: Leaving) -> None:
    """Erase one member. The name goes last, so that the next sweep continues after an interruption."""
    if member.erase_words and not await words.erase(member.id):
        return
    await mentions.rewrite(member.name)
    ledger.write(member.id, member.name_key, words=member.erase_words)
    async with db.atomic():
        # The member may just have come back.
        locked = "select id from member where id = $1 and erase_at <= now() for update"
        if not await db.values(locked, member.id):
            return
        for deletion in (deletions.VOTES, deletions.ANSWERS, *deletions.ROWS, deletions.LEFT, deletions.MEMBER):
            await db.execute(deletion, member.id)
        viewer_cache.clear_after_commit()
    log.info("member erased", member=member.id, words=member.erase_words)
