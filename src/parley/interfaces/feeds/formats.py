"""A feed and its entries, as Atom and as JSON Feed.

Atom is RFC 4287, with replies (RFC 4685) and deleted entries (RFC 6721); JSON Feed is version 1.1
(https://www.jsonfeed.org/version/1.1/).
"""

import re
from datetime import datetime
from typing import Any

import msgspec
from lxml import etree

from parley.platform.text.formats import iso

ATOM_TYPE, JSON_TYPE = "application/atom+xml", "application/feed+json"
ATOM = "http://www.w3.org/2005/Atom"
THREADING = "http://purl.org/syndication/thread/1.0"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
# XML 1.0 cannot contain these characters, even escaped. Imported articles may.
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Reply(msgspec.Struct, frozen=True):
    """The comment or thread that an entry answers."""

    id: str
    url: str


class SyndicationEntry(msgspec.Struct, frozen=True):
    """A thread or a comment. `id` is a `tag:` URI; `url` and the addresses in `html` are absolute."""

    id: str
    url: str
    title: str
    html: str
    author: str
    author_url: str | None
    published: datetime
    updated: datetime
    stance: str | None = None
    topic: str | None = None
    # The address of the article that a thread is about.
    source: str | None = None
    reply: Reply | None = None
    # For leaving out members whom a viewer blocked. It is never written.
    author_id: int | None = None


class Deleted(msgspec.Struct, frozen=True):
    """An entry that is gone, and that feed readers may still have."""

    id: str
    at: datetime


class Feed(msgspec.Struct, frozen=True):
    """A feed. `url` is the page that it follows; `path` is its own path without the ending of a format."""

    id: str
    title: str
    url: str
    path: str
    updated: datetime
    entries: list[SyndicationEntry]
    deleted: list[Deleted] = []
    # What follows the ending, such as `?passage=4`.
    query: str = ""


def written_bytes(value: str) -> int:
    """Return the most bytes that a text takes in a feed of either format, whose signs of markup are written out."""
    return len(value.encode()) + 4 * value.count("&") + 3 * (value.count("<") + value.count(">")) + value.count('"')


def atom(feed: Feed, base_url: str) -> bytes:
    """Write a feed of the site at `base_url` as Atom."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM, "thr": THREADING, "at": TOMBSTONES})
    add(root, f"{{{ATOM}}}id", feed.id)
    add(root, f"{{{ATOM}}}title", feed.title)
    add(root, f"{{{ATOM}}}updated", iso(feed.updated))
    add(root, f"{{{ATOM}}}link", rel="self", type=ATOM_TYPE, href=f"{base_url}{feed.path}.atom{feed.query}")
    add(root, f"{{{ATOM}}}link", rel="alternate", type="text/html", href=feed.url)
    for entry in feed.entries:
        _add_entry(root, entry, base_url)
    for deleted in feed.deleted:
        add(root, f"{{{TOMBSTONES}}}deleted-entry", ref=deleted.id, when=iso(deleted.at))
    return document(root)


def _add_entry(root: etree._Element, entry: SyndicationEntry, base_url: str) -> None:
    element = add(root, f"{{{ATOM}}}entry")
    add(element, f"{{{ATOM}}}id", entry.id)
    add(element, f"{{{ATOM}}}title", entry.title)
    add(element, f"{{{ATOM}}}link", rel="alternate", type="text/html", href=entry.url)
    if entry.source is not None:
        add(element, f"{{{ATOM}}}link", rel="related", href=entry.source)
    add(element, f"{{{ATOM}}}published", iso(entry.published))
    add(element, f"{{{ATOM}}}updated", iso(entry.updated))
    author = add(element, f"{{{ATOM}}}author")
    add(author, f"{{{ATOM}}}name", entry.author)
    if entry.author_url is not None:
        add(author, f"{{{ATOM}}}uri", entry.author_url)
    if entry.stance is not None:
        add(element, f"{{{ATOM}}}category", term=entry.stance, scheme=f"{base_url}/stance")
    if entry.topic is not None:
        add(element, f"{{{ATOM}}}category", term=entry.topic, scheme=f"{base_url}/topic")
    if entry.reply is not None:
        add(element, f"{{{THREADING}}}in-reply-to", ref=entry.reply.id, href=entry.reply.url, type="text/html")
    add(element, f"{{{ATOM}}}content", entry.html, type="html")


def json_feed(feed: Feed, base_url: str) -> bytes:
    """Write a feed of the site at `base_url` as JSON Feed."""
    fields = {
        "version": "https://jsonfeed.org/version/1.1",
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


def text(value: str) -> str:
    """Return `value` without characters that XML cannot hold."""
    return UNWRITABLE.sub("", value)


def add(parent: etree._Element, name: str, value: str | None = None, **attributes: str) -> etree._Element:
    """Add an element to `parent`, with text and attributes."""
    element = etree.SubElement(parent, name, {key: text(attribute) for key, attribute in attributes.items()})
    element.text = None if value is None else text(value)
    return element


def document(root: etree._Element) -> bytes:
    """Return the document with this root, in UTF-8."""
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)
