"""When an article was published and last updated."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import chain, islice

import htmldate
from htmldate.extractors import custom_parse
from lxml import etree
from lxml.html import HtmlElement

from parley.importing.metadata.page_data import PageData, text_of
from parley.importing.metadata.titles import heading_of

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
_FIRST_SITES = datetime(1995, 1, 1)  # noqa: DTZ001 htmldate compares days without a zone
# A date in a short line beside the heading is the article's, unless it is the date of an update or an event.
_UPDATE = re.compile(
    r"updat|aktualisiert|geändert|stand:|mis à jour|modifi|actualizad|aggiornat|bis\b|until", re.IGNORECASE
)
_SHORTEST_LINE, _LONGEST_LINE = 6, 60
_FEWEST_DIGITS = 5  # of a year and a day
_LINES_AFTER, _LINES_BEFORE = 25, 8
_MARKED = './/time[contains(@itemprop, "{0}") or @pubdate]/@datetime | .//*[contains(@itemprop, "{0}")]/@content'


def find_published(page: PageData, title: str) -> tuple[datetime | None, str]:
    """The date of publication and where it was found. A day without a time is midnight UTC."""
    found = _first(page, "datePublished", _PUBLISHED)
    if found[0]:
        return found
    guess = _beside(heading_of(page.tree, title)) or _guess(page.tree, page.url)
    return guess, "text" if guess else ""


def find_updated(page: PageData, published: datetime | None) -> tuple[datetime | None, str]:
    """The date of the last update, if it is later than `published`, and where it was found."""
    found, where = _first(page, "dateModified", _UPDATED)
    return (found, where) if found and (published is None or found > published) else (None, "")


def as_date(text: str | None) -> datetime | None:
    """Parse an ISO 8601 or RFC 5322 date; without an offset it is UTC.

    None if it is invalid, before 1800 or over two days in the future.
    """
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


def _first(page: PageData, key: str, names: tuple[str, ...]) -> tuple[datetime | None, str]:
    found = ((as_date(text), where) for text, where in _stated(page, key, names))
    return next((one for one in found if one[0]), (None, ""))


def _stated(page: PageData, key: str, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    nodes = (node for node in page.nodes.values() if key in node)
    values = chain(page.values(key), (node[key] for node in nodes))
    yield from ((text_of(value), "json-ld") for value in values)
    yield from ((text, f"meta {name}") for name in names for text in page.meta.get(name, []))
    yield from ((str(text), "microdata") for text in page.tree.xpath(_MARKED.format(key)))


def _beside(heading: HtmlElement | None) -> datetime | None:
    """The date in a short line shortly after or before the heading."""
    if heading is None:
        return None
    after = islice(heading.xpath("following::text()[normalize-space()]"), _LINES_AFTER)
    before = reversed(heading.xpath("preceding::text()[normalize-space()]")[-_LINES_BEFORE:])
    lines = (" ".join(text[: 2 * _LONGEST_LINE].split()) for text in chain(after, before))
    short = (one for one in lines if _SHORTEST_LINE <= len(one) < _LONGEST_LINE and not _UPDATE.search(one))
    return next((found for one in short if (found := _read(one))), None)


def _read(line: str) -> datetime | None:
    if sum(map(str.isdigit, line)) < _FEWEST_DIGITS:
        return None
    return as_date(custom_parse(line, "%Y-%m-%d", _FIRST_SITES, datetime.now(UTC).replace(tzinfo=None)))


def _guess(tree: HtmlElement, url: str | None) -> datetime | None:
    """The date that htmldate reads from the page's text and address."""
    page = etree.ElementTree(tree).getroot()
    try:
        return as_date(htmldate.find_date(page, url=url, original_date=True, extensive_search=False))
    except (ValueError, TypeError, OverflowError):
        return None
