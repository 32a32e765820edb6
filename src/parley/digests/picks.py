"""The editors' pick: a thread that moderators find worth everybody's time. A digest tells one, where it is news."""

from parley.core import db
from parley.core.errors import NotFound

PICK = """
insert into pick (thread, member, at) select id, $2, now() from thread where id = $1
on conflict (thread) do update set member = excluded.member, at = excluded.at
"""


async def pick(thread: int, member: int) -> None:
    """Pick a thread, from now on. Raises NotFound when there is none."""
    if not await db.execute(PICK, thread, member):
        raise NotFound("This thread does not exist.")


async def put_back(thread: int) -> None:
    """Take that back: no digest that is still to be built tells it as a pick."""
    await db.execute("delete from pick where thread = $1", thread)


async def is_picked(thread: int) -> bool:
    return bool(await db.value("select exists(select from pick where thread = $1)", thread))
