"""Atom (RFC 4287), with replies (RFC 4685) and deleted entries (RFC 6721)."""

from lxml import etree

from parley.interfaces.feeds.entries import Feed, SyndicationEntry
from parley.interfaces.feeds.xml import add, document
from parley.platform.text.formats import iso

MIME = "application/atom+xml"
ATOM = "http://www.w3.org/2005/Atom"
THREADING = "http://purl.org/syndication/thread/1.0"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"


def write(feed: Feed, base_url: str) -> bytes:
    """Return the Atom document of a feed of the site at `base_url`."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM, "thr": THREADING, "at": TOMBSTONES})
    add(root, f"{{{ATOM}}}id", feed.id)
    add(root, f"{{{ATOM}}}title", feed.title)
    add(root, f"{{{ATOM}}}updated", iso(feed.updated))
    add(root, f"{{{ATOM}}}link", rel="self", type=MIME, href=f"{base_url}{feed.path}.atom{feed.query}")
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
