"""The page of a thread as everybody sees it, cached until it changes."""

from collections.abc import Mapping, Sequence
from functools import partial

import msgspec

from parley.articles.articles import queries as articles
from parley.discussion.comment_tree import groups
from parley.discussion.comment_tree import tree as comments_tree
from parley.discussion.comment_tree.choosing import Tree
from parley.discussion.comment_tree.fragments import frame
from parley.discussion.comment_tree.layout import Layout, lay_out
from parley.discussion.comment_tree.tree import room_beside
from parley.discussion.comment_tree.validator import LONGEST_SECONDS, ReadValidator, ValidatedCache, seconds_right
from parley.discussion.comments import queries
from parley.discussion.thesis import queries as theses
from parley.discussion.thesis.queries import ThesisRow
from parley.discussion.threads import queries as threads
from parley.discussion.threads.queries import StanceCounts
from parley.discussion.threads.voices import Voices, voices
from parley.people.accounts.viewer import Viewer
from parley.platform.cache import PAGE_SECONDS, MicroCache, moment, text_bytes
from parley.platform.concurrency import in_thread
from parley.platform.events.notify import Signal, subscribers
from parley.platform.http.environment import environment
from parley.platform.http.pages import Prepared
from parley.platform.text.cleaning import as_id, shorten

# Characters of an article that search engines show with a link to its page.
OPENING = 160
# Of threads that nobody has changed since they were last read.
MOST_BYTES = 16 * 2**20
# So many passages are rendered in 10 ms. More are rendered in a thread: an article may have 10,000.
MOST_AT_ONCE = 300


class DiscussionQuery(msgspec.Struct, frozen=True):
    """Which part of a discussion a request asks for.

    `view` is "passage" for comments grouped by passage, "all" for one tree, None if the request does not say.
    `passage` is a lineage, or `whole` or `earlier` for comments that are on no present passage.
    """

    thread: int
    sort: str = "best"
    view: str | None = None
    passage: int | str | None = None
    stance: str | None = None
    focus: int | None = None
    branch: int | None = None
    after: int | None = None
    # Whether comments in languages that the viewer does not read are folded.
    folds: bool = False

    def order(self, sort: str) -> str:
        """What addresses of more comments say of their order, and of the filter by language."""
        return f"{sort}&reads=1" if self.folds else sort


def passage_of(raw: str) -> int | str | None:
    return raw if raw in comments_tree.PARTS else as_id(raw)


class Discussion(msgspec.Struct, frozen=True):
    """The comments that a query finds, the same for every viewer."""

    query: DiscussionQuery
    sort: str
    tree: Tree
    layout: Layout
    by_passage: bool = False

    @property
    def next_url(self) -> str | None:
        last, query = self.tree.last_root, self.query
        if last is None or self.by_passage:
            return None
        part = "".join(
            f"&{name}={value}"
            for name, value in (("branch", query.branch), ("passage", query.passage), ("stance", query.stance))
            if value is not None
        )
        return f"/t/{query.thread}/comments?sort={query.order(self.sort)}{part}&after={last}"


class ThreadView(msgspec.Struct, frozen=True, eq=False):
    """A thread's page without its viewer, at one moment: two of them are never equal."""

    thread: threads.ThreadRow
    article: articles.ArticleRow
    rows: list[articles.PassageRow]
    passages: Prepared
    stances: StanceCounts
    discussion: Discussion
    voices: Voices | None
    # The reply that the article's author pinned.
    pinned: queries.CommentRow | None
    # What the article claims.
    thesis: ThesisRow | None

    @property
    def passage(self) -> articles.PassageRow | None:
        """The passage whose comments are shown, if the query names one."""
        return next((row for row in self.rows if row.lineage == self.discussion.query.passage), None)

    @property
    def first_paragraph(self) -> str:
        return next((row.text for row in self.rows if row.kind == "paragraph"), self.article.title)

    @property
    def opening(self) -> str:
        return shorten(self.first_paragraph, OPENING)


def _size(view: ThreadView) -> int:
    """Bytes in memory, roughly: the rows of the passages hold their text and HTML too."""
    return 3 * len(view.passages) + _comments_size(view.discussion)


def _comments_size(discussion: Discussion) -> int:
    """Bytes in memory, roughly: the rows hold the texts of the fragments once more."""
    return 2 * text_bytes(discussion.layout.parts)


class Passages(msgspec.Struct, frozen=True):
    """The passages of an article, which all views of its thread show, and their HTML."""

    rows: list[articles.PassageRow]
    html: Prepared


_views: ValidatedCache[ThreadView] = ValidatedCache("threads", MOST_BYTES, _size)
_passages: ValidatedCache[Passages] = ValidatedCache("articles", MOST_BYTES, lambda kept: 3 * len(kept.html))
_discussions: MicroCache[Discussion] = MicroCache("discussions", PAGE_SECONDS, size=_comments_size)
# When this process last got a signal about a thread (`cache.moment`), so that members see their own changes at once.
_signalled: dict[int, float] = {}


def _on_signal(signal: Signal) -> None:
    _signalled[signal.thread] = moment()


subscribers.append(_on_signal)


async def thread_view(
    query: DiscussionQuery,
    *,
    fresh: bool,
    viewer: Viewer | None = None,
    not_before: float = 0.0,
    validator: ReadValidator | None = None,
) -> ThreadView:
    """Return the page for `query`, at most a second old or, with `fresh`, with all changes signalled to this process.

    It contains everything that `viewer` changed in any process, and everything from before `not_before` (monotonic).
    `validator` is the thread's if it was just read. Raises NotFound if there is no such thread.
    """
    # Members do not share with visitors, whose views may come from a replica that lacks what a member has just done.
    key, oldest = (query, fresh), max(_oldest(query, viewer, fresh=fresh), not_before)
    make = partial(_make_timed, query, fresh=fresh)
    return await _views.get(key, query.thread, make, read=validator, not_before=oldest)


