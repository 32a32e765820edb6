"""Items of the queue that wait for their author, whom a moderator asked to edit: an edit brings them back."""

from collections.abc import Awaitable, Callable

from parley.discussion.commenting.drafts import CommentEdit
from parley.moderation.reports import ops as reports
from parley.platform import db

BRING_BACK = """
update queue_item set asked_until = null, version = version + 1
where kind = 'comment' and target = $1 and asked_until is not null and state = 'open' returning id
"""


async def check(_: CommentEdit) -> Callable[[int], Awaitable[None]]:
    """Every edit is allowed; once it is made, the item of the comment is in the queue again."""
    return _bring_back


async def _bring_back(comment: int) -> None:
    if await db.values(BRING_BACK, comment):
        await reports.notify_queue()
