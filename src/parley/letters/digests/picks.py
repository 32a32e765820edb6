"""The moderators' pick: a thread that they recommend to everybody. Each digest includes at most one."""

from parley.letters.digests.tables import Pick
from parley.platform import db
from parley.platform.errors import NotFound
from parley.platform.text.messages import N_

INSERT_PICK = """
insert into pick (thread, member, at) select id, $2, now() from thread where id = $1
on conflict (thread) do update set member = excluded.member, at = excluded.at
"""


async def pick(thread: int, member: int) -> None:
    """Pick a thread. Raises NotFound."""
    if not await db.execute(INSERT_PICK, thread, member):
        raise NotFound(N_("This thread does not exist."))


async def unpick(thread: int) -> None:
    """Remove a pick. Digests that are built later do not include it."""
    await Pick.delete().where(Pick.thread == thread)


async def is_picked(thread: int) -> bool:
    return await Pick.exists().where(Pick.thread == thread)
