"""Limits of rules: what they need before they are switched on, and when a second moderator must agree."""

from collections.abc import Sequence

import msgspec

from parley.moderation.backtests.run import Result
from parley.moderation.matching.conditions import Condition
from parley.moderation.matching.evaluate import LABELS, MOMENT
from parley.platform.errors import Refused
from parley.platform.text.messages import N_, Message

LONGEST_NAME = 80
MOST_CONDITIONS = 8
STATES = ("off", "shadow", "on")
# Two moderators must agree on a rule that would have hidden more than this share of a week's comments
# (moderation-proofs.md R11).
HIDES = {"hold", "collapse"}
MOST_HIDDEN = 0.01
TOO_EXPENSIVE = N_(
    "This version takes too long on some texts: see the cost in its test. Nothing was changed. "
    "Please make it simpler, then test it again."
)


LABELS_ONLY_FLAG = N_(
    "By a label, a rule can ask a moderator to look at a comment; with another condition besides, it can also hold it. "
    "It can do nothing else."
)
LABELS_COME_LATER = N_("A label arrives after the comment was posted: please take out what is about that moment.")
WATCH_FIRST = N_("A rule about labels has to watch first. Please set it to watching, and see what it would do.")


class RuleDraft(msgspec.Struct, frozen=True):
    """A rule as a moderator entered it."""

    name: str
    action: str
    guideline: str
    conditions: tuple[Condition, ...]

    @property
    def conditions_json(self) -> str:
        """The conditions as stored."""
        return msgspec.json.encode(self.conditions).decode()


def objection(action: str, conditions: Sequence[Condition]) -> Message | None:
    """What is wrong with a rule that looks at labels, which say what a program thinks."""
    others = [condition for condition in conditions if not condition.needs & LABELS]
    if len(others) == len(conditions):
        return None
    if action != "flag" and not (action == "hold" and others):
        return LABELS_ONLY_FLAG
    return LABELS_COME_LATER if any(condition.needs & MOMENT for condition in others) else None


def require_tested(tested: Result | None) -> Result:
    """Raise Refused unless this version was back-tested and stayed within its budget."""
    if tested is None:
        raise Refused(N_("This version has not been back-tested yet. Please test it first, and see what it would do."))
    if tested.costliest.exceeds_budget:
        raise Refused(TOO_EXPENSIVE)
    return tested


def needs_two(action: str, tested: Result) -> bool:
    """Whether the rule would have hidden more comments in a week than one moderator may decide."""
    return _hides_much(action, tested.week_hits, tested.week)


def hides_much_more(action: str, tested: Result) -> bool:
    """The same for a rule that is on, without the comments that it has hidden already and those hidden rightly.

    Otherwise a wave of advertising that the rule holds would switch it off.
    """
    return _hides_much(action, tested.new_hits, tested.week)


def _hides_much(action: str, hits: int, comments: int) -> bool:
    return action in HIDES and hits > MOST_HIDDEN * comments
