"""The rules for what members keep."""

from parley.discussion.comments.queries import CommentRow
from parley.platform.errors import Refused
from parley.platform.text.messages import N_

LONGEST_NOTE = 5_000
# A highlight is for oneself, so it may be longer than the quote of a comment.
LONGEST_HIGHLIGHT = 2_000
MOST_KEPT = 10_000


def require_visible(comment: CommentRow) -> None:
    if comment.state != "visible":
        raise Refused(N_("This comment can no longer be read."))


def require_room(kept: int) -> None:
    if kept >= MOST_KEPT:
        raise Refused(
            N_("You can keep {most} items. Remove some before you keep more. Your text is still here."),
            most=MOST_KEPT,
        )
