"""Feeds of the site, a topic, a thread, a member and a search, from what every visitor may read.

Ids of feeds and their entries are `tag:` URIs (RFC 4151), which stay when the site moves to another domain.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from html import escape
from urllib.parse import quote, urlencode

import msgspec

from parley.discussion.comments import queries as comments
from parley.discussion.comments.queries import CommentRow
from parley.discussion.threads.queries import ThreadRow, TopicRow
from parley.interfaces.feeds import queries
from parley.interfaces.feeds.formats import Deleted, Feed, Reply, SyndicationEntry, written_bytes
from parley.interfaces.feeds.queries import FeedThread
from parley.interfaces.search.forms import SearchForm
from parley.interfaces.search.queries import hits
from parley.interfaces.search.results import prepare
from parley.interfaces.search.tables import Kind
from parley.people.accounts.queries import PublicMember
from parley.people.accounts.viewer import Viewer
from parley.people.community.tables import Community
from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.settings import settings
from parley.platform.text.beginnings import beginning
from parley.platform.text.cleaning import shorten
from parley.platform.text.markdown import excerpt
from parley.platform.text.messages import N_, Message, as_text, join, plural

# In characters. Feeds never have more of an article than this, whatever its source allows.
OPENING = 300
TITLE = 80
# The bytes of a feed, about, and those of an entry without its text.
MOST_BYTES, OTHER_BYTES = 950_000, 3_000
# The bytes of a text in which its first characters are looked for.
SCANNED = 4_000
SHOW_ALL = N_("Show all")
# Of a feed without entries.
NEVER = datetime(2026, 1, 1, tzinfo=UTC)


async def fix_authority() -> None:
    """Choose the domain and the day in the ids for good, unless this is a try-out on localhost."""
    if settings().local:
        return
    today = f"{settings().host},{datetime.now(UTC):%Y-%m-%d}"
    await Community.update({Community.tag_authority: today}).where(Community.tag_authority == "")


async def authority() -> str:
    """Return the authority in all ids of this installation."""
    stored: str = await db.value(Community.select(Community.tag_authority))
    return stored or f"{settings().host},2026-01-01"


async def of_site(topic: TopicRow | None) -> Feed:
    """Return the feed of the newest threads, of the whole site or of one topic."""
    tag, base = await authority(), settings().base_url
    threads = await queries.newest_threads(topic.slug if topic else None)
    return _feed(
        id=f"tag:{tag}:topic/{topic.slug}" if topic else f"tag:{tag}:site",
        title=f"{topic.name} · {settings().name}" if topic else settings().name,
        url=f"{base}/?topic={topic.slug}" if topic else f"{base}/",
        path=f"/topic/{topic.slug}/feed" if topic else "/feed",
        entries=[_of_thread(tag, base, thread) for thread in threads],
    )


async def of_thread(thread: ThreadRow, passage: int | None = None) -> Feed:
    """Return the feed of the newest comments in a thread, with those that were removed or deleted lately.

    With a `passage` (a lineage) it has the top-level comments on that passage.
    """
    tag, base = await authority(), settings().base_url
    ids = await queries.newest_in_thread(thread.id, passage)
    rows = await comments.by_ids(ids)
    query = f"?passage={passage}" if passage else ""
    return _feed(
        id=f"{_thread_id(tag, thread.id)}/{f'passage/{passage}' if passage else 'comments'}",
        title=f"{thread.title} · {settings().name}",
        url=f"{base}{thread.address}{query}",
        path=f"/t/{thread.id}/feed",
        query=query,
        entries=[_of_comment(tag, base, rows[ref]) for ref in ids if _is_shown(rows.get(ref))],
        deleted=[
            Deleted(_comment_id(tag, gone.id), gone.at) for gone in await queries.deleted_in_thread(thread.id, passage)
        ],
        otherwise=thread.created_at,
    )


async def of_member(member: PublicMember) -> Feed:
    """Return the feed of a member's newest comments.

    It does not say what was removed: the page of a removed comment does not say who wrote it.
    """
    tag, base = await authority(), settings().base_url
    ids = await queries.newest_of_member(member.id)
    rows = await comments.by_ids(ids)
    titles = await queries.titles([row.thread for row in rows.values()])
    return _feed(
        id=f"tag:{tag}:member/{member.id}",
        title=f"{member.name} · {settings().name}",
        url=f"{base}/u/{quote(member.name)}",
        path=f"/u/{quote(member.name)}/feed",
        entries=[
            _of_comment(tag, base, rows[ref], titles.get(rows[ref].thread)) for ref in ids if _is_shown(rows.get(ref))
        ],
        otherwise=member.created_at,
    )


async def of_search(form: SearchForm, viewer: Viewer | None) -> Feed:
    """Return the feed of the newest comments that a search finds. Raises Refused if the form has a mistake."""
    tag, base = await authority(), settings().base_url
    if form.is_empty:
        form.errors.setdefault("q", N_("Please add a word to look for."))
    asked = None if form.errors else await prepare(form, viewer)
    if asked is None:
        raise Refused(join(" ", form.errors.values()))
    newest = msgspec.structs.replace(asked, sort="new")
    newest_hits = await hits(newest, Kind.COMMENT, offset=0, limit=queries.MOST_ENTRIES)
    rows = await comments.by_ids(newest_hits.refs)
    titles = await queries.titles([row.thread for row in rows.values()])
    query = f"?{urlencode(form.chosen)}"
    shown_rows = [rows[ref] for ref in newest_hits.refs if _is_shown(rows.get(ref))]
    return _feed(
        id=f"tag:{tag}:search/{blake2b(query.encode(), digest_size=12).hexdigest()}",
        title=f"{form.q} · {settings().name}" if form.q else settings().name,
        url=f"{base}/search{query}",
        path="/search",
        query=query,
        entries=[_of_comment(tag, base, row, titles.get(row.thread)) for row in shown_rows],
    )


def _feed(
    *, entries: list[SyndicationEntry], deleted: Sequence[Deleted] = (), otherwise: datetime = NEVER, **fields: str
) -> Feed:
    entries = _within_bytes(entries)
    updated = max([*(entry.updated for entry in entries), *(removal.at for removal in deleted)], default=otherwise)
    return Feed(updated=updated, entries=entries, deleted=list(deleted), **fields)


def _within_bytes(entries: Sequence[SyndicationEntry]) -> list[SyndicationEntry]:
    """The entries with their whole text, as far as the feed has room for it; the others with how they begin."""
    left, kept = MOST_BYTES - sum(OTHER_BYTES + written_bytes(entry.title) for entry in entries), []
    for entry in entries:
        size = written_bytes(entry.html)
        fits = size <= left
        left -= size if fits else 0
        kept.append(entry if fits else msgspec.structs.replace(entry, html=_opening(entry)))
    return kept


def _opening(entry: SyndicationEntry) -> str:
    words = excerpt(beginning(entry.html, SCANNED) or entry.html, OPENING)
    return f'<p>{escape(words)}</p><p><a href="{entry.url}">{as_text(SHOW_ALL)}</a></p>'


def _show_all(base: str, row: CommentRow) -> str:
    return f'<p><a href="{base}/c/{row.id}">{as_text(SHOW_ALL)}</a></p>'


def _is_shown(row: CommentRow | None) -> bool:
    """Whether the comment is still visible: its id was read a moment earlier."""
    return row is not None and row.state == "visible"


def _thread_id(tag: str, thread: int) -> str:
    return f"tag:{tag}:thread/{thread}"


def _comment_id(tag: str, comment: int) -> str:
    return f"tag:{tag}:comment/{comment}"


def _of_thread(tag: str, base: str, thread: FeedThread) -> SyndicationEntry:
    author = thread.byline or thread.starter or thread.site or settings().name
    is_starter = thread.byline is None and thread.starter is not None
    return SyndicationEntry(
        id=_thread_id(tag, thread.id),
        url=f"{base}{thread.address}",
        title=thread.title,
        html="".join(f"<p>{escape(text)}</p>" for text in _texts(thread) if text),
        author=author,
        author_url=f"{base}/u/{quote(author)}" if is_starter else None,
        published=thread.created_at,
        updated=thread.revised_at,
        topic=thread.topic,
        source=thread.url,
    )


def _texts(thread: FeedThread) -> list[str]:
    """What the article claims, how it begins, and how many commented."""
    claim = as_text(N_("The article claims: {thesis}").format(thesis=thread.thesis)) if thread.thesis else ""
    return [claim, shorten(thread.opening, OPENING), as_text(_numbers(thread))]


def _numbers(thread: FeedThread) -> Message:
    if not thread.comment_count:
        return N_("No comments yet")
    return plural("{count} comment", "{count} comments", thread.comment_count)


def _of_comment(tag: str, base: str, row: CommentRow, thread_title: str | None = None) -> SyndicationEntry:
    author = row.author or as_text(N_("Deleted member"))
    answered = f"{base}/c/{row.parent}" if row.parent else f"{base}/t/{row.thread}"
    quoted = f"<blockquote><p>{escape(row.quote)}</p></blockquote>" if row.quote else ""
    return SyndicationEntry(
        id=_comment_id(tag, row.id),
        url=f"{base}/c/{row.id}",
        title=thread_title or row.statement or shorten(row.excerpt, TITLE),
        # Mentions are links to paths of this site.
        html=quoted
        + row.raw_html.replace('href="/', f'href="{base}/')
        + (_show_all(base, row) if row.is_beginning else ""),
        author=author,
        author_url=f"{base}/u/{quote(author)}" if row.author_id else None,
        published=row.created_at,
        updated=row.edited_at or row.created_at,
        stance=row.stance,
        reply=Reply(_comment_id(tag, row.parent) if row.parent else _thread_id(tag, row.thread), answered),
        author_id=row.author_id,
    )
