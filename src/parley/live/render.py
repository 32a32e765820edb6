"""Events as Server-Sent Events: fragments of the page's own markup, each rendered once for all readers."""

import random
from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import Any

import msgspec

from parley.articles import queries as articles
from parley.comments import queries
from parley.core.http.pages import environment
from parley.decisions.rules import ACTIONS
from parley.live.queries import EventRow, PassageBalance, balances
from parley.modqueue.queries import OthersAction, QueueCount, QueueFilter
from parley.threads import queries as threads

HEARTBEAT = b": still here\n\n"
# When a browser is to come back whose stream broke, in milliseconds: each at its own time, so that those of a server
# that restarts do not come all at once.
SOONEST_MS, LATEST_MS = 1_000, 4_000

CHANGED = {"comment.edited", "comment.restored", "comment.deleted", "comment.removed"}
THREAD = {"thread.locked", "thread.unlocked", "thread.slowed", "thread.archived"}


def message(html: str, *, seq: int | None = None) -> bytes:
    """One unnamed SSE message; its id, if any, is the event's number."""
    head = f"id: {seq}\n" if seq is not None else ""
    return (head + "".join(f"data: {line}\n" for line in html.splitlines()) + "\n").encode()


def resync() -> bytes:
    """Tell a reader that missed too much to load the page again."""
    return b"event: resync\ndata: \n\n"


def bye() -> bytes:
    """Tell a reader that the stream ends; it comes back as it was told at first."""
    return b"event: bye\ndata: \n\n"


def hello() -> bytes:
    """A first word at once, so that the browser knows the stream is open, and when to come back if it breaks."""
    return f"retry: {random.randint(SOONEST_MS, LATEST_MS)}\n\n".encode()  # noqa: S311 spreads reconnects, no secret


def scores(rows: Sequence[queries.CommentRow]) -> bytes:
    return message(_html("live/scores.html", scores=rows))


def readers(count: int) -> bytes:
    return message(_html("live/readers.html", readers=count))


def unread(count: int) -> bytes:
    return message(_html("live/unread.html", unread=count))


def more_notifications(more: int) -> bytes:
    return message(_html("live/more_notifications.html", more=more))


def queue(wanted: QueueFilter, waits: QueueCount, deeds: Sequence[OthersAction]) -> bytes:
    """What a moderator's open queue should know by now."""
    return message(_html("live/queue.html", wanted=wanted, waiting=waits, deeds=deeds, all_actions=ACTIONS))


class RenderedEvent(msgspec.Struct, frozen=True):
    """An event's number and message; `withheld` makes the one for whoever blocked the `author` of its comment.

    It is made when the first such reader is found, who may block or join after the event was rendered.
    """

    seq: int
    message: bytes
    author: int | None = None
    withheld: Callable[[], bytes] | None = None

    def to(self, blocked: Collection[int] | None) -> bytes:
        """The message for a reader who blocked these members."""
        return self.withheld() if blocked and self.withheld and self.author in blocked else self.message


async def events(rows: Sequence[EventRow]) -> list[RenderedEvent]:
    """What each event tells, in order.

    Comments are read as they may be shown now, whatever the event said then.
    """
    ids = [row.comment for row in rows if row.comment is not None]
    found = await queries.by_ids(ids) if ids else {}
    thread = await threads.one(rows[0].thread) if rows else None
    if thread is None:
        return [RenderedEvent(row.seq, message("", seq=row.seq)) for row in rows]
    known = RenderContext(thread, found, await _passages(thread, found), await _article(thread, rows))
    return [_told(row, known) for row in rows]


class RenderContext(msgspec.Struct, frozen=True):
    """What messages are made of, as it stands now."""

    thread: threads.ThreadRow
    comments: dict[int, queries.CommentRow]
    passages: dict[int, PassageBalance]
    article: articles.ArticleRow | None


async def _passages(thread: threads.ThreadRow, found: dict[int, queries.CommentRow]) -> dict[int, PassageBalance]:
    lineages = {row.passage for row in found.values() if row.passage is not None}
    return {one.lineage: one for one in await balances(thread.id, list(lineages))} if lineages else {}


async def _article(thread: threads.ThreadRow, rows: Sequence[EventRow]) -> articles.ArticleRow | None:
    return await articles.of_thread(thread.id) if any(row.kind == "article.revised" for row in rows) else None


def _told(row: EventRow, known: RenderContext) -> RenderedEvent:
    comment = known.comments.get(row.comment) if row.comment is not None else None
    whole = message(_fragment(row, known, comment), seq=row.seq)
    if comment is None or comment.author_id is None:
        return RenderedEvent(row.seq, whole)

    @cache
    def withheld() -> bytes:
        return message(_fragment(row, known, queries.withheld(comment)), seq=row.seq)

    return RenderedEvent(row.seq, whole, comment.author_id, withheld)


def _fragment(row: EventRow, known: RenderContext, comment: queries.CommentRow | None) -> str:
    thread = known.thread
    if comment is not None:
        context = {
            "thread": thread,
            "comment": comment,
            "passage": known.passages.get(comment.passage) if comment.passage is not None else None,
            "mine": None,
            "replies": "",
            "stub": None,
            "parent_author": None,
            "flat": False,
        }
        return _html(_comment_template(row.kind), **context)
    if row.kind in THREAD:
        return _html("live/thread.html", thread=thread)
    if row.kind == "article.revised":
        return _html("live/article.html", thread=thread, article=known.article)
    return ""


def _comment_template(kind: str) -> str:
    return "live/edited.html" if kind in CHANGED else "live/posted.html"


def _html(template: str, **context: Any) -> str:
    return environment().get_template(template).render(viewer=None, path=None, **context)
