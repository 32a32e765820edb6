"""The forms about statements."""

from collections.abc import Mapping, Sequence
from typing import Any

from parley.discussion.comments.statement import as_statement
from parley.moderation.decisions.forms import LONGEST_REASON, says_something
from parley.platform.errors import Refused
from parley.platform.http.forms import Form
from parley.platform.text.messages import N_


class StatementForm(Form):
    """The fields of `POST /c/{comment}/statement` (docs/addresses.md)."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.proposal = self.id("proposal")
        self.declines = self.flag("decline")
        self.statement = None if self.declines else self._statement()

    def _statement(self) -> str | None:
        try:
            return as_statement(self.values.get("text", ""))
        except Refused as refusal:
            self.errors["text"] = refusal.message
            return None


class RemovalForm(Form):
    """The fields of `POST /c/{comment}/statement/remove`: the broken `rule`, one of `grounds`, and the `reason`."""

    def __init__(self, data: Mapping[str, Any], grounds: Sequence[str]) -> None:
        super().__init__(data)
        self.rule = self.choice("rule", grounds) or ""
        missing = N_("Please give a reason: the author will read it.")
        self.reason = self.text("reason", most=LONGEST_REASON, least=1, missing=missing, lines=True)
        if not says_something(self.reason):
            self.errors.setdefault("reason", missing)
        if not self.rule:
            self.errors.setdefault("rule", N_("Please choose the rule that this breaks."))
