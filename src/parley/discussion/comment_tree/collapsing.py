"""Replies that are collapsed: which ones, and the words that stand for them."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from parley.discussion.comment_tree.fragments import Fragment, RepliesSummary, ViewerState, frame
from parley.discussion.comments.queries import CommentRow

# A perspective shows this many replies, the others are collapsed.
REPLIES_SHOWN = 2
# The authors of collapsed replies that are named.
MOST_NAMED = 2


class CollapsedReplies(msgspec.Struct, frozen=True):
    """The replies after the first REPLIES_SHOWN: those on the page, and how many there are with those that are not."""

    shown: tuple[int, ...]
    count: int


def replies_of(
    shown: Sequence[int],
    count: int,
    rows: Mapping[int, CommentRow],
    states: Mapping[int, ViewerState],
    *,
    is_open: bool,
) -> RepliesSummary:
    """Return what the summary of `count` replies says, of which `shown` are on the page.

    It names nobody whom the viewer blocked, and no author of a comment that cannot be read.
    """
    names = dict.fromkeys(_authors(shown, rows, states))
    named = tuple(names)[:MOST_NAMED]
    theirs = sum(author in named for author in _authors(shown, rows, states))
    return RepliesSummary(named, count - theirs if named else 0, is_open)


def _authors(shown: Iterable[int], rows: Mapping[int, CommentRow], states: Mapping[int, ViewerState]) -> list[str]:
    authors = (rows[comment].author for comment in shown if comment in rows and not _is_blocked(states.get(comment)))
    return [author for author in authors if author]


def _is_blocked(state: ViewerState | None) -> bool:
    return state is not None and state.blocked


def split_around(
    rest: CollapsedReplies, rows: Mapping[int, CommentRow], states: Mapping[int, ViewerState], *, is_open: bool = False
) -> Fragment:
    """Return the HTML before and after the replies that are collapsed together."""
    replies = replies_of(rest.shown, rest.count, rows, states, is_open=is_open)
    return frame("discussion/comments/_rest.html", rest=rest, summary=replies)
