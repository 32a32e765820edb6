"""Closing the suggested updates of an article that does not change any more."""

from parley.discussion.threads.updating import notify_concerned
from parley.platform import db

DECLINE_WAITING = """
update suggested_update set state = 'declined', answer = $2, decided_by = $3, decided_at = now(), draft = null
where thread = $1 and state = 'waiting' returning id
"""


async def decline_waiting(thread: int, reason: str, actor: int | None) -> None:
    """Decline all that wait, and notify those who suggested them. The caller has locked the thread's row."""
    for suggestion in await db.values(DECLINE_WAITING, thread, reason, actor):
        await notify_concerned(suggestion)
