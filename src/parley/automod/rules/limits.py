"""What is allowed with rules: what they need before they act, and who has to agree."""

import msgspec

from parley.automod.backtests.run import Result
from parley.automod.rules.conditions import Condition
from parley.core.errors import Refused

LONGEST_NAME = 80
MOST_CONDITIONS = 8
STATES = ("off", "shadow", "on")
# What takes a comment out of sight: of more than so much of last week's posts, two moderators decide (trust.md R11).
HIDES = {"hold", "collapse"}
MOST_HIDDEN = 0.01
TOO_EXPENSIVE = (
    "This version takes too long on some texts: see the cost in its test. Nothing was changed. "
    "Please make it simpler, then test it again."
)


class RuleDraft(msgspec.Struct, frozen=True):
    """A rule as a moderator wants it."""

    name: str
    action: str
    guideline: str
    conditions: tuple[Condition, ...]

    @property
    def asks(self) -> str:
        """Its conditions as the database keeps them."""
        return msgspec.json.encode(self.conditions).decode()


def may_switch_on(tested: Result | None) -> Result:
    """Raise Refused unless this very version was back-tested and stayed within its budget."""
    if tested is None:
        raise Refused("This version has not been back-tested yet. Please test it first, and see what it would do.")
    if tested.costliest.is_over:
        raise Refused(TOO_EXPENSIVE)
    return tested


def needs_two(action: str, tested: Result) -> bool:
    """Whether it would have hidden so much of last week's posts that two moderators have to agree."""
    return action in HIDES and tested.week_hits > MOST_HIDDEN * tested.week
