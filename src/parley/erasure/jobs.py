"""The worker's job: erases the accounts whose time is over."""

import msgspec
import structlog

from parley.accounts import names, renaming, viewer_cache
from parley.core import db
from parley.core.events import attempts
from parley.erasure import ledger, mentions, statements, words

log = structlog.get_logger(__name__)

DUE = f"""
select id, name, erase_words from member
where erase_at <= now() and {attempts.due("erasures", "member.id")}
order by erase_at limit 10
"""  # noqa: S608 constants only


class Leaving(msgspec.Struct, frozen=True):
    """A member who is to be erased, with their words or without."""

    id: int
    name: str
    erase_words: bool


async def erase_due() -> int:
    """Erase the members whose 14 days are over, and return how many there were."""
    due = await db.fetch(Leaving, DUE)
    await attempts.each("erasures", due, erase, key=lambda one: one.id, in_transaction=False)
    return len(due)


async def erase(member: Leaving) -> None:
    """Erase one member. After an interruption the next sweep goes on: the name goes last."""
    if member.erase_words and not await words.erase(member.id):
        return
    for name in (member.name, *await renaming.former(member.id)):
        await mentions.rewrite(name)
        # A backup may be older than the last change of the name.
        ledger.write(member.id, names.key(name), words=member.erase_words)
    async with db.atomic():
        # Somebody who has just come back is not erased.
        locked = "select id from member where id = $1 and erase_at <= now() for update"
        if not await db.values(locked, member.id):
            return
        for statement in (statements.VOTES, statements.ANSWERS, *statements.ROWS, statements.LEFT):
            await db.execute(statement, member.id)
        await db.execute(statements.MEMBER, member.id)
        viewer_cache.clear_after_commit()
    log.info("member erased", member=member.id, words=member.erase_words)
