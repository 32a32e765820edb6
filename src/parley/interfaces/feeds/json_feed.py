"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from typing import Any

import msgspec

from parley.interfaces.feeds.entries import Feed, SyndicationEntry
from parley.platform.text.formats import iso

MIME = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"


def write(feed: Feed, base_url: str) -> bytes:
    """Return the JSON Feed of a feed of the site at `base_url`."""
    fields = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.url,
        "feed_url": f"{base_url}{feed.path}.json{feed.query}",
        "items": [_item(entry) for entry in feed.entries],
        # An extension, named as the format asks: what RFC 6721 tells readers of Atom.
        "_parley": {"deleted": [{"id": deleted.id, "at": iso(deleted.at)} for deleted in feed.deleted]},
    }
    return msgspec.json.encode(fields)


def _item(entry: SyndicationEntry) -> dict[str, Any]:
    author = {"name": entry.author, "url": entry.author_url}
    item: dict[str, Any] = {
        "id": entry.id,
        "url": entry.url,
        "external_url": entry.source,
        "title": entry.title,
        "content_html": entry.html,
        "date_published": iso(entry.published),
        "date_modified": iso(entry.updated),
        "authors": [_without_empty(author)],
        "tags": [tag for tag in (entry.stance, entry.topic) if tag is not None] or None,
        "_parley": {"in_reply_to": entry.reply.id} if entry.reply else None,
    }
    return _without_empty(item)


def _without_empty(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
