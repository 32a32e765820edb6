"""The comment form, and the edit form."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from parley.comments import rules
from parley.core.http.forms import Form

# Of a longer selection the beginning is kept (rules.LONGEST_QUOTE), but it must be there as a whole.
LONGEST_SELECTION = 10_000
# The longest comment on the longest selection: in a form, most scripts take nine bytes for a character.
LONGEST_BODY = 9 * (rules.LONGEST + LONGEST_SELECTION) + 10_000


class CommentForm(Form):
    """What `POST /t/{thread}/comments` takes (docs/addresses.md)."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.body = self.text("body", most=rules.LONGEST, least=1, missing="Please write something first.", lines=True)
        self.parent = self.id("parent")
        self.stance = self.choice("stance", rules.STANCES)
        self.passage = self.id("passage")
        self.quote = self.text("quote", most=LONGEST_SELECTION, lines=True)
        self.prefix = self.text("prefix", most=200, lines=True)
        self.assisted = self.flag("assisted")
        self.submission = self._submission()

    def _submission(self) -> UUID:
        """The key that makes a resend find the first comment; a form without one gets a new key."""
        try:
            return UUID(self.values.get("submission", ""))
        except ValueError:
            return uuid4()


class PreviewForm(CommentForm):
    """What `POST /preview` takes: a comment, and where it would go."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.thread = self.id("thread")
        self.comment = self.id("comment")
        self.version = self.id("version")


class EditForm(Form):
    """What `POST /c/{comment}/edit` takes; `version` is the number of the text that was edited, where it is known."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.body = self.text("body", most=rules.LONGEST, least=1, missing="Please write something first.", lines=True)
        self.stance = self.choice("stance", rules.STANCES)
        self.assisted = self.flag("assisted")
        self.version = self.id("version")
