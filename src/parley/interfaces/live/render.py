"""Events as Server-Sent Events: fragments of the page's markup, each rendered once for all readers."""

import asyncio
import random
from collections.abc import Callable, Collection, Sequence
from functools import cache, lru_cache
from typing import Any

import msgspec

from parley.articles.articles import queries as articles
from parley.discussion.comment_tree.fragments import ViewerState
from parley.discussion.comments import queries
from parley.discussion.thesis import queries as theses
from parley.discussion.thesis.display import ThesisBox, thesis_box
from parley.discussion.threads import queries as threads
from parley.interfaces.live.queries import EventRow, PassageBalance, ScoredComment, balances
from parley.moderation.decisions.rules import ACTIONS
from parley.moderation.modqueue.filters import QueueFilter
from parley.moderation.modqueue.queries import OthersAction, QueueCount
from parley.platform.http.environment import environment
from parley.platform.text.detection import language_of
from parley.platform.text.languages import speaking, spoken

HEARTBEAT = b": still here\n\n"
# Has a reader load the page again, because it missed too much.
RESYNC = b"event: resync\ndata: \n\n"
# The last message of a stream; the browser reconnects after the time that `hello` named.
BYE = b"event: bye\ndata: \n\n"
# A browser reconnects this long after its stream broke, in milliseconds. The time is random, so that the readers of a
# server that restarts do not all come back at once.
MIN_RETRY_MS, MAX_RETRY_MS = 1_000, 4_000

# After so many events that are rendered at once, others go on.
AT_ONCE = 10
# Messages of one event, each with another muted word or with its language named.
MOST_FOLDED = 20
COMMENT_CHANGED = {"comment.edited", "comment.restored", "comment.deleted", "comment.removed", "comment.moved_away"}
COMMENT_TEMPLATES = {
    "comment.posted": "interfaces/live/posted.html",
    "comment.moved_here": "interfaces/live/moved_here.html",
    **dict.fromkeys(COMMENT_CHANGED, "interfaces/live/edited.html"),
}
ARTICLE_TEMPLATES = {
    "article.revised": "interfaces/live/article.html",
    "article.restricted": "interfaces/live/restricted.html",
}
THESIS_CHANGED = "thesis.changed"
THREAD_CHANGED = {"thread.locked", "thread.unlocked", "thread.slowed", "thread.archived"}


def message(html: str, *, seq: int | None = None) -> bytes:
    """Return an unnamed message; its id, if any, is the event's number."""
    head = f"id: {seq}\n" if seq is not None else ""
    return (head + "".join(f"data: {line}\n" for line in html.splitlines()) + "\n").encode()


def hello() -> bytes:
    """Return the first message, which opens the stream and says when to reconnect if it breaks."""
    return f"retry: {random.randint(MIN_RETRY_MS, MAX_RETRY_MS)}\n\n".encode()  # noqa: S311 spreads reconnects, no secret


def scores(rows: Sequence[ScoredComment]) -> bytes:
    return message(_html("interfaces/live/scores.html", scores=rows))


def readers(count: int) -> bytes:
    return message(_html("interfaces/live/readers.html", readers=count))


def unread(count: int) -> bytes:
    return message(_html("interfaces/live/notification_count.html", unread=count))


def more_notifications(more: int) -> bytes:
    return message(_html("interfaces/live/more_notifications.html", more=more))


def queue(filter_: QueueFilter, count: QueueCount, actions: Sequence[OthersAction]) -> bytes:
    """Return the present state of a moderator's open queue page."""
    return message(
        _html("interfaces/live/queue.html", wanted=filter_, waiting=count, others_actions=actions, all_actions=ACTIONS)
    )


class RenderedEvent(msgspec.Struct, frozen=True):
    """An event's number and message.

    `render_blocked` renders it for members who blocked the comment's `author`, `render_folded` for those who muted a
    word in its `comment`, or who fold its language. They are called only if there are such readers, who may have joined
    since.
    """

    seq: int
    message: bytes
    author: int | None = None
    render_blocked: Callable[[], bytes] | None = None
    comment: queries.CommentRow | None = None
    render_folded: Callable[[ViewerState], bytes] | None = None

    def for_reader(
        self, reader: int | None, blocked: Collection[int] | None, muted: str | None, reads: Collection[str] = ()
    ) -> bytes:
        """Return the message for a reader who blocked these members and `muted` this word of the comment.

        Where `reads` names languages, a comment in another one is folded.
        """
        if blocked and self.author in blocked and self.render_blocked:
            return self.render_blocked()
        if self.comment and self.render_folded and self.author != reader:
            code = language_of(self.comment.raw_html) if reads else None
            if muted or (code and code not in reads):
                return self.render_folded(ViewerState(muted_word=muted, folded=code if code not in reads else None))
        return self.message


