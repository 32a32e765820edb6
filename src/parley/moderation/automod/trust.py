"""Trust levels: what a member may do, by the age of the account and the comments let in (moderation-proofs.md I18)."""

import msgspec

from parley.moderation.matching.facts import AuthorRecord
from parley.platform import quotas
from parley.platform.errors import TooMany
from parley.platform.quotas import Quota
from parley.platform.text.messages import N_, Message, join, plural

HOUR = 3_600
LIMIT = "post:account, hour"


class TrustLevel(msgspec.Struct, frozen=True):
    """A level, reached after `days` and after `comments` that were let in."""

    name: str
    days: int
    comments: int
    # Comments per hour; None: only the limits for everybody (platform/ratelimit.py).
    per_hour: int | None
    # Whether comments are held if the automatic rules fail.
    is_held_without_rules: bool


# Automatic rules limit the links of newcomers (m0001_rules.json).
LEVELS = (
    TrustLevel("newcomer", days=0, comments=0, per_hour=10, is_held_without_rules=True),
    TrustLevel("new member", days=1, comments=5, per_hour=30, is_held_without_rules=False),
    TrustLevel("established", days=7, comments=20, per_hour=None, is_held_without_rules=False),
)


def level(author: AuthorRecord) -> TrustLevel:
    """The highest level that a member has reached, lowered by one for each decision against them."""
    reached = sum(author.age >= level.days and author.comments >= level.comments for level in LEVELS[1:])
    return LEVELS[max(0, reached - author.upheld)]


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
