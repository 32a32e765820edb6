"""Who may set the thesis of a thread, who may answer it, and when its balance is shown."""

from collections.abc import Sequence

import msgspec

from parley.articles.articles.rules import ArticleLike, ThreadLike
from parley.discussion.comments.published_answers import PublishedShares, Tally, rounded_down, shares
from parley.people.accounts.viewer import Viewer
from parley.platform.errors import Forbidden, Refused
from parley.platform.http.access import MODERATOR
from parley.platform.text.messages import N_

# Fewer answers are never shown.
LEAST_SHOWN = 10


class AnswerCounts(msgspec.Struct, frozen=True):
    """How many answered a thesis, and what is published of it (`thesis.published`)."""

    agrees: int
    disagrees: int
    unsure: int
    published: list[int]

    @property
    def tally(self) -> Tally:
        return Tally(self.agrees, self.disagrees, self.unsure)

    @property
    def shares(self) -> PublishedShares | None:
        """What is published of the answers, or None while they are too few."""
        return published_shares(self.published)

    @property
    def answers(self) -> int:
        """The number of answers, rounded down to a whole step; 0 while they are too few."""
        return rounded_down(self.tally.total) if self.tally.total >= LEAST_SHOWN else 0


def published_shares(published: Sequence[int]) -> PublishedShares | None:
    *counts, _total_compared = published
    return shares(Tally(*counts)) if sum(counts) >= LEAST_SHOWN else None


def may_set(viewer: Viewer | None, thread: ThreadLike, article: ArticleLike, *, is_author: bool) -> bool:
    """Whether `viewer` may set the thesis: moderators, who added the article, and its confirmed author."""
    if viewer is None or thread.state == "archived":
        return False
    if viewer.access >= MODERATOR:
        return True
    is_own = is_author or thread.starter == viewer.name
    return viewer.verified and is_own and thread.state == "open" and not article.is_frozen


def require_set_allowed(viewer: Viewer, thread: ThreadLike, article: ArticleLike, *, is_author: bool) -> None:
    if not may_set(viewer, thread, article, is_author=is_author):
        raise Forbidden(
            N_(
                "Only moderators, the member who added this article and its confirmed author can say what it claims, "
                "while the thread is open and the article is shown in full."
            )
        )


def require_answer_allowed(thread_state: str) -> None:
    """Raise Refused where the thread takes no answers any more."""
    if thread_state == "locked":
        raise Refused(N_("This thread is locked, so nothing was saved."))
    if thread_state == "archived":
        raise Refused(N_("This thread is archived, so nothing was saved."))
