"""When an article was published and last updated."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import chain

import htmldate
from lxml import etree
from lxml.html import HtmlElement

from parley.importing.metadata.stated import Stated, text_of

_FIRST_PAGES = datetime(1800, 1, 1, tzinfo=UTC)  # old texts are published online with their original dates
_PUBLISHED = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished",
    "citation_publication_date", "citation_date", "citation_online_date",
    "dc.date.issued", "dcterms.issued", "dcterms.date", "dc.date", "parsely-pub-date", "publishdate",
     "pubdate", "sailthru.date", "date",
)  # fmt: skip
_UPDATED = (
    "article:modified_time", "og:updated_time", "datemodified", "dc.date.modified", "dcterms.modified",
    "last-modified", "lastmod",
)  # fmt: skip
_MARKED = './/time[contains(@itemprop, "{0}") or @pubdate]/@datetime | .//*[contains(@itemprop, "{0}")]/@content'


def find_published(stated: Stated) -> tuple[datetime | None, str]:
    """The date of publication and where it was found. A day without a time is midnight UTC."""
    found = _first(stated, "datePublished", _PUBLISHED)
    if found[0]:
        return found
    guess = _guess(stated.tree, stated.url)
    return guess, "text" if guess else ""


def find_updated(stated: Stated, published: datetime | None) -> tuple[datetime | None, str]:
    """The date of the last update, if it is later than `published`, and where it was found."""
    found, where = _first(stated, "dateModified", _UPDATED)
    return (found, where) if found and (published is None or found > published) else (None, "")


def as_date(text: str | None) -> datetime | None:
    """Parse a date of ISO 8601 or an e-mail, without an offset as UTC. None if it is invalid or in the future."""
    value = _parsed((text or "").strip())
    if value is None:
        return None
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return value if _FIRST_PAGES < value < datetime.now(UTC) + timedelta(days=2) else None


def _parsed(text: str) -> datetime | None:
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return parse(text.replace("/", "-"))
        except (ValueError, TypeError, IndexError):
            continue
    return None


def _first(stated: Stated, key: str, names: tuple[str, ...]) -> tuple[datetime | None, str]:
    found = ((as_date(text), where) for text, where in _stated(stated, key, names))
    return next((one for one in found if one[0]), (None, ""))


def _stated(stated: Stated, key: str, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    nodes = (node for node in stated.nodes.values() if key in node)
    values = chain(stated.values(key), (node[key] for node in nodes))
    yield from ((text_of(value), "json-ld") for value in values)
    yield from ((text, f"meta {name}") for name in names for text in stated.meta.get(name, []))
    yield from ((str(text), "microdata") for text in stated.tree.xpath(_MARKED.format(key)))


def _guess(tree: HtmlElement, url: str | None) -> datetime | None:
    """The date that htmldate reads from the page's text and address."""
    page = etree.ElementTree(tree).getroot()
    try:
        return as_date(htmldate.find_date(page, url=url, original_date=True, extensive_search=False))
    except (ValueError, TypeError, OverflowError):
        return None
