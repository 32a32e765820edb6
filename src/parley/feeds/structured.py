"""Data for search engines about a thread and a member (JSON-LD of schema.org).

Google asks discussion forums for the author, the date and the text of a post and of its comments, all of it visible on
the page (https://developers.google.com/search/docs/appearance/structured-data/discussion-forum). Votes of agreement are
never in it: `LikeAction` counts the readers who found a comment worth reading.
"""

from typing import Any
from urllib.parse import quote

import msgspec
from markupsafe import Markup

from parley.comments.queries import CommentRow
from parley.comments.view import DiscussionQuery, ThreadView
from parley.core.settings import settings
from parley.core.text.formats import iso
from parley.core.text.markdown import excerpt

# The best comments, and characters of each, so that the page stays small.
MOST_COMMENTS = 10
TEXT = 120
CONTEXT = "https://schema.org"

Data = dict[str, Any]


def of_thread(view: ThreadView) -> Markup | None:
    """Return the data of a thread's page as visitors see it; None for pages that only show a part of it."""
    if view.discussion.query != DiscussionQuery(view.thread.id):
        return None
    base, thread, article = settings().base_url, view.thread, view.article
    data: Data = {
        "@context": CONTEXT,
        "url": f"{base}{thread.address}",
        "headline": article.title,
        "text": view.opening,
        "datePublished": iso(thread.created_at),
        "commentCount": thread.comment_count,
        "interactionStatistic": _count("CommentAction", thread.comment_count),
        "comment": [_comment(base, row) for row in _best(view)],
    }
    if thread.starter is None:
        return _written({"@type": "WebPage", **data})
    source = {"sharedContent": {"@type": "WebPage", "url": article.url}} if article.url else {}
    author = _person(base, thread.starter)
    return _written({"@type": "DiscussionForumPosting", **data, "author": author, **source})


def of_member(name: str, joined: str, comments: int) -> Markup:
    """Return the data of a member's page; `joined` is a time in ISO 8601."""
    person = _person(settings().base_url, name) | {"agentInteractionStatistic": _count("WriteAction", comments)}
    return _written({"@context": CONTEXT, "@type": "ProfilePage", "dateCreated": joined, "mainEntity": person})


def _best(view: ThreadView) -> list[CommentRow]:
    rows = (view.discussion.layout.rows.get(one) for one in view.discussion.tree.roots)
    return [row for row in rows if row is not None and row.state == "visible" and not row.collapsed][:MOST_COMMENTS]


def _comment(base: str, row: CommentRow) -> Data:
    author = _person(base, row.author) if row.author_id and row.author else {"@type": "Person", "name": row.author}
    return {
        "@type": "Comment",
        "url": f"{base}/c/{row.id}",
        "text": excerpt(row.raw_html, TEXT),
        "datePublished": iso(row.created_at),
        "author": author,
        "interactionStatistic": _count("LikeAction", row.ups),
    }


def _person(base: str, name: str) -> Data:
    return {"@type": "Person", "name": name, "url": f"{base}/u/{quote(name)}"}


def _count(action: str, count: int) -> Data:
    kind = f"{CONTEXT}/{action}"
    return {"@type": "InteractionCounter", "interactionType": kind, "userInteractionCount": count}


def _written(data: Data) -> Markup:
    # In a script element only `<` could end it or begin a comment.
    return Markup(msgspec.json.encode(data).decode().replace("<", "\\u003c"))  # noqa: S704 see above