async def _make_timed(query: DiscussionQuery, read: ReadValidator, *, fresh: bool) -> tuple[ThreadView, float]:
    view = await _make_view(query, read, fresh=fresh)
    return view, seconds_right(view.thread.last_activity_at)


async def discussion(query: DiscussionQuery, viewer: Viewer | None) -> Discussion:
    """Return only the comments for `query`."""
    fresh = viewer is not None
    oldest = _oldest(query, viewer, fresh=fresh)
    return await _discussions.get((query, fresh), lambda: _make_discussion(query, room_beside(0)), oldest)


def _oldest(query: DiscussionQuery, viewer: Viewer | None, *, fresh: bool) -> float:
    """Return the moment before which nothing may have been read that `viewer` is shown."""
    signalled = _signalled.get(query.thread, 0.0) if fresh else 0.0
    return max(viewer.not_before if viewer else 0.0, signalled)


async def _make_view(query: DiscussionQuery, read: ReadValidator, *, fresh: bool) -> ThreadView:
    thread, article = await threads.with_article(query.thread)
    key, make = (thread.id, article.revision_id, fresh), partial(_make_passages, thread.id, article.revision_id)
    # Never by their age, since the view is kept for a while too.
    kept = await _passages.get(key, thread.id, make, read=read, not_before=read.at)
    rows, passages = kept.rows, kept.html
    parts = await groups.parts(thread.id)
    if _is_by_passage(query, rows):
        shown = await _grouped_discussion(query, thread, rows, parts, room_beside(len(passages)))
    else:
        shown = await _make_discussion(await _with_present_passage(query, rows), room_beside(len(passages)))
    both = (await voices([thread.id])).get(thread.id)
    pinned = await queries.pinned_reply(thread.id) if thread.has_pinned else None
    stances, thesis = groups.total(parts.values()), await theses.of_thread(thread.id)
    return ThreadView(thread, article, rows, passages, stances, shown, both, pinned, thesis)


async def _make_passages(thread: int, revision: int, _read: ReadValidator) -> tuple[Passages, float]:
    rows = await articles.passages(revision, thread)
    html = await in_thread(_render, rows) if len(rows) > MOST_AT_ONCE else _render(rows)
    return Passages(rows, html), LONGEST_SECONDS


def _render(rows: Sequence[articles.PassageRow]) -> Prepared:
    template = environment().get_template("discussion/threads/_passage.html")
    return Prepared([template.render(passage=row).encode() for row in rows])


def _is_by_passage(query: DiscussionQuery, rows: Sequence[articles.PassageRow]) -> bool:
    """Group if the query says so, or if it asks for nothing in particular and some passage has comments."""
    if query.view is not None:
        return query.view == "passage"
    return query == DiscussionQuery(query.thread) and any(row.comment_count for row in rows)


async def _with_present_passage(query: DiscussionQuery, rows: Sequence[articles.PassageRow]) -> DiscussionQuery:
    """Return `query`; if its passage was merged into another, for that one."""
    if not isinstance(query.passage, int) or any(row.lineage == query.passage for row in rows):
        return query
    merged = await articles.merged_lineages(query.thread)
    return msgspec.structs.replace(query, passage=merged.get(query.passage, query.passage))


async def _grouped_discussion(
    query: DiscussionQuery,
    thread: threads.ThreadRow,
    rows: Sequence[articles.PassageRow],
    parts: Mapping[str, StanceCounts],
    most_bytes: int,
) -> Discussion:
    sort = await comments_tree.effective_sort(query.thread, query.sort)
    earlier = await groups.earlier_parts(query.thread)
    shown = await groups.first_of_each(
        query.thread, sort, rows, earlier, query.stance, thread.comment_count, most_bytes
    )
    comments = await queries.by_ids(shown.ids)
    grouped = groups.group_roots(shown, comments, rows, parts, earlier, query.stance)
    order = query.order(sort)
    frames = [
        (
            frame("discussion/comments/_group.html", group=group, thread=thread, sort=order, stance=query.stance),
            group.roots,
        )
        for group in grouped
    ]
    comments |= groups.in_headings(grouped, comments)
    return Discussion(query, sort, shown, lay_out(shown, comments, order, frames), by_passage=True)


async def _make_discussion(query: DiscussionQuery, most_bytes: int) -> Discussion:
    sort = await comments_tree.effective_sort(query.thread, query.sort, query.passage)
    shown = await _tree(query, sort, most_bytes)
    rows = await queries.by_ids(shown.ids)
    if query.focus is not None:
        # Whoever comes by a link to a comment, or from a search, may look for words at its end.
        rows |= await queries.by_ids([query.focus], whole=True)
    return Discussion(query, sort, shown, lay_out(shown, rows, query.order(sort), collapses=query.focus is None))


async def _tree(query: DiscussionQuery, sort: str, most_bytes: int) -> Tree:
    if query.focus is not None:
        return await comments_tree.focused_tree(query.focus, sort, most_bytes)
    if query.branch is not None:
        return await comments_tree.branch(query.branch, sort, most_bytes, query.after)
    if query.passage is None and query.after is None and query.stance is None:
        return await comments_tree.thread_tree(query.thread, sort, most_bytes)
    parts = None
    if query.passage is not None:
        parts = await groups.earlier_parts(query.thread) if query.passage == "earlier" else [str(query.passage)]
    return await comments_tree.page_of_roots(query.thread, sort, query.after, query.stance, most_bytes, parts)
