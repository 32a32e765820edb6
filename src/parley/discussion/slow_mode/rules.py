"""How long a member waits between two comments, by the heat of the branch and of the thread."""

import msgspec

from parley.discussion.slow_mode.heat import WINDOW, ThreadActivity, heat, top_of_branch
from parley.platform import quotas
from parley.platform.errors import TooMany
from parley.platform.quotas import Quota
from parley.platform.text.durations import in_words
from parley.platform.text.messages import N_, Message, join

# The heat at which slow mode begins in a branch, and in a whole thread.
BRANCH_LIMIT, THREAD_LIMIT = 4.0, 12.0
LIMIT = "post:slow-mode"
# Seconds.
FIRST_WAIT, LONGEST_WAIT = 60, 600
# The wait where an automatic rule slows a thread.
RULE_WAIT = 120
BY_MODERATORS = N_("You posted {time} ago, and moderators have turned on slow mode in this thread.")
HEATED_THREAD = N_("You posted {time} ago, and this thread is heated.")
HEATED_BRANCH = N_("You posted {time} ago, and this branch is heated.")


class Wait(msgspec.Struct, frozen=True):
    """A member commented `last` seconds ago and must wait `needed` seconds in all; `why` says so."""

    last: float
    needed: int
    why: Message

    @property
    def left(self) -> int:
        return max(1, round(self.needed - self.last))

    @property
    def message(self) -> Message:
        return self.why.format(time=in_words(self.last))


def wait_at(heat: float, limit: float) -> int:
    """Seconds between two comments of one member at this heat: a minute at the limit, in proportion above it."""
    return 0 if heat < limit else min(LONGEST_WAIT, round(FIRST_WAIT * heat / limit))


def require_wait_over(activity: ThreadActivity, member: int, parent: int | None) -> None:
    """Raise TooMany while a member has to wait; the message says how long, and that the text is kept."""
    wait = wait_for(activity, member, parent)
    if wait is not None:
        quotas.add(Quota(LIMIT, 1, wait.needed, 0, wait.left, is_used=False))
        again = N_("You can post in {time}. Your text is kept.").format(time=in_words(wait.left))
        raise TooMany(join(" ", [wait.message, again]), wait.left)


def wait_for(activity: ThreadActivity, member: int, parent: int | None) -> Wait | None:
    """Return how long a member still waits before they can reply to `parent` (None: the article), or None."""
    last = min((comment.age for comment in activity.recent if comment.author == member), default=WINDOW)
    candidates = [
        Wait(last, activity.slow, BY_MODERATORS),
        Wait(last, RULE_WAIT if activity.until_by_rule else 0, HEATED_THREAD),
        Wait(last, wait_at(activity.heat, THREAD_LIMIT), HEATED_THREAD),
    ]
    if parent is not None:
        candidates.append(_wait_in_branch(activity, member, parent))
    return max(
        (candidate for candidate in candidates if candidate.last < candidate.needed),
        key=lambda candidate: candidate.left,
        default=None,
    )


def _wait_in_branch(activity: ThreadActivity, member: int, parent: int) -> Wait:
    parents = {comment.id: comment.parent for comment in activity.recent}
    top = top_of_branch(parent, parents)
    branch_heat = heat(point for point in activity.points if top_of_branch(point.comment, parents) == top)
    ages = (
        comment.age
        for comment in activity.recent
        if comment.author == member and top_of_branch(comment.id, parents) == top
    )
    return Wait(min(ages, default=WINDOW), wait_at(branch_heat, BRANCH_LIMIT), HEATED_BRANCH)
