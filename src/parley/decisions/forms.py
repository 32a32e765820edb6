"""The form of a decision."""

from collections.abc import Mapping, Sequence
from typing import Any

from parley.core.http.forms import Form
from parley.core.text.messages import N_
from parley.decisions.rules import ACTIONS, Choice

LONGEST_REASON = 1_000
LONGEST_TIME = 3_650


class DecisionForm(Form):
    """Action, guideline and reason; `until` is in days, empty for permanent."""

    def __init__(self, data: Mapping[str, Any], grounds: Sequence[str] = ()) -> None:
        super().__init__(data)
        self.version = self.id("version") or 0
        self.action = self.choice("action", list(ACTIONS))
        self.rule = self.choice("rule", grounds)
        self.reason = self.text("reason", most=LONGEST_REASON, lines=True)
        self.until = self.id("until")
        if self.until is not None and self.until > LONGEST_TIME:
            self.errors["until"] = N_("This is longer than ten years. Leave it empty for a permanent decision.")

    def require(self) -> None:
        """Add errors for what is missing: the action; for restrictions, the guideline and the reason."""
        if self.action is None:
            self.errors.setdefault("action", N_("Please choose what to do."))
            return
        if ACTIONS[self.action].restricts and self.rule is None:
            self.errors.setdefault("rule", N_("Please choose the rule that this breaks."))
        if ACTIONS[self.action].restricts and not self.reason:
            self.errors.setdefault("reason", N_("Please give a reason: the author will read it."))

    def choice_for(self, item: int, version: int | None = None) -> Choice:
        """The choice for an item; only restrictions name a guideline."""
        action = self.action or ""
        broken = ACTIONS[action].restricts
        days = self.until if ACTIONS[action].timed else None
        return Choice(item, version or self.version, action, self.rule if broken else None, self.reason, days)
