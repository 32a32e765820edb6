"""Comments as finished HTML: each is rendered once per version and cached, and a page joins them."""

from sys import getsizeof
from typing import Any

import msgspec
from markupsafe import Markup
from msgspec.structs import astuple

from parley.discussion.comments.published_answers import PublishedShares
from parley.discussion.comments.queries import CommentRow, blank
from parley.discussion.threads.queries import SlowBranch
from parley.platform.cache import Bounded
from parley.platform.http.environment import environment
from parley.platform.text.durations import ago
from parley.platform.text.languages import spoken

CACHED = 8_000
CACHED_BYTES = 32 * 2**20
# Bytes of a cached fragment besides its texts: its objects, its key and its entry in the map.
OTHER_BYTES = 2_000
# Marks where a fragment's replies go; no rendered text can contain a NUL (platform/text/cleaning.py refuses it).
REPLIES = Markup("\x00")


class ViewerState(msgspec.Struct, frozen=True):
    """What depends on the viewer in one comment: their votes, and what they may do as its author."""

    quality: int | None = None
    agreement: int | None = None
    # How members answered, for those who answered themselves.
    answers: PublishedShares | None = None
    is_author: bool = False
    may_edit: bool = False
    may_delete: bool = False
    may_restore: bool = False
    # The viewer is a moderator, and may decide about it.
    moderates: bool = False
    # The viewer muted its author, or blocked them.
    muted: bool = False
    blocked: bool = False
    # The word in it that the viewer muted.
    muted_word: str | None = None
    # The language it is in, if the viewer does not read that and folds such comments.
    folded: str | None = None


class Fragment(msgspec.Struct, frozen=True):
    before: str
    after: str


class RepliesSummary(msgspec.Struct, frozen=True):
    """The summary of replies: some of their authors, how many `others` there are, and whether it is open."""

    names: tuple[str, ...] = ()
    others: int = 0
    open: bool = True


class CachedFragment(msgspec.Struct, frozen=True):
    row: CommentRow
    age: str
    fragment: Fragment


class Stub(msgspec.Struct, frozen=True):
    """The link to replies that are left out; `in_place` opens them on the same page."""

    count: int
    url: str
    in_place: bool


def _size(cached: CachedFragment) -> int:
    """Bytes in memory of a fragment and of the row it was made from, roughly."""
    values = (*astuple(cached.row), *astuple(cached.fragment))
    return OTHER_BYTES + sum(getsizeof(value) for value in values if isinstance(value, str))


_cache: Bounded[CachedFragment] = Bounded(CACHED, CACHED_BYTES, _size, "comments")


def fragment_of(
    row: CommentRow,
    state: ViewerState | None = None,
    parent_author: str | None = None,
    slow_branch: SlowBranch | None = None,
    replies: RepliesSummary | None = None,
) -> Fragment:
    """Return the fragment of `row`, which all viewers with the same `state` share.

    `parent_author` is given for a reply that is shown flat, `slow_branch` if the branch that begins here is in slow
    mode. `replies` is the summary of collapsed replies.
    """
    key = (spoken().code, row.id, parent_author, state, slow_branch, replies)
    age = ago(row.created_at)
    cached = _cache.get(key)
    if cached is not None and (cached.row is row or cached.row == row) and cached.age == age:
        return cached.fragment
    fragment = frame(
        "discussion/comments/_comment.html",
        comment=blank(row) if state and state.blocked else row,
        viewer_state=state,
        replies=REPLIES,
        stub=None,
        parent_author=parent_author,
        flat=parent_author is not None,
        slow_branch=slow_branch,
        summary=replies,
    )
    _cache.put(key, CachedFragment(row, age, fragment))
    return fragment


def frame(template: str, **context: Any) -> Fragment:
    """Return the HTML before and after the comments in a template."""
    before, _, after = environment().get_template(template).render(context, comments=REPLIES).partition(REPLIES)
    return Fragment(before, after)


def stub(row: CommentRow, left: tuple[int, int | None], sort: str, *, shows_some: bool) -> str:
    """Return the HTML that stands for the replies to `row` that are left out.

    `left` is their number and the last reply shown, after which the stub opens them. Around a focused comment the
    replies shown are not the first in order, so the stub links to the page of the branch.
    """
    count, last = left
    after = f"&after={last}" if last is not None else ""
    in_place = last is not None or not shows_some
    url = f"/t/{row.thread}/comments?branch={row.id}&sort={sort}{after}" if in_place else f"/c/{row.id}"
    return environment().get_template("discussion/comments/_stub.html").render(stub=Stub(count, url, in_place))
