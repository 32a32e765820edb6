"""The forms of a comment's statement and of an answer."""

from collections.abc import Mapping
from typing import Any

from parley.discussion.comments.statement import as_statement
from parley.discussion.statements.tokens import Sitting, read_sitting
from parley.people.accounts.viewer import Viewer
from parley.platform.errors import Refused
from parley.platform.http.forms import Form


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


class AnswerForm(Form):
    """The fields of `POST /t/{thread}/answer`: an empty `value` skips the statement."""

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.comment = self.id("comment")
        # The wording of the thesis, if that is answered instead of a comment's statement.
        self.thesis = self.id("version")
        raw = self.choice("value", ("-1", "0", "1"))
        self.value = None if raw is None else int(raw)

    def sitting(self, viewer: Viewer, thread: int) -> Sitting:
        return read_sitting(self.values.get("sitting", ""), viewer.id, thread)
