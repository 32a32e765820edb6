"""The comment form, and the edit form."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import msgspec
from markupsafe import Markup

from parley.discussion.comments import rules
from parley.discussion.comments.statement import statement_of
from parley.platform.http.forms import Form
from parley.platform.text.messages import N_, Message

# The whole selection must be in the article; only its first rules.LONGEST_QUOTE characters are stored.
LONGEST_SELECTION = 10_000
# Enough for the longest comment on the longest selection: in a form, a character of most scripts takes nine bytes.
LONGEST_BODY = 9 * (rules.LONGEST_COMMENT + LONGEST_SELECTION) + 10_000


class BodyForm(Form):
    """The fields of a comment that its author can change later."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.body = self.text(
            "body", most=rules.LONGEST_COMMENT, least=1, missing=N_("Please write something first."), lines=True
        )
        self.stance = self.choice("stance", rules.STANCES)
        self.assisted = self.flag("assisted")


class CommentForm(BodyForm):
    """The fields of `POST /t/{thread}/comments` (docs/addresses.md)."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.parent = self.id("parent")
        self.passage = self.id("passage")
        self.quote = self.text("quote", most=LONGEST_SELECTION, lines=True)
        self.prefix = self.text("prefix", most=200, lines=True)
        self.statement = statement_of(self)
        self.submission = self._submission()

    def _submission(self) -> UUID:
        """Return the submission key, by which a resend finds the first comment; a form without a key gets a new one."""
        try:
            return UUID(self.values.get("submission", ""))
        except ValueError:
            return uuid4()


class PreviewForm(CommentForm):
    """The fields of `POST /preview`: a comment, and the thread or comment that it is for."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.thread = self.id("thread")
        self.comment = self.id("comment")
        self.version = self.id("version")


class EditForm(BodyForm):
    """The fields of `POST /c/{comment}/edit`; `version` is the number of the text that was edited, if known."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.version = self.id("version")


class CommentFormView(msgspec.Struct):
    """A comment form with what was typed and what is wrong with it."""

    kind: str
    action: str
    body: str = ""
    thread: int | None = None
    parent: int | None = None
    comment: int | None = None
    # The number of the text that an edit began from, and the present text if it is another one.
    version: int | None = None
    now: Markup | None = None
    stance: str | None = None
    passage: int | None = None
    quote: str | None = None
    prefix: str = ""
    statement: str = ""
    assisted: bool = False
    submission: str = ""
    errors: dict[str, Message] = msgspec.field(default_factory=dict)


def new_form(thread: int, **fields: Any) -> CommentFormView:
    """Return an empty form for a top-level comment or, with `parent`, a reply."""
    values = {"submission": str(uuid4())} | {name: value for name, value in fields.items() if value is not None}
    kind = "reply" if fields.get("parent") else "new"
    return CommentFormView(kind, f"/t/{thread}/comments", thread=thread, **values)


def edit_form_view(comment: int, **fields: Any) -> CommentFormView:
    return CommentFormView("edit", f"/c/{comment}/edit", comment=comment, **fields)
