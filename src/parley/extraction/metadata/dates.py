"""When an article was published and last updated."""

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from itertools import chain, pairwise, takewhile

import htmldate
from htmldate.extractors import custom_parse, try_date_expr
from lxml import etree
from lxml.html import HtmlElement

from parley.extraction.metadata.page_data import PageData, text_of
from parley.extraction.metadata.titles import heading_of

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
    r"updat|aktualisiert|geändert|stand:|mis à jour|modifi|actualizad|aggiornat|bijgewerkt|atualizad|обновл"
    r"|最終更新|更新日|修正日|更新时间|수정",
    re.IGNORECASE,
)
_ANOTHER = re.compile(r"bis\b|until|regist|joined|member since|geboren|\bborn\b", re.IGNORECASE)
_LABEL = re.compile(
    r"\W*(?:datum|date|fecha|data|posted|published|公開日|掲載日|投稿日|发布时间|發布時間|日付)\W*", re.IGNORECASE
)
_CJK = re.compile(
    r"(?:\D{0,12}[:\uff1a\s])?(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]?\s*"
    r"(?:[(\uff08]\w[)\uff09])?\s*(?:\d{1,2}\s*[:時时]\s*\d{0,2}\s*分?)?\s*(?:更新|公開|掲載|投稿|配信|发布|發布)?"
)
_IN_WORDS = re.compile(
    r"\d{1,2}(?:er|\.|º|th|st|nd|rd)?\s+(?:de\s+|of\s+)?[^\W\d_]{3,}\.?,?\s+(?:de\s+|del\s+)?\d{4}", re.IGNORECASE
)
# "Oct. 13, 2016" as newspapers write it, which the library reads only without the point, and not after "Sept".
_SHORT_MONTH = re.compile(r"\b(Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)t?\.(?=\s*\d)")
_SECONDS, _MILLISECONDS = 10, 13  # digits of a time since 1970
_SHORTEST_LINE, LONGEST_LINE = 6, 60
_LONGEST_SUMMARY = 400
# Teasers of other stories, and what a table says of the subject, such as when it was founded.
_BESIDE = "self::aside or self::table[contains(@class, 'infobox')]"
_SHOWN = f"text()[normalize-space() and not(parent::script or parent::style or ancestor::*[{_BESIDE}])]"
_FEWEST_DIGITS = 5  # of a year and a day
_LINES_AFTER, _LINES_BEFORE, _MOST_PIECES = 25, 8, 10_000
_MARKED = './/time[contains(@itemprop, "{0}") or @pubdate]/@datetime | .//*[contains(@itemprop, "{0}")]/@content'


def find_published(page: PageData, title: str) -> tuple[datetime | None, str]:
    """The date of publication and where it was found. A day without a time is midnight UTC."""
    stated, where = _first_stated(page, "datePublished", _PUBLISHED)
    beside = (line for line, is_update in _lines_beside(heading_of(page.tree, title)) if not is_update)
    if stated:
        return _as_shown(stated, beside), where
    guess = _first_date(beside) or _first_date(_labelled_dates(page.tree)) or _guess(page.tree, page.url)
    return guess, "text" if guess else ""


def _as_shown(stated: datetime, lines: Iterator[str]) -> datetime:
    """The day that readers see, if it is the day before or after a time that is stated in UTC."""
    if stated.utcoffset() or stated.time() == time():
        return stated
    days = {shown for line in lines if _has_date(line) and (shown := day_in(line))}
    near = [day for day in days if abs((day.date() - stated.date()).days) == 1]
    return near[0] if len(days) == len(near) == 1 else stated


def find_updated(page: PageData, title: str, published: datetime | None) -> tuple[datetime | None, str]:
    """The date of the last update, if it is later than `published`, and where it was found."""
    updated, where = _first_stated(page, "dateModified", _UPDATED)
    if not updated:
        beside = (line for line, is_update in _lines_beside(heading_of(page.tree, title)) if is_update)
        updated, where = _first_date(beside), "text"
    return (updated, where) if updated and (published is None or updated > published) else (None, "")


def as_date(text: str | None) -> datetime | None:
    """Parse an ISO 8601 or RFC 5322 date, or a time since 1970; without an offset it is UTC.

    A time that is on another day in UTC becomes the day that its offset gives. None if the date is invalid, before 1800
    or over two days in the future.
    """
    value = _parse((text or "").strip())
    if value is None:
        return None
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    if not _FIRST_PAGES < value < datetime.now(UTC) + timedelta(days=2):
        return None
    same_day = value.astimezone(UTC).date() == value.date()
    return value if same_day else datetime.combine(value.date(), time(), UTC)


