"""Parsing JSON Feed 1.0 and 1.1 (jsonfeed.org)."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec

from parley.articles.rules import is_web_address
from parley.inbound_feeds import parsing
from parley.inbound_feeds.documents import LONGEST_SUMMARY, LONGEST_TITLE, FeedDocument, FeedEntry, address


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
        hub=address(_hub(feed.get("hubs")), url),
        hub_topic=address(_text(feed, "feed_url"), url),
    )


def _hub(hubs: object) -> str:
    return next((_text(one, "url") for one in _objects(hubs) if _text(one, "type").lower() == "websub"), "")


def _entries(items: object, url: str) -> Iterator[FeedEntry]:
    for one in _objects(items):
        # A linked list's `external_url` is the page that the entry is about.
        link = _text(one, "external_url") or _text(one, "url")
        if not link and is_web_address(_text(one, "id")):
            link = _text(one, "id")
        if whole := address(link, url):
            yield FeedEntry(
                url=whole,
                guid=parsing.storable(str(one.get("id") or "")),
                title=parsing.literal(_text(one, "title"), LONGEST_TITLE),
                summary=_summary(one),
                published_at=_moment(_text(one, "date_published")) or _moment(_text(one, "date_modified")),
            )


def _summary(one: dict[str, Any]) -> str:
    text = _text(one, "summary") or _text(one, "content_text")
    if text:
        return parsing.literal(text, LONGEST_SUMMARY)
    return parsing.plain(_text(one, "content_html"), LONGEST_SUMMARY)


def _objects(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(one: dict[str, Any], name: str) -> str:
    value = one.get(name)
    return value if isinstance(value, str) else ""


def _moment(text: str) -> datetime | None:
    with suppress(ValueError, OverflowError):
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    return None
