"""The form by which moderators remove a statement."""

from collections.abc import Mapping, Sequence
from typing import Any

from parley.moderation.decisions.forms import LONGEST_LAW, LONGEST_REASON, WHICH_LAW, is_illegal, says_something
from parley.moderation.decisions.rules import Choice
from parley.people.accounts.names import LONGEST_NAME
from parley.people.community.queries import Ground
from parley.platform.http.forms import Form
from parley.platform.text.messages import N_


class RemovalForm(Form):
    """The fields of `POST /c/{comment}/statement/remove`: the broken `rule`, one of `grounds`, and the `reason`."""

    def __init__(self, data: Mapping[str, Any], grounds: Sequence[Ground]) -> None:
        super().__init__(data)
        self.confirmed = self.text("confirm", most=LONGEST_NAME)
        self.rule = self.choice("rule", [ground.code for ground in grounds]) or ""
        self.law = self.text("law", most=LONGEST_LAW)
        missing = N_("Please give a reason: the author will read it.")
        self.reason = self.text("reason", most=LONGEST_REASON, least=1, missing=missing, lines=True)
        if not says_something(self.reason):
            self.errors.setdefault("reason", missing)
        if is_illegal(self.rule, grounds) and not self.law:
            self.errors.setdefault("law", WHICH_LAW)
        if not self.rule:
            self.errors.setdefault("rule", N_("Please choose the rule that this breaks."))

    @property
    def removal(self) -> Choice:
        return Choice(0, 0, "statement", self.rule, self.reason, confirmed=self.confirmed, law=self.law)
