"""The metadata of a page: title, byline, site, language, direction, dates, canonical address."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec
import trafilatura
from lxml.html import HtmlElement

_RTL_LANGUAGES = {"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ku-arab", "ps", "sd", "ug", "ur", "yi"}
_RTL_LETTER = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*", re.IGNORECASE)
_BY = re.compile(r"^(?:written\s+by|by|von|por|par|di|door|av|autor|author|作者)\b[\s::]*", re.IGNORECASE)
_LONGEST_NAME = 80
_NOBODY = {"", "admin", "administrator", "username", "author", "staff", "editor", "作者", "guest"}
_FIRST_PAGES = datetime(1800, 1, 1, tzinfo=UTC)  # old texts are published online with their original dates
_PUBLISHED = ("article:published_time", "datepublished", "dc.date.issued", "parsely-pub-date", "publishdate")
_UPDATED = ("article:modified_time", "og:updated_time", "datemodified", "dc.date.modified", "last-modified")


class Metadata(msgspec.Struct, frozen=True):
    """Everything but the direction may be missing. Dates have a time zone; a day without a time is midnight UTC."""

    title: str | None = None
    byline: str | None = None
    site: str | None = None
    lang: str | None = None
    dir: str = "ltr"
    published_at: datetime | None = None
    updated_at: datetime | None = None
    canonical_url: str | None = None


def read_metadata(tree: HtmlElement, url: str | None) -> Metadata:
    """Read a page's JSON-LD and meta elements, and for what is missing trafilatura's guesses."""
    found = trafilatura.extract_metadata(tree, default_url=url, extensive=False)
    json_ld, meta = list(_json_ld(tree)), _meta(tree)
    lang = _language(tree, meta)
    published = _first_date(json_ld, "datePublished", meta, _PUBLISHED) or as_date(found.date)
    updated = _first_date(json_ld, "dateModified", meta, _UPDATED)
    return Metadata(
        title=_title(tree, meta, found.title),
        byline=tidy_byline(found.author) or _byline(tree, meta),
        site=found.sitename or found.hostname,
        lang=lang,
        dir=_direction(tree, lang),
        published_at=published,
        updated_at=updated if updated and published and updated > published else None,
        canonical_url=_canonical(tree, meta, url),
    )


def tidy_byline(names: str | None) -> str | None:
    """Join names by commas, without "By" and duplicates. None if there is none."""
    kept: dict[str, str] = {}
    for part in (names or "").split(";"):
        name = _BY.sub("", " ".join(part.split()))
        if name.casefold() not in _NOBODY and not name.startswith(("http:", "https:", "@")):
            kept.setdefault(name.casefold(), name)
    return ", ".join(kept.values()) or None


def as_date(text: str | None) -> datetime | None:
    """Parse an ISO 8601 date or time, without an offset as UTC. None if it is invalid or in the future."""
    try:
        value = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return value if _FIRST_PAGES < value < datetime.now(UTC) + timedelta(days=2) else None


def direction_of(text: str) -> str:
    """The writing direction of most letters of a text."""
    letters = sum(map(str.isalpha, text))
    return "rtl" if letters and len(_RTL_LETTER.findall(text)) > letters / 2 else "ltr"


def _title(tree: HtmlElement, meta: dict[str, str], found: str | None) -> str | None:
    """The found heading, or the page's title if they share no word: then the heading is a site's or section's name."""
    whole = " ".join((tree.findtext(".//title") or "").split())
    if found and whole and "og:title" not in meta and not _words(found) & _words(whole):
        return whole
    return found or whole or None


def _byline(tree: HtmlElement, meta: dict[str, str]) -> str | None:
    """The first short line that the page marks as its author."""
    marked = tree.xpath('//*[@rel="author" or contains(@itemprop, "author") or contains(@class, "byline")]')
    named = (" ".join(element.text_content().split()) for element in marked)
    stated = [meta.get("author", ""), *(name for name in named if 0 < len(name) <= _LONGEST_NAME)]
    return next((byline for name in stated if (byline := tidy_byline(name))), None)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _meta(tree: HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        name = name or element.get("http-equiv") or ""
        if (content := (element.get("content") or "").strip()) and name:
            found.setdefault(name.lower(), content)
    return found


def _json_ld(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    for script in tree.iterfind('.//script[@type="application/ld+json"]'):
        try:
            stack = [json.loads(script.text or "", strict=False)]
        except (ValueError, RecursionError):
            continue
        while stack:
            match stack.pop():
                case list(items):
                    stack += items
                case dict(item):
                    yield item
                    stack += [item.get("@graph"), item.get("mainEntity")]


def _first_date(
    json_ld: list[dict[str, Any]], key: str, meta: dict[str, str], names: tuple[str, ...]
) -> datetime | None:
    values = [str(item.get(key, "")) for item in json_ld] + [meta.get(name, "") for name in names]
    return next((date for date in map(as_date, values) if date), None)


def _language(tree: HtmlElement, meta: dict[str, str]) -> str | None:
    stated = [element.get("lang") or element.get("xml:lang") for element in (tree, *tree.iterfind("body"))]
    stated += [meta.get("content-language"), meta.get("og:locale", "").replace("_", "-")]
    found = (_LANGUAGE.fullmatch((value or "").strip()) for value in stated)
    return next((match[0] for match in found if match), None)


def _direction(tree: HtmlElement, lang: str | None) -> str:
    for element in (*tree.iterfind(".//article[@dir]"), *tree.iterfind("body[@dir]"), tree):
        if (stated := (element.get("dir") or "").lower()) in ("ltr", "rtl"):
            return stated
    if lang and lang.lower().split("-")[0] in _RTL_LANGUAGES:
        return "rtl"
    body = tree.find("body")
    return direction_of("" if body is None else body.text_content())


def _canonical(tree: HtmlElement, meta: dict[str, str], url: str | None) -> str | None:
    """The canonical address that the page declares, if it is a web address and no front page; else `url`."""
    link = tree.find('.//link[@rel="canonical"]')
    for address in (None if link is None else link.get("href"), meta.get("og:url")):
        try:
            whole = urljoin(url or "", (address or "").strip())
            parts = urlsplit(whole)
        except ValueError:
            continue
        if address and parts.scheme in ("http", "https") and parts.hostname and parts.path.strip("/"):
            return whole
    return url
