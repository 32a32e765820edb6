"""The hourly limit of comments, by the trust level of a member (matching/trust.py)."""

import msgspec

from parley.moderation.matching.facts import AuthorRecord
from parley.moderation.matching.trust import level
from parley.platform import quotas
from parley.platform.errors import TooMany
from parley.platform.quotas import Quota
from parley.platform.text.messages import N_, Message, join, plural

HOUR = 3_600
LIMIT = "post:account, hour"


class UsedUp(msgspec.Struct, frozen=True):
    """A member has posted `most` comments within an hour, the limit of their level; `left` seconds until the next."""

    most: int
    left: int

    @property
    def message(self) -> Message:
        return N_(
            "You have posted {most} comments within an hour, which is the limit for new members. "
            "You can post again in {minutes}."
        ).format(most=self.most, minutes=plural("{count} minute", "{count} minutes", -(-self.left // 60)))


def used_up(author: AuthorRecord) -> UsedUp | None:
    """The wait of a member who has reached the hourly limit of their level; None for others."""
    most = level(author).per_hour
    lately = _lately(author)
    if most is None or len(lately) < most:
        return None
    return UsedUp(most, max(1, round(HOUR - lately[most - 1])))


def _lately(author: AuthorRecord) -> list[float]:
    """The seconds since each of a member's comments of the last hour, the newest first."""
    return sorted(seconds for seconds in author.since if seconds < HOUR)


def require_post_allowed(author: AuthorRecord) -> None:
    """Raise TooMany for a member who has reached the hourly limit of their level; the message says the text is kept.

    Programs are told how many comments are left after this one.
    """
    most, lately = level(author).per_hour, _lately(author)
    used = used_up(author)
    if most is not None:
        wait = used.left if used else max(1, round(HOUR - max(lately, default=0)))
        quotas.add(Quota(LIMIT, most, HOUR, max(0, most - len(lately) - 1), wait, is_used=used is None))
    if used is not None:
        raise TooMany(join(" ", [used.message, N_("Your text is kept.")]), used.left)
