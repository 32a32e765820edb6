"""Who may give a comment a statement, and the limits of decks and answers."""

from parley.discussion.comments.rules import CommentState, require_open_thread
from parley.people.accounts.viewer import Viewer
from parley.platform.errors import Forbidden, Refused
from parley.platform.http.access import MODERATOR
from parley.platform.text.messages import N_

# Statements of a thread that are asked.
MOST_OPEN = 30
# Each author has at most one statement in the deck, until this many authors have one.
AUTHORS = 10
# After that, each has at most this many.
MOST_OF_AUTHOR = 3
# The deck covers at least this many passages, if there are statements on them.
PASSAGES = 5
# Statements of one sitting.
SITTING = 10
# After more skips in a sitting, its answers do not count as asked.
MOST_SKIPPED = 5
# Further answers of a member in 24 hours do not count as asked.
MOST_ASKED = 20


def require_statement_allowed(viewer: Viewer, comment: CommentState) -> None:
    """Raise unless `viewer` may set this comment's statement or, as a moderator, propose one."""
    if comment.author != viewer.id and viewer.access < MODERATOR:
        raise Forbidden(N_("Only its author can do this."))
    if comment.author is None:
        raise Refused(N_("This comment was imported, so nobody could confirm a statement for it."))
    if comment.author_erased:
        raise Refused(N_("The author's account was closed, so nobody could confirm a statement for this comment."))
    if comment.state != "visible":
        raise Refused(N_("This comment no longer exists. Your text is kept here."))
    require_open_thread(comment.thread_state)
