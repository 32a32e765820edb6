"""The form by which moderators remove a statement."""

from collections.abc import Mapping, Sequence
from typing import Any

from parley.moderation.decisions.forms import LONGEST_REASON, says_something
from parley.people.accounts.names import LONGEST_NAME
from parley.platform.http.forms import Form
from parley.platform.text.messages import N_


class RemovalForm(Form):
    """The fields of `POST /c/{comment}/statement/remove`: the broken `rule`, one of `grounds`, and the `reason`."""

    def __init__(self, data: Mapping[str, Any], grounds: Sequence[str]) -> None:
        super().__init__(data)
        self.confirmed = self.text("confirm", most=LONGEST_NAME)
        self.rule = self.choice("rule", grounds) or ""
        missing = N_("Please give a reason: the author will read it.")
        self.reason = self.text("reason", most=LONGEST_REASON, least=1, missing=missing, lines=True)
        if not says_something(self.reason):
            self.errors.setdefault("reason", missing)
        if not self.rule:
            self.errors.setdefault("rule", N_("Please choose the rule that this breaks."))
