"""A thread as it is shown: what everybody sees of it, kept for a moment, and what one viewer sees more."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import uuid4

import msgspec
from markupsafe import Markup

from parley.articles import queries as articles
from parley.comments import fragments, groups, queries
from parley.comments import tree as comments_tree
from parley.comments.choosing import Tree
from parley.core.cache import KEPT_SECONDS, MicroCache, text_bytes
from parley.core.errors import NotFound
from parley.core.events.notify import Signal, subscribers
from parley.core.http.access import Viewer
from parley.core.http.pages import environment
from parley.core.text.cleaning import as_id, shortened
from parley.threads import queries as threads

# As much of an article as those who list its page show of it.
OPENING = 160


class DiscussionQuery(msgspec.Struct, frozen=True):
    """Which part of a discussion is asked for.

    `view` is "passage" for comments grouped by passage, "whole" for one tree, None for the reader who has not said.
    `passage` is a lineage, or `whole` or `earlier` for the groups of comments that are on no present passage.
    """

    thread: int
    sort: str = "best"
    view: str | None = None
    passage: int | str | None = None
    stance: str | None = None
    focus: int | None = None
    branch: int | None = None
    after: int | None = None


def passage_of(raw: str) -> int | str | None:
    """The passage, or the other part of a discussion, that an address names."""
    return raw if raw in comments_tree.PARTS else as_id(raw)


class Discussion(msgspec.Struct, frozen=True):
    """The comments shown at a place, the same for every viewer."""

    place: DiscussionQuery
    sort: str
    tree: Tree
    layout: fragments.Layout
    by_passage: bool = False

    @property
    def next_url(self) -> str | None:
        last, place = self.tree.last_root, self.place
        if last is None or self.by_passage:
            return None
        part = "".join(
            f"&{name}={value}"
            for name, value in (("branch", place.branch), ("passage", place.passage), ("stance", place.stance))
            if value is not None
        )
        return f"/t/{place.thread}/comments?sort={self.sort}{part}&after={last}"


class ThreadView(msgspec.Struct, frozen=True, eq=False):
    """A thread's page without its viewer, as it was at one moment: no two are equal."""

    thread: threads.ThreadRow
    article: articles.ArticleRow
    rows: list[articles.PassageRow]
    passages: Markup
    stances: groups.Stances
    discussion: Discussion

    @property
    def passage(self) -> articles.PassageRow | None:
        """The one passage whose comments are shown."""
        return next((row for row in self.rows if row.lineage == self.discussion.place.passage), None)

    @property
    def opening(self) -> str:
        """How the article begins."""
        first = next((row.text for row in self.rows if row.kind == "paragraph"), self.article.title)
        return shortened(first, OPENING)


class CommentFormView(msgspec.Struct):
    """A comment form as templates show it: what was typed, and what was wrong with it."""

    kind: str
    action: str
    body: str = ""
    thread: int | None = None
    parent: int | None = None
    comment: int | None = None
    # The number of the text that an edit began from; and how that text reads now, where it is another one by now.
    version: int | None = None
    now: Markup | None = None
    stance: str | None = None
    passage: int | None = None
    quote: str | None = None
    prefix: str = ""
    assisted: bool = False
    submission: str = ""
    errors: dict[str, str] = msgspec.field(default_factory=dict)


def new_form(thread: int, **fields: str | int | bool | None) -> CommentFormView:
    """An empty form for a top-level comment or, with `parent`, a reply."""
    kind = "reply" if fields.get("parent") else "new"
    values = {"submission": str(uuid4())} | {name: value for name, value in fields.items() if value is not None}
    return msgspec.convert(
        values | {"kind": kind, "action": f"/t/{thread}/comments", "thread": thread}, CommentFormView
    )


def _size(view: ThreadView) -> int:
    """Bytes in memory, roughly: the rows of the passages have the text and the HTML that the page shows once."""
    return 3 * text_bytes(view.passages) + _comments_size(view.discussion)


def _comments_size(discussion: Discussion) -> int:
    """Bytes in memory, roughly: the rows have what the pieces show once more."""
    return 2 * text_bytes(discussion.layout.parts)


_views: MicroCache[ThreadView] = MicroCache("threads", KEPT_SECONDS, size=_size)
_discussions: MicroCache[Discussion] = MicroCache("discussions", KEPT_SECONDS, size=_comments_size)
# Raised by every change that this process hears of, so that members see their own at once.
_generations: dict[int, int] = defaultdict(int)


def _on_signal(signal: Signal) -> None:
    _generations[signal.thread] += 1


subscribers.append(_on_signal)


async def thread_view(place: DiscussionQuery, *, fresh: bool, viewer: Viewer | None = None) -> ThreadView:
    """The page at `place`: at most a second old, or, when `fresh`, with all that this process changed.

    It has all that `viewer` changed in any process. Raises NotFound when there is no such thread.
    """
    return await _views.get((place, _generation(place, fresh=fresh)), lambda: _make_view(place), _oldest(viewer))


async def discussion(place: DiscussionQuery, viewer: Viewer | None) -> Discussion:
    """The comments at `place`, alone."""
    key = (place, _generation(place, fresh=viewer is not None))
    return await _discussions.get(key, lambda: _make_discussion(place), _oldest(viewer))


