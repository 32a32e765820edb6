"""What a member may do grows with age and record, by this table alone (trust.md I18)."""

import msgspec

from parley.automod.rules.facts import Author
from parley.core.errors import TooMany

HOUR = 3_600


class TrustLevel(msgspec.Struct, frozen=True):
    """What is allowed from so many days and comments let in on."""

    name: str
    days: int
    comments: int
    # Comments an hour; None: only what holds for everybody (core/ratelimit.py).
    an_hour: int | None
    # Whether their comments wait for a moderator while the rules cannot be applied.
    waits_without_rules: bool


# The rules that ship hold a newcomer's comment that links (m0001_rules.json); nothing else is held for being new.
LEVELS = (
    TrustLevel("newcomer", days=0, comments=0, an_hour=10, waits_without_rules=True),
    TrustLevel("new member", days=1, comments=5, an_hour=30, waits_without_rules=False),
    TrustLevel("established", days=7, comments=20, an_hour=None, waits_without_rules=False),
)


def level(author: Author) -> TrustLevel:
    """The level of a member: the highest whose terms are met, and one lower for each decision against them."""
    reached = max(place for place, one in enumerate(LEVELS) if _meets(author, one))
    return LEVELS[max(0, reached - author.upheld)]


def _meets(author: Author, one: TrustLevel) -> bool:
    return author.age >= one.days and author.comments >= one.comments


class UsedUp(msgspec.Struct, frozen=True):
    """A member posted as many comments within an hour as their level allows; `left` seconds until the next one."""

    most: int
    left: int

    def __str__(self) -> str:
        minutes = -(-self.left // 60)
        return (
            f"You have posted {self.most} comments within an hour, which is the limit for new members. "
            f"You can post again in {minutes} {'minute' if minutes == 1 else 'minutes'}."
        )


def used_up(author: Author) -> UsedUp | None:
    """What a member still has to wait who has posted what their level allows in an hour; None for who may post."""
    most = level(author).an_hour
    lately = sorted(seconds for seconds in author.since if seconds < HOUR)
    if most is None or len(lately) < most:
        return None
    return UsedUp(most, max(1, round(HOUR - lately[most - 1])))


def may_post(author: Author) -> None:
    """Raise TooMany where a member has posted what their level allows in an hour; the text says what is kept."""
    used = used_up(author)
    if used is not None:
        raise TooMany(f"{used} Your text is kept.", used.left)