async def events(rows: Sequence[EventRow]) -> list[RenderedEvent]:
    """Render events in order.

    The messages show the present state of the comments, which may differ from that at the time of the event.
    """
    ids = [row.comment for row in rows if row.comment is not None]
    comments_by_id = await queries.by_ids(ids) if ids else {}
    thread = await threads.one(rows[0].thread) if rows else None
    if thread is None:
        return [RenderedEvent(row.seq, message("", seq=row.seq)) for row in rows]
    context = RenderContext(
        thread,
        comments_by_id,
        await _passages(thread, comments_by_id),
        await _article(thread, rows),
        await _thesis(thread, rows),
    )
    rendered = []
    for number, row in enumerate(rows, start=1):
        rendered.append(_render_event(row, context))
        if not number % AT_ONCE:
            await asyncio.sleep(0)
    return rendered


class RenderContext(msgspec.Struct, frozen=True):
    """The present state of everything that the messages show."""

    thread: threads.ThreadRow
    comments: dict[int, queries.CommentRow]
    passages: dict[int, PassageBalance]
    article: articles.ArticleRow | None
    thesis: ThesisBox | None


async def _passages(
    thread: threads.ThreadRow, comments_by_id: dict[int, queries.CommentRow]
) -> dict[int, PassageBalance]:
    lineages = {row.passage for row in comments_by_id.values() if row.passage is not None}
    return {balance.lineage: balance for balance in await balances(thread.id, list(lineages))} if lineages else {}


async def _article(thread: threads.ThreadRow, rows: Sequence[EventRow]) -> articles.ArticleRow | None:
    return await articles.of_thread(thread.id) if any(row.kind in ARTICLE_TEMPLATES for row in rows) else None


async def _thesis(thread: threads.ThreadRow, rows: Sequence[EventRow]) -> ThesisBox | None:
    is_needed = any(row.kind == THESIS_CHANGED for row in rows)
    return thesis_box(await theses.of_thread(thread.id), thread_state=thread.state) if is_needed else None


def _render_event(row: EventRow, context: RenderContext) -> RenderedEvent:
    comment = context.comments.get(row.comment) if row.comment is not None else None
    if comment is not None and comment.thread != row.thread:
        return _moved_away(row, context, comment)
    full = message(_event_html(row, context, comment), seq=row.seq)
    if comment is None:
        return RenderedEvent(row.seq, full)

    language = spoken()

    # Readers mute few words that somebody just wrote.
    @lru_cache(MOST_FOLDED)
    @speaking(language)
    def render_folded(state: ViewerState) -> bytes:
        return message(_event_html(row, context, comment, state), seq=row.seq)

    if comment.author_id is None:
        return RenderedEvent(row.seq, full, comment=comment, render_folded=render_folded)

    @cache
    @speaking(language)
    def render_blocked() -> bytes:
        return message(_event_html(row, context, queries.blank(comment)), seq=row.seq)

    return RenderedEvent(row.seq, full, comment.author_id, render_blocked, comment, render_folded)


def _moved_away(row: EventRow, context: RenderContext, comment: queries.CommentRow) -> RenderedEvent:
    """Render an event of a comment that has since moved to another thread.

    The message says that it moved; it is empty if the event announced the comment.
    """
    moved = msgspec.structs.replace(queries.blank(comment), state="moved", passage=None)
    html = _event_html(row, context, moved) if row.kind in COMMENT_CHANGED else ""
    return RenderedEvent(row.seq, message(html, seq=row.seq))


def _event_html(
    row: EventRow, context: RenderContext, comment: queries.CommentRow | None, state: ViewerState | None = None
) -> str:
    thread = context.thread
    if comment is not None:
        values = {
            "thread": thread,
            "comment": comment,
            "passage": context.passages.get(comment.passage) if comment.passage is not None else None,
            "viewer_state": state,
            "replies": "",
            "stub": None,
            "parent_author": None,
            "flat": False,
        }
        return _html(COMMENT_TEMPLATES[row.kind], **values) if row.kind in COMMENT_TEMPLATES else ""
    if row.kind in THREAD_CHANGED:
        return _html("interfaces/live/thread.html", thread=thread)
    if row.kind == THESIS_CHANGED:
        return _html("interfaces/live/thesis.html", thread=thread, thesis=context.thesis)
    if row.kind in ARTICLE_TEMPLATES:
        return _html(ARTICLE_TEMPLATES[row.kind], thread=thread, article=context.article)
    return ""


def _html(template: str, **values: Any) -> str:
    return environment().get_template(template).render(viewer=None, path=None, **values)