def _oldest(viewer: Viewer | None) -> float:
    return viewer.not_before if viewer else 0.0


def _generation(place: DiscussionQuery, *, fresh: bool) -> int | None:
    # Not by [], which would remember every number that somebody asks for.
    return _generations.get(place.thread, 0) if fresh else None


async def _make_view(place: DiscussionQuery) -> ThreadView:
    # The thread first: its `last_seq` must not be newer than the comments, or the stream would skip some.
    thread = await threads.one(place.thread)
    article = await articles.of_thread(place.thread)
    if thread is None or article is None:
        raise NotFound("This thread does not exist.")
    rows = await articles.passages(article.revision_id, place.thread)
    template = environment().get_template("threads/_passage.html")
    passages = Markup("").join(Markup(template.render(passage=row)) for row in rows)  # noqa: S704 our own templates
    parts = await groups.parts(thread.id)
    if _by_passage(place, rows):
        shown = await _grouped(place, thread, rows, parts)
    else:
        shown = await _make_discussion(await _present(place, rows))
    return ThreadView(thread, article, rows, passages, groups.total(parts.values()), shown)


def _by_passage(place: DiscussionQuery, rows: Sequence[articles.PassageRow]) -> bool:
    """Grouped when asked for, and when nothing is asked for and there is something to group."""
    if place.view is not None:
        return place.view == "passage"
    return place == DiscussionQuery(place.thread) and any(row.comment_count for row in rows)


async def _present(place: DiscussionQuery, rows: Sequence[articles.PassageRow]) -> DiscussionQuery:
    """`place`, where its passage was merged into another, at that one."""
    if not isinstance(place.passage, int) or any(row.lineage == place.passage for row in rows):
        return place
    merged = await articles.merged(place.thread)
    return msgspec.structs.replace(place, passage=merged.get(place.passage, place.passage))


async def _grouped(
    place: DiscussionQuery,
    thread: threads.ThreadRow,
    rows: Sequence[articles.PassageRow],
    parts: Mapping[str, groups.Stances],
) -> Discussion:
    sort = await comments_tree.effective_sort(place.thread, place.sort)
    shown = await groups.first_of_each(place.thread, sort, rows, place.stance, thread.comment_count)
    comments = await queries.by_ids(shown.ids)
    found = groups.grouped(shown, comments, rows, parts, place.stance)
    frames = [
        (
            fragments.frame("comments/_group.html", group=group, thread=thread, sort=sort, stance=place.stance),
            group.roots,
        )
        for group in found
    ]
    return Discussion(place, sort, shown, fragments.lay_out(shown, comments, sort, frames), by_passage=True)


async def _make_discussion(place: DiscussionQuery) -> Discussion:
    sort = await comments_tree.effective_sort(place.thread, place.sort)
    shown = await _tree(place, sort)
    rows = await queries.by_ids(shown.ids)
    return Discussion(place, sort, shown, fragments.lay_out(shown, rows, sort))


async def _tree(place: DiscussionQuery, sort: str) -> Tree:
    if place.focus is not None:
        return await comments_tree.focused(place.focus, sort)
    if place.branch is not None:
        return await comments_tree.branch(place.branch, sort, place.after)
    if place.passage is not None:
        return await comments_tree.part(place.thread, sort, place.passage, place.after, place.stance)
    if place.after is not None or place.stance is not None:
        return await comments_tree.page_of_roots(place.thread, sort, place.after, place.stance)
    return await comments_tree.whole(place.thread, sort)


def comments_html(
    shown: Discussion,
    viewer: Viewer | None = None,
    votes: Mapping[int, Mapping[str, int]] | None = None,
    new_since: datetime | None = None,
    *,
    slow_branches: Sequence[threads.SlowBranch],
) -> Markup:
    """The comments of a discussion as `viewer` sees them, who cast `votes` (by comment and axis).

    `slow_branches` are those of the thread.
    """
    if viewer is None:
        return fragments.assemble(shown.layout, slow_branches=slow_branches)
    mine = _mine(shown.layout.rows, viewer, votes or {})
    return fragments.assemble(shown.layout, mine, new_since, viewer.id, slow_branches)


def _mine(
    rows: Mapping[int, queries.CommentRow], viewer: Viewer, votes: Mapping[int, Mapping[str, int]]
) -> dict[int, fragments.ViewerState]:
    found = {id_: fragments.ViewerState(cast.get("quality"), cast.get("agreement")) for id_, cast in votes.items()}
    for row in rows.values():
        if row.author_id == viewer.id:
            found[row.id] = viewer_state_of(row)
        elif row.author_id in viewer.blocked:
            found[row.id] = fragments.ViewerState(blocked=True)
        elif viewer.muted and row.author in viewer.muted and not row.imported:
            found[row.id] = msgspec.structs.replace(found.get(row.id, fragments.ViewerState()), muted=True)
    return found


def viewer_state_of(row: queries.CommentRow) -> fragments.ViewerState:
    """What its author may do with a comment."""
    visible = row.state == "visible"
    return fragments.ViewerState(own=True, may_edit=visible, may_delete=visible, may_restore=row.state == "deleted")
