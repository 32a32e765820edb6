"""Parsing RSS, Atom, RDF and JSON feeds; only in the child process (sandbox.py)."""

import calendar
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.message import Message
from html import unescape
from io import BytesIO
from time import struct_time
from typing import Any

import feedparser
from lxml import etree, html

from parley.articles.articles.rules import is_web_address
from parley.extraction.errors import CannotImport
from parley.extraction.text.decoding import decode
from parley.interfaces.inbound_feeds import json_parsing
from parley.interfaces.inbound_feeds.documents import (
    LONGEST_SUMMARY,
    LONGEST_TITLE,
    FeedDocument,
    FeedEntry,
    address,
)
from parley.platform.text.cleaning import one_line, shorten

# Longer texts are cut before parsing: pages show less anyway.
_LONGEST_MARKUP = 20_000
_LONGEST_GUID = 10_000
_LONGEST_TTL = 100_000


def parse(data: bytes, url: str, content_type: str = "") -> FeedDocument | None:
    """Return the feed in `data`, which was fetched from `url`; None if it is no feed."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return json_parsing.parse(data, url)
    # Neither cleaning nor resolving the markup, which takes most of the time: only its text is used.
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
        title=plain(about.get("title"), LONGEST_TITLE),
        entries=list(_entries(parsed.entries, url, is_atom=str(parsed.version).startswith("atom"))),
        ttl=_minutes(about.get("ttl")),
        moved_to=moved_to,
    )


def _as_utf8(data: bytes, content_type: str) -> bytes:
    """The feed in UTF-8. feedparser takes Windows-1252 that is declared as UTF-8 for a charset of other languages."""
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
                title=_text(entry, "title", LONGEST_TITLE, is_atom=is_atom),
                summary=_text(entry, "summary", LONGEST_SUMMARY, is_atom=is_atom),
                published_at=_moment(entry.get("published_parsed")) or _moment(entry.get("updated_parsed")),
            )


def _page(entry: Mapping[str, Any]) -> str:
    """The link of an entry. Without one it is the id, if that is an address: a number is none."""
    link = str(entry.get("link") or "")
    return "" if entry.get("guidislink") and link == entry.get("id") and not is_web_address(link) else link


def _text(entry: Mapping[str, Any], name: str, length: int, *, is_atom: bool) -> str:
    """The text of a field. Only Atom says whether it is markup (RFC 4287, 3.1.1)."""
    is_literal = is_atom and (entry.get(f"{name}_detail") or {}).get("type") == "text/plain"
    return literal(entry.get(name), length) if is_literal else plain(entry.get(name), length)


def literal(text: object, length: int) -> str:
    """A text that is no markup, in one line of at most `length` characters: `<dialog>` belongs to it.

    Many publishers escape it once too often all the same.
    """
    return shorten(storable(one_line(unescape(str(text or "")[:_LONGEST_MARKUP]))), length)


def plain(markup: object, length: int) -> str:
    """The text of markup, in one line of at most `length` characters."""
    text = str(markup or "")[:_LONGEST_MARKUP]
    if "<" in text or "&" in text:
        try:
            text = html.fromstring(f"<div>{text}</div>").text_content()
        except (etree.ParserError, ValueError):
            text = ""
    return shorten(storable(one_line(text)), length)


def storable(text: str) -> str:
    """Text without what PostgreSQL cannot hold."""
    return text.encode("utf-8", "ignore").decode()


def _moment(parsed: struct_time | None) -> datetime | None:
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _minutes(ttl: object) -> int:
    text = str(ttl or "").strip()
    return min(int(text), _LONGEST_TTL) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 no number of minutes is longer
