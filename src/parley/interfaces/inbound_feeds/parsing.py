"""Parsing RSS, Atom, RDF and JSON feeds, lists of feeds (OPML) and robots.txt; only in the child of sandbox.py."""

import calendar
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.message import Message
from html import unescape
from io import BytesIO
from itertools import islice
from time import struct_time
from typing import Any

import feedparser
import msgspec
from lxml import etree, html
from protego import Protego

from parley.articles.articles.rules import is_web_address
from parley.extraction.errors import CannotImport
from parley.extraction.text.decoding import decode
from parley.interfaces.inbound_feeds.rules import FeedDocument, FeedEntry, address, feed_address
from parley.platform.text.cleaning import as_id, one_line, shorten

# Longer texts are cut before parsing: pages show less anyway.
_LONGEST_MARKUP = 20_000
_LONGEST_GUID = 10_000
_LONGEST_TITLE = 300
_LONGEST_SUMMARY = 400
MOST_FEEDS = 500
# Of more outlines, the rest is not read.
MOST_OUTLINES = 5_000


def parse(data: bytes, url: str, content_type: str = "") -> FeedDocument | None:
    """Return the feed in `data`, which was fetched from `url`; None if it is not a feed."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _parse_json(data, url)
    # Cleaning and resolving the markup would take most of the time, and only its text is used.
    parsed = feedparser.parse(
        BytesIO(_as_utf8(data, content_type)),
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers={"content-type": "application/xml; charset=utf-8"},
    )
    about: Mapping[str, Any] = parsed.feed
    moved_to = address(about.get("newlocation") or about.get("itunes_new-feed-url") or "", url)
    if not parsed.get("version") and not parsed.entries and not moved_to:
        return None
    return FeedDocument(
        title=plain(about.get("title"), _LONGEST_TITLE),
        entries=list(_entries(parsed.entries, url, is_atom=str(parsed.version).startswith("atom"))),
        ttl=as_id(str(about.get("ttl") or "").strip()) or 0,
        moved_to=moved_to,
    )


def _as_utf8(data: bytes, content_type: str) -> bytes:
    """Return the feed in UTF-8. feedparser would misread Windows-1252 that is declared as UTF-8."""
    header = Message()
    header["content-type"] = content_type
    try:
        return decode(data, header.get_content_charset()).encode()
    except CannotImport:
        return data


def _entries(entries: list[Mapping[str, Any]], url: str, *, is_atom: bool) -> Iterator[FeedEntry]:
    for entry in entries:
        if link := address(entry.get("feedburner_origlink") or _page(entry), url):
            yield FeedEntry(
                url=link,
                guid=str(entry.get("id") or "")[:_LONGEST_GUID],
                title=_text(entry, "title", _LONGEST_TITLE, is_atom=is_atom),
                summary=_text(entry, "summary", _LONGEST_SUMMARY, is_atom=is_atom),
                published_at=_moment(entry.get("published_parsed")) or _moment(entry.get("updated_parsed")),
            )


def _page(entry: Mapping[str, Any]) -> str:
    """Return the link of an entry or, without one, its id if that is an address."""
    link = str(entry.get("link") or "")
    return "" if entry.get("guidislink") and link == entry.get("id") and not is_web_address(link) else link


def _text(entry: Mapping[str, Any], name: str, length: int, *, is_atom: bool) -> str:
    """Return the text of a field. Only Atom says whether it is markup (RFC 4287, 3.1.1)."""
    is_literal = is_atom and (entry.get(f"{name}_detail") or {}).get("type") == "text/plain"
    return literal(entry.get(name), length) if is_literal else plain(entry.get(name), length)


def literal(text: object, length: int) -> str:
    """Return a text that is not markup, in one line of at most `length` characters.

    It is unescaped, since many publishers escape it once too often.
    """
    return shorten(storable(one_line(unescape(str(text or "")[:_LONGEST_MARKUP]))), length)


def plain(markup: object, length: int) -> str:
    """Return the text of markup, in one line of at most `length` characters."""
    text = str(markup or "")[:_LONGEST_MARKUP]
    if "<" in text or "&" in text:
        try:
            text = html.fromstring(f"<div>{text}</div>").text_content()
        except (etree.ParserError, ValueError):
            text = ""
    return shorten(storable(one_line(text)), length)


def storable(text: str) -> str:
    """Return text without what PostgreSQL cannot store."""
    return text.encode("utf-8", "ignore").decode()


def _moment(parsed: struct_time | None) -> datetime | None:
    with suppress(ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    return None


def _parse_json(data: bytes, url: str) -> FeedDocument | None:
    """Parse a JSON Feed 1.0 or 1.1 (jsonfeed.org), without values of the wrong type."""
    try:
        feed = msgspec.json.decode(data.decode("utf-8-sig", "replace"))
    except (msgspec.DecodeError, RecursionError):
        return None
    if not isinstance(feed, dict) or not _field(feed, "version").startswith("https://jsonfeed.org/version/"):
        return None
    items = feed.get("items")
    return FeedDocument(
        plain(_field(feed, "title"), _LONGEST_TITLE), list(_json_entries(items if isinstance(items, list) else [], url))
    )


def _json_entries(items: list[object], url: str) -> Iterator[FeedEntry]:
    for entry in items:
        if not isinstance(entry, dict):
            continue
        # A linked list's `external_url` is the page that the entry is about.
        link = _field(entry, "external_url") or _field(entry, "url")
        if not link and is_web_address(_field(entry, "id")):
            link = _field(entry, "id")
        if whole := address(link, url):
            yield FeedEntry(
                url=whole,
                guid=storable(str(entry.get("id") or "")),
                title=literal(_field(entry, "title"), _LONGEST_TITLE),
                summary=_json_summary(entry),
                published_at=_json_moment(entry, "date_published") or _json_moment(entry, "date_modified"),
            )


def _json_summary(entry: dict[str, Any]) -> str:
    text = _field(entry, "summary") or _field(entry, "content_text")
    if text:
        return literal(text, _LONGEST_SUMMARY)
    return plain(_field(entry, "content_html"), _LONGEST_SUMMARY)


def _field(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _json_moment(fields: dict[str, Any], name: str) -> datetime | None:
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(_field(fields, name))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    return None


def addresses(data: bytes) -> list[str]:
    """Return the addresses of at most MOST_FEEDS feeds in an OPML file, each once; none if the file is not OPML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return []
    if root is None or etree.QName(root).localname.lower() != "opml":
        return []
    links = (feed_address(_opml_link(outline)) for outline in islice(root.iter("{*}outline"), MOST_OUTLINES))
    return list(dict.fromkeys(feed for link in links if (feed := address(link, ""))))[:MOST_FEEDS]


def _opml_link(outline: Any) -> str:
    """Return the attribute `xmlUrl`. Programs differ in its capital letters."""
    return next((str(value) for name, value in outline.attrib.items() if name.lower() == "xmlurl"), "")


def may_fetch(robots: str, url: str) -> bool:
    """Whether a robots.txt (RFC 9309) lets us fetch `url`."""
    return bool(Protego.parse(robots).can_fetch(url, "Parley"))
