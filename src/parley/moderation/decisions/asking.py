"""Items of the queue that wait for their author, whom a moderator asked to edit: an edit brings them back."""

from collections.abc import Awaitable, Callable

from parley.discussion.commenting.drafts import CommentEdit
from parley.moderation.reports import ops as reports
from parley.moderation.reports.targets import Target
from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.text.messages import N_

BRING_BACK = """
update queue_item set asked_until = null, version = version + 1
where kind = 'comment' and target = $1 and asked_until is not null and state = 'open' returning id
"""


def require_editable(target: Target) -> None:
    """Raise Refused where nobody could edit the comment if asked to."""
    if target.member is None or target.state not in {"visible", "pending"}:
        raise Refused(N_("Nobody can edit this comment: it is not published, or its author has left."))
    if target.thread_state != "open":
        raise Refused(N_("This thread is closed, so the comment cannot be edited. Please open the thread first."))


async def check(_: CommentEdit) -> Callable[[int], Awaitable[None]]:
    """Every edit is allowed; once it is made, the item of the comment is in the queue again."""
    return _bring_back


async def _bring_back(comment: int) -> None:
    if await db.values(BRING_BACK, comment):
        await reports.notify_queue()
