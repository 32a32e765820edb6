"""The forms of an appeal, of its review and of a second approval."""

from collections.abc import Mapping
from typing import Any

from parley.moderation.appeals.rules import OUTCOMES
from parley.moderation.decisions.forms import LONGEST_REASON, LONGEST_TIME
from parley.moderation.decisions.rules import ACTIONS
from parley.platform.http.forms import CHOOSE, Form
from parley.platform.text.messages import N_

LONGEST_APPEAL = 5_000


class AppealForm(Form):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        missing = N_("Please fill this in.")
        self.appeal_text = self.text("text", most=LONGEST_APPEAL, least=1, missing=missing, lines=True)


class ReviewForm(Form):
    """The outcome of an appeal and the answer; for a milder decision also its action and length.

    The field `until` is a number of days, as in DecisionForm.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.outcome = self.choice("outcome", OUTCOMES)
        if self.outcome is None:
            self.errors.setdefault("outcome", CHOOSE)
        missing = N_("Please write an answer: the member will read it.")
        self.answer = self.text("answer", most=LONGEST_REASON, least=1, missing=missing, lines=True)
        self.action = self.choice("action", list(ACTIONS)) or ""
        self.days = self.id("until")
        if self.days is not None and self.days > LONGEST_TIME:
            self.errors["until"] = N_("This is longer than a year.")


class SecondApprovalForm(Form):
    """A second approval, or a rejection with its reason."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.approves = self.flag("approve")
        missing = N_("Please give a reason: the moderator who proposed this will read it.")
        least = 0 if self.approves else 1
        self.reason = self.text("reason", most=LONGEST_REASON, least=least, missing=missing, lines=True)
