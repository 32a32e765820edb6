"""Comments and edits before they are written, and the checks that they pass first. hooks.py registers the checks."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec

from parley.platform.http.access import Viewer


class Draft(msgspec.Struct, frozen=True):
    """A comment before it is written."""

    thread: int
    author: Viewer
    body: str
    parent: int | None = None
    stance: str | None = None
    passage: int | None = None
    quote: str | None = None
    # The text before the quote, which tells apart two occurrences of the quote in a passage.
    prefix: str | None = None
    statement: str | None = None
    assisted: bool = False
    submission: UUID | None = None
    # The publisher's site on whose page it was written (embed/).
    site: str | None = None
    # The rendered `body`; post_comment sets it.
    html: str = ""

    @property
    def words(self) -> str:
        """All that readers will read of it."""
        return _words(self.body, self.statement)


# Called with the comment's id in the transaction that writes it.
After = Callable[[int], Awaitable[None]]


class Signature(msgspec.Struct, frozen=True):
    """A hash by which near-copies of a text are found (matching/signature.py). Short texts have no sketch and bands."""

    sketch: bytes
    bands: list[int]
    hosts: list[str]


class CheckResult(msgspec.Struct, frozen=True):
    """A check's answer about a draft: whether to hold it for a moderator, and what to do once it is written.

    `checked_comments` is the number of the author's comments that had been checked. The result holds while that number
    is unchanged: of two comments posted at once, the second is checked again. `signature` is saved with the comment.
    """

    hold: bool = False
    checked_comments: int | None = None
    after: After | None = None
    signature: Signature | None = None


class CommentEdit(msgspec.Struct, frozen=True):
    """An edit before it is written: the comment's text and statement after it."""

    comment: int
    thread: int
    author: Viewer
    body: str
    html: str
    assisted: bool
    statement: str | None = None
    # Whether the comment waits for a moderator.
    held: bool = False

    @property
    def words(self) -> str:
        """All that readers will read of it."""
        return _words(self.body, self.statement)


def _words(body: str, statement: str | None) -> str:
    return f"{body}\n\n{statement}" if statement else body


# A check raises Refused to refuse the draft, and returns None if it has no objection. It takes no lock, so that other
# members can post in the thread meanwhile.
before_post: list[Callable[[Draft], Awaitable[CheckResult | None]]] = []
# The same for edits. A published comment cannot be held for a moderator, so a check refuses the edit instead. A held
# one stays held, or is published.
before_edit: list[Callable[[CommentEdit], Awaitable[After | None]]] = []
