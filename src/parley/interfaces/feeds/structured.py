"""Data for search engines about a thread and a member (JSON-LD of schema.org).

Google asks discussion forums for author, date and text of a post and its comments, all of which must be visible on the
page (https://developers.google.com/search/docs/appearance/structured-data/discussion-forum). Votes of agreement are
never in it: `LikeAction` counts the readers who found a comment worth reading.
"""

from typing import Any, Protocol
from urllib.parse import quote

import msgspec
from markupsafe import Markup

from parley.discussion.comment_tree.view import DiscussionQuery, ThreadView
from parley.discussion.comments.queries import CommentRow
from parley.platform.settings import settings
from parley.platform.text.formats import iso
from parley.platform.text.markdown import plain

# So many of the best comments, as far as the HTML of their whole texts has so many characters: the page stays small.
MOST_COMMENTS = 10
MOST_HTML = 12_000
CONTEXT = "https://schema.org"

Data = dict[str, Any]


class MemberCounts(Protocol):
    """How much a member wrote that is visible, and how often it was found worth reading."""

    @property
    def comment_count(self) -> int: ...

    @property
    def karma(self) -> int: ...


def of_thread(view: ThreadView, picture: str | None) -> Markup | None:
    """Return the data of a thread's page as visitors see it; None for pages that only show a part of it.

    `picture` is the address of the thread's link picture.
    """
    if view.discussion.query != DiscussionQuery(view.thread.id):
        return None
    parts = [_discussion(view), _breadcrumbs(view), *([_article(view, picture)] if _is_at_home(view) else [])]
    return _write({"@context": CONTEXT, "@graph": parts})


def _discussion(view: ThreadView) -> Data:
    base, thread, article = settings().base_url, view.thread, view.article
    data: Data = {
        "url": f"{base}{thread.address}",
        "headline": article.title,
        **({"text": view.first_paragraph} if view.first_paragraph else {}),
        "datePublished": iso(thread.created_at),
        "isPartOf": {"@type": "WebPage", "url": f"{base}/?topic={thread.topic_slug}"},
        "commentCount": thread.comment_count,
        "interactionStatistic": _count("CommentAction", thread.comment_count),
        "comment": [_comment(base, row, text) for row, text in _best(view)],
        **_about(view),
    }
    if thread.starter is None:
        return {"@type": "WebPage", **data}
    source = {"sharedContent": {"@type": "WebPage", "url": article.url}} if article.url else {}
    author = _person(base, thread.starter)
    return {"@type": "DiscussionForumPosting", **data, "author": author, **source}


def _about(view: ThreadView) -> Data:
    """What the article claims (https://schema.org/Claim), without how members answered."""
    return {"about": {"@type": "Claim", "text": view.thesis.text}} if view.thesis else {}


def _breadcrumbs(view: ThreadView) -> Data:
    base, thread = settings().base_url, view.thread
    names = (
        (settings().name, "/"),
        (thread.topic, f"/?topic={thread.topic_slug}"),
        (view.article.title, thread.address),
    )
    steps = [
        {"@type": "ListItem", "position": place, "name": name, "item": f"{base}{path}"}
        for place, (name, path) in enumerate(names, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": steps}


def _is_at_home(view: ThreadView) -> bool:
    """Whether the whole article is here and has no other address, so that search engines may show it as ours."""
    article = view.article
    return article.display == "full" and article.address is None and not article.untitled


def _article(view: ThreadView, picture: str | None) -> Data:
    """Return what Google asks of an article (https://developers.google.com/search/docs/appearance/structured-data/article)."""
    article = view.article
    return {
        "@type": "Article",
        "headline": article.title,
        **({"author": {"@type": "Person", "name": article.byline}} if article.byline else {}),
        **({"datePublished": iso(article.published_at)} if article.published_at else {}),
        **({"dateModified": iso(article.updated_at)} if article.updated_at else {}),
        **({"image": picture} if picture else {}),
        **_about(view),
    }


def of_member(name: str, joined: str, bio: str, counts: MemberCounts) -> Markup:
    """Return the data of a member's page; `joined` is a time in ISO 8601 and `bio` is HTML."""
    person = _person(settings().base_url, name) | {
        **({"description": about} if (about := _words(bio)) else {}),
        "agentInteractionStatistic": _count("WriteAction", counts.comment_count),
        "interactionStatistic": _count("LikeAction", counts.karma),
    }
    return _write({"@context": CONTEXT, "@type": "ProfilePage", "dateCreated": joined, "mainEntity": person})


def _best(view: ThreadView) -> list[tuple[CommentRow, str]]:
    """Return the best comments with their texts; without those that have no words, or too many."""
    best: list[tuple[CommentRow, str]] = []
    room = MOST_HTML
    for row in map(view.discussion.layout.rows.get, view.discussion.tree.roots):
        if len(best) == MOST_COMMENTS:
            break
        is_shown = row is not None and row.state == "visible" and not row.collapsed
        if row is None or not is_shown or len(row.raw_html) > room or not (text := _words(row.raw_html)):
            continue
        best.append((row, text))
        room -= len(row.raw_html)
    return best


def _words(html: str) -> str:
    return " ".join(plain(html).split())


def _comment(base: str, row: CommentRow, text: str) -> Data:
    author = _person(base, row.author) if row.author_id and row.author else {"@type": "Person", "name": row.author}
    return {
        "@type": "Comment",
        "url": f"{base}/c/{row.id}",
        "text": text,
        "datePublished": iso(row.created_at),
        **({"dateModified": iso(row.edited_at)} if row.edited_at else {}),
        "author": author,
        "interactionStatistic": _count("LikeAction", row.ups),
    }


def _person(base: str, name: str) -> Data:
    return {"@type": "Person", "name": name, "url": f"{base}/u/{quote(name)}"}


def _count(action: str, count: int) -> Data:
    kind = f"{CONTEXT}/{action}"
    return {"@type": "InteractionCounter", "interactionType": kind, "userInteractionCount": count}


def _write(data: Data) -> Markup:
    # In a script element only `<` could end it or begin a comment.
    return Markup(msgspec.json.encode(data).decode().replace("<", "\\u003c"))  # noqa: S704 see above