def _parse(text: str) -> datetime | None:
    if text.isascii() and text.isdecimal() and len(text) in (_SECONDS, _MILLISECONDS):
        return datetime.fromtimestamp(int(text[:_SECONDS]), UTC)
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return parse(text.replace("/", "-"))
        except (ValueError, TypeError, IndexError):
            continue
    return None


def _first_stated(page: PageData, key: str, names: tuple[str, ...]) -> tuple[datetime | None, str]:
    dates = ((as_date(text), where) for text, where in _stated_dates(page, key, names))
    return next((dated for dated in dates if dated[0]), (None, ""))


def _stated_dates(page: PageData, key: str, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    nodes = (node for node in page.nodes.values() if key in node)
    values = chain(page.values(key), (node[key] for node in nodes))
    yield from ((text_of(value), "json-ld") for value in values)
    yield from ((text, f"meta {name}") for name in names for text in page.meta.get(name, []))
    yield from ((str(text), "microdata") for text in page.tree.xpath(_MARKED.format(key)))


def _lines_beside(heading: HtmlElement | None) -> Iterator[tuple[str, bool]]:
    """The short lines shortly after and before the heading, and whether each is about an update.

    Those after a long text, which begins the article, come last.
    """
    if heading is None:
        return
    after = heading.xpath(f"following::{_SHOWN}")[:_LINES_AFTER]
    before = [*pairwise(["", *heading.xpath(f"preceding::{_SHOWN}")[-_LINES_BEFORE:]])]
    above = len([*takewhile(_is_short, after)])
    lines = [*pairwise(["", *after])]
    for earlier, text in (*lines[:above], *reversed(before), *lines[above:]):
        line, label = (" ".join(words[: 2 * LONGEST_LINE].split()) for words in (text, earlier))
        said = line if _has_date(label) or len(label) >= LONGEST_LINE else f"{label} {line}"
        if _SHORTEST_LINE <= len(line) < LONGEST_LINE and "://" not in line and not _ANOTHER.search(said):
            yield line, bool(_UPDATE.search(said))


def _is_short(text: str) -> bool:
    """Whether a text can stand between a heading and the article: a byline, or a summary."""
    return len(text) < _LONGEST_SUMMARY


def _labelled_dates(tree: HtmlElement) -> Iterator[str]:
    """What follows a label such as "Date:"."""
    pieces = tree.xpath(".//body//text()[normalize-space()]")[:_MOST_PIECES]
    return (
        " ".join(text[:LONGEST_LINE].split())
        for label, text in pairwise(pieces)
        if _LABEL.fullmatch(label[:LONGEST_LINE])
    )


def _first_date(lines: Iterator[str]) -> datetime | None:
    return next((date for line in lines if _has_date(line) and (date := day_in(line))), None)


def _has_date(line: str) -> bool:
    return sum(map(str.isdigit, line)) >= _FEWEST_DIGITS


def day_in(line: str) -> datetime | None:
    """The date in a short line, in any usual form or in words."""
    bounds = _FIRST_SITES, datetime.now(UTC).replace(tzinfo=None)
    if day := _CJK.fullmatch(line):
        return as_date("{}-{:0>2}-{:0>2}".format(*day.groups()))
    line = _SHORT_MONTH.sub(r"\1", line)
    if moment := custom_parse(line, "%Y-%m-%d", *bounds):
        return as_date(moment)
    # Months in other languages, which take a while to find out.
    in_words = _IN_WORDS.search(line)
    return as_date(try_date_expr(in_words[0], "%Y-%m-%d", True, *bounds)) if in_words else None  # noqa: FBT003 the library's signature


def _guess(tree: HtmlElement, url: str | None) -> datetime | None:
    """The date that htmldate reads from the page's text and address."""
    page = deepcopy(etree.ElementTree(tree).getroot())
    for beside in page.xpath(f".//*[{_BESIDE}]"):
        if beside.getparent() is not None:
            beside.drop_tree()
    try:
        return as_date(htmldate.find_date(page, url=url, original_date=True, extensive_search=False))
    except (ValueError, TypeError, OverflowError):
        return None
