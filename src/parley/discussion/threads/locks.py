"""The lock of a thread, which is taken before that of its row. docs/architecture.md has the order of all locks.

Rows of comments, visits and follows refer to the row of their thread, and PostgreSQL locks it for each of them
(`for key share`). A statement that waits for the row and then changes it reads the version again with which it began.
If this version was changed while something referred to it, the statement waits for others that wait for it in turn: a
deadlock, as tests/discussion/commenting/test_deadlocks.py shows. With this lock, nobody waits at the row itself.
"""

from parley.platform import db

_THREADS, _SEVERAL = 7_270_005, 7_270_006


def turn(thread: str) -> str:
    """Return SQL that waits until no other transaction has the lock of a thread. `thread` is SQL for its id."""
    return f"pg_advisory_xact_lock({_THREADS}, ({thread} % 2147483648)::int)"


# Nobody else moves the comment once the first lock is held.
LOCK_SEVERAL = f"select pg_advisory_xact_lock({_SEVERAL})"
LOCK_BOTH = f"""
select {turn("thread")} from (
    select thread from comment where id = $1 union select $2::bigint order by thread
) needed
"""  # noqa: S608 constants only


async def lock_several() -> None:
    """Wait until nobody else locks several threads: to be called before the first of them is locked."""
    await db.execute(LOCK_SEVERAL)


async def lock_for_move(comment: int, to: int) -> None:
    """Lock the thread of a comment and the one that it is to be moved to, before the comment itself."""
    await lock_several()
    await db.execute(LOCK_BOTH, comment, to)
