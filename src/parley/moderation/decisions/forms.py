"""The form of a decision."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from parley.moderation.decisions.destinations import destination
from parley.moderation.decisions.rules import ACTIONS, LENGTHS, SANCTIONS, Choice, ThreadReference
from parley.moderation.decisions.slots import fill_slots
from parley.platform.http.forms import Form
from parley.platform.text.messages import N_

# The actions with which a sanction of the author can go.
AGAINST_WORDS = {"remove", "collapse"}
LONGEST_REASON = 1_000
LONGEST_QUOTE = 300
LONGEST_TIME = max(LENGTHS)
LONGEST_ADDRESS = 2_000


class DecisionForm(Form):
    """Action, guideline and reason; the field `until` is in days, empty for permanently.

    `titles` are those of the guidelines in force by their codes, `saved` the moderator's saved reasons by their ids.
    Without a typed reason the chosen saved one counts. `to` is the address of the thread or passage that a comment is
    moved to; without it the chosen `place` counts, which is an address too. `also` is a sanction of the author
    that goes with it.
    """

    def __init__(
        self, data: Mapping[str, Any], titles: Mapping[str, str] | None = None, saved: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(data)
        self.titles = titles or {}
        self.version = self.id("version") or 0
        self.action = self.choice("action", list(ACTIONS))
        self.also = self.choice("also", SANCTIONS) if self.action in AGAINST_WORDS else None
        self.rule = self.choice("rule", list(self.titles))
        self.quote = self.text("quote", most=LONGEST_QUOTE)
        self.reason = self.text("reason", most=LONGEST_REASON, lines=True)
        if not says_something(self.reason) and "reason" not in self.errors:
            self.reason = (saved or {}).get(self.values.get("saved", ""), "")
        self.to = self._to("to") or self._to("place")
        self.days = self.id("until")
        if self.days is not None and self.days > LONGEST_TIME:
            self.errors["until"] = N_("This is longer than a year. Leave it empty for a permanent decision.")

    def _to(self, field: str) -> ThreadReference | None:
        address = self.text(field, most=LONGEST_ADDRESS)
        target = destination(address)
        if address and target is None:
            self.errors.setdefault("to", N_("This is not the address of a thread here. Nothing was done."))
        return target

    def require(self) -> None:
        """Add errors for what is missing: the action; for restrictions, the guideline and the reason."""
        if self.action is None:
            self.errors.setdefault("action", N_("Please choose what to do."))
            return
        if self.action == "move" and self.to is None:
            self.errors.setdefault("to", N_("Please choose a passage, or enter the address of another thread."))
        if self.action == "passage" and (self.to is None or self.to.passage is None):
            self.errors.setdefault("place", N_("Please choose the passage or picture."))
        restricts = ACTIONS[self.action].restricts or self.also is not None
        if restricts and self.rule is None:
            self.errors.setdefault("rule", N_("Please choose the rule that this breaks."))
        if restricts and not self.reason:
            self.errors.setdefault("reason", N_("Please give a reason: the author will read it."))
        if "{quote}" in self.reason and not self.quote:
            self.errors.setdefault("quote", N_("The reason quotes words. Please select them, or copy them here."))

    def choice_for(self, item: int, version: int | None = None) -> Choice:
        """The choice for an item; only restrictions name a guideline."""
        action = self.action or ""
        to = self.to if action in {"move", "passage", "restore"} else None
        return replace(self._choice(action), item=item, version=version or self.version, to=to)

    @property
    def sanction(self) -> Choice | None:
        """The choice about the author, for the same rule and reason."""
        return self._choice(self.also) if self.also else None

    def _choice(self, action: str) -> Choice:
        title = self.titles.get(self.rule or "", "")
        # Both decisions have the same reason, so `{days}` is how long the sanction lasts in both.
        lasts = any(ACTIONS[chosen].timed for chosen in (action, self.also) if chosen)
        reason = fill_slots(self.reason, quote=self.quote, rule=title, days=self.days if lasts else None)
        days = self.days if ACTIONS[action].timed else None
        return Choice(0, 0, action, self.rule if ACTIONS[action].restricts else None, reason, days)


def says_something(reason: str) -> bool:
    """Whether a reason has a letter, a digit or a sign, and not only spaces and invisible characters."""
    return any(unicodedata.category(letter)[0] in "LNPS" for letter in reason)
