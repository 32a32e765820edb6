"""Parsing JSON Feed 1.0 and 1.1 (jsonfeed.org)."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec

from parley.articles.articles.rules import is_web_address
from parley.interfaces.inbound_feeds import parsing
from parley.interfaces.inbound_feeds.documents import (
    LONGEST_SUMMARY,
    LONGEST_TITLE,
    FeedDocument,
    FeedEntry,
    address,
)


def parse(data: bytes, url: str) -> FeedDocument | None:
    """Return the feed in `data`; None if it is no JSON Feed. Values of the wrong type are left out."""
    try:
        feed = msgspec.json.decode(data.decode("utf-8-sig", "replace"))
    except (msgspec.DecodeError, RecursionError):
        return None
    if not isinstance(feed, dict) or not _text(feed, "version").startswith("https://jsonfeed.org/version/"):
        return None
    return FeedDocument(
        title=parsing.plain(_text(feed, "title"), LONGEST_TITLE),
        entries=list(_entries(feed.get("items"), url)),
    )


def _entries(items: object, url: str) -> Iterator[FeedEntry]:
    for entry in _objects(items):
        # A linked list's `external_url` is the page that the entry is about.
        link = _text(entry, "external_url") or _text(entry, "url")
        if not link and is_web_address(_text(entry, "id")):
            link = _text(entry, "id")
        if whole := address(link, url):
            yield FeedEntry(
                url=whole,
                guid=parsing.storable(str(entry.get("id") or "")),
                title=parsing.literal(_text(entry, "title"), LONGEST_TITLE),
                summary=_summary(entry),
                published_at=_moment(_text(entry, "date_published")) or _moment(_text(entry, "date_modified")),
            )


def _summary(entry: dict[str, Any]) -> str:
    text = _text(entry, "summary") or _text(entry, "content_text")
    if text:
        return parsing.literal(text, LONGEST_SUMMARY)
    return parsing.plain(_text(entry, "content_html"), LONGEST_SUMMARY)


def _objects(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _moment(text: str) -> datetime | None:
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    return None
