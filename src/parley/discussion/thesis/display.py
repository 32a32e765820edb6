"""The thesis as a page shows it to its viewer."""

from typing import Any, Protocol

import msgspec

from parley.articles.articles.queries import ArticleRow
from parley.discussion.comments.published_answers import PublishedShares
from parley.discussion.thesis.queries import ThesisRow, ViewerThesis
from parley.discussion.thesis.rules import LEAST_SHOWN, may_set
from parley.discussion.threads.queries import ThreadRow
from parley.people.accounts.viewer import Viewer

# Longer ones are set smaller.
LONG = 54
CLOSED = ("locked", "archived")


class ShownThread(Protocol):
    """A thread's page (comment_tree/view.py)."""

    @property
    def thread(self) -> ThreadRow: ...
    @property
    def article(self) -> ArticleRow: ...
    @property
    def thesis(self) -> ThesisRow | None: ...


class ThesisBox(msgspec.Struct, frozen=True):
    """A thesis, the viewer's answer, and the published shares if the viewer answered or asked to see them."""

    row: ThesisRow
    value: int | None
    shares: PublishedShares | None
    needed: int = LEAST_SHOWN

    @property
    def is_long(self) -> bool:
        return len(self.row.text) > LONG

    @property
    def may_look(self) -> bool:
        """Whether there are shares that are not shown yet."""
        return self.shares is None and self.row.shares is not None

    @property
    def is_reworded(self) -> bool:
        """Whether there were other words before these, and too few answered since."""
        return self.row.version > 1 and self.value is None and self.row.shares is None


def thesis_box(
    row: ThesisRow | None, own: ViewerThesis | None = None, *, thread_state: str = "open", looks: bool = False
) -> ThesisBox | None:
    if row is None:
        return None
    value = own.value if own else None
    # A member who looks has said so before (ops.look), so that their answer is known to follow the others'.
    # In a closed thread nobody answers any more.
    may_see = value is not None or thread_state in CLOSED or (looks and (own is None or own.seen))
    return ThesisBox(row, value, row.shares if may_see else None)


def thesis_of_viewer(
    shown: ShownThread, viewer: Viewer, own: ViewerThesis | None, *, looks: bool = False
) -> dict[str, Any]:
    """Return what the templates of a member's page need to show the thesis."""
    own = own or ViewerThesis()
    return {
        "thesis": thesis_box(shown.thesis, own, thread_state=shown.thread.state, looks=looks),
        "may_set_thesis": may_set(viewer, shown.thread, shown.article, is_author=own.is_author),
    }
