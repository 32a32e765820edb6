"""The forms of reporting and of the workbench."""

from collections.abc import Mapping, Sequence
from typing import Any

from parley.accounts import addresses
from parley.core.errors import Refused
from parley.core.forms import Form
from parley.moderation.rules import ACTIONS, OUTCOMES, ROLES, Choice

LONGEST_REPORT = 2_000
LONGEST_NAME = 100
LONGEST_REASON = 1_000
LONGEST_APPEAL = 5_000
LONGEST_TIME = 3_650


class ReportForm(Form):
    """What is wrong, on which ground; whoever is not signed in says how to be answered, and that they mean it.

    About the sexual abuse of children one reports without a name (Digital Services Act, article 16.2 c).
    """

    def __init__(self, data: Mapping[str, Any], grounds: Sequence[str], *, visitor: bool) -> None:
        super().__init__(data)
        self.reason = self.choice("reason", grounds)
        if self.reason is None:
            self.errors["reason"] = "Please choose what is wrong with it."
        missing = "Please say why you think that this is against the law."
        self.words = self.text("text", most=LONGEST_REPORT, least=1 if visitor else 0, missing=missing, lines=True)
        self.name: str | None = None
        self.email: str | None = None
        if visitor:
            self._read_sender()

    def _read_sender(self) -> None:
        if not self.flag("unnamed"):
            self.name = self.text("name", most=LONGEST_NAME, least=1, missing="Please give your name.")
            try:
                self.email = addresses.address(self.values.get("email", ""))
            except Refused as refusal:
                self.errors["email"] = str(refusal)
        if not self.flag("good_faith"):
            self.errors["good_faith"] = "Please confirm this, if it is so."


class DecisionForm(Form):
    """What to do about an item, on which ground, and why; `until` is in days, and for good where it is empty."""

    def __init__(self, data: Mapping[str, Any], grounds: Sequence[str] = ()) -> None:
        super().__init__(data)
        self.version = self.id("version") or 0
        self.action = self.choice("action", list(ACTIONS))
        self.rule = self.choice("rule", grounds)
        self.reason = self.text("reason", most=LONGEST_REASON, lines=True)
        self.until = self.id("until")
        if self.until is not None and self.until > LONGEST_TIME:
            self.errors["until"] = "This is longer than ten years. Leave it empty for a permanent decision."

    def require(self) -> None:
        """Note what is missing: an action always, for what takes something away a rule and a reason too."""
        if self.action is None:
            self.errors.setdefault("action", "Please choose what to do.")
            return
        if ACTIONS[self.action].restricts and self.rule is None:
            self.errors.setdefault("rule", "Please choose the rule that this breaks.")
        if ACTIONS[self.action].restricts and not self.reason:
            self.errors.setdefault("reason", "Please give a reason: the author will read it.")

    def choice_for(self, item: int, version: int | None = None) -> Choice:
        """The decision on an item as its op takes it; a rule is only named where it was broken."""
        action = self.action or ""
        broken = ACTIONS[action].restricts
        days = self.until if ACTIONS[action].timed else None
        return Choice(item, version or self.version, action, self.rule if broken else None, self.reason, days)


class AppealForm(Form):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        missing = "Please say what you think is wrong with the decision."
        self.words = self.text("text", most=LONGEST_APPEAL, least=1, missing=missing, lines=True)


class ReviewForm(Form):
    """What becomes of an appeal; of a decision that is made a lesser one the action, and `until` in days."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.outcome = self.choice("outcome", OUTCOMES)
        if self.outcome is None:
            self.errors.setdefault("outcome", "Please choose the outcome.")
        missing = "Please give a reason: the member will read it."
        self.answer = self.text("answer", most=LONGEST_REASON, least=1, missing=missing, lines=True)
        self.action = self.choice("action", list(ACTIONS)) or ""
        self.until = self.id("until")
        if self.until is not None and self.until > LONGEST_TIME:
            self.errors["until"] = "This is longer than ten years."


class SecondForm(Form):
    """Whether a second moderator agrees; if not, why."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.agrees = self.flag("agree")
        missing = "Please give a reason for the moderator who proposed it."
        least = 0 if self.agrees else 1
        self.reason = self.text("reason", most=LONGEST_REASON, least=least, missing=missing, lines=True)


class NoteForm(Form):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.words = self.text("text", most=LONGEST_REASON, least=1, missing="Please write something.", lines=True)


class LiftForm(Form):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        missing = "Please give a reason: the member will read it."
        self.reason = self.text("reason", most=LONGEST_REASON, least=1, missing=missing, lines=True)


class RoleForm(LiftForm):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.role = self.choice("role", ROLES)
        if self.role is None:
            self.errors.setdefault("role", "Please choose a role.")
