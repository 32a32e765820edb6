"""The forms about statements."""

from collections.abc import Mapping
from typing import Any

from parley.comments.statement import as_statement
from parley.core.errors import Refused
from parley.core.http.forms import Form


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
