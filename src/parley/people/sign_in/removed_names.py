"""Another name for a member whose name moderators removed."""

from parley.people.accounts import names, viewer_cache
from parley.people.sign_in import queries
from parley.platform import db


async def replace(member: int, name: str) -> None:
    """Give a member another name, in the open transaction. A job of the worker writes it where comments mention them.

    Raises UniqueViolationError for a name that is taken.
    """
    await db.execute(queries.REPLACE_NAME, member, name, names.key(name))
    viewer_cache.clear_after_commit()
