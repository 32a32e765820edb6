"""The metadata of a page: title, byline, site, section, language, dates, canonical address, licence, reservations."""

from datetime import datetime
from urllib.parse import urljoin, urlsplit

import msgspec
from lxml.html import HtmlElement

from parley.extraction.limits import LONGEST_BIO, LONGEST_SECTION
from parley.extraction.metadata.bylines import find_byline
from parley.extraction.metadata.dates import find_published, find_updated
from parley.extraction.metadata.languages import find_direction, find_language
from parley.extraction.metadata.licences import find_licence, find_reservations
from parley.extraction.metadata.page_data import PageData, read_page_data, text_of
from parley.extraction.metadata.titles import find_title
from parley.platform.text.hosts import bare_host

_SHORTEST_BIO = 20
_SECTION = ("article:section", "parsely-section", "section")


class Metadata(msgspec.Struct, frozen=True):
    """What is known about an article. Everything but the direction may be missing.

    `byline` has one name an author. Dates have a time zone; a day without a time is midnight UTC. `licence` is an
    address or a name, `reservations` are some of those in metadata/licences.py. `where` says for each fact that was
    found where it stood, such as `json-ld`, `heading` or `front matter`.
    """

    title: str | None = None
    byline: tuple[str, ...] = ()
    site: str | None = None
    lang: str | None = None
    dir: str = "ltr"
    published_at: datetime | None = None
    updated_at: datetime | None = None
    canonical_url: str | None = None
    licence: str | None = None
    section: str | None = None
    bio: str | None = None
    reservations: tuple[str, ...] = ()
    where: dict[str, str] = {}


def read_metadata(tree: HtmlElement, url: str | None) -> Metadata:
    """Read the metadata of a page's article: structured data before visible text, except for the title.

    Implausible values are left empty.
    """
    page = read_page_data(tree, url)
    title = find_title(page)
    byline = find_byline(page, title[0])
    published = find_published(page, title[0])
    updated = find_updated(page, title[0], published[0])
    licence, section, bio = find_licence(page), find_section(page), find_bio(page)
    lang = find_language(page)
    canonical_url = _canonical(page, url)
    where = {"title": title[1], "byline": byline[1], "published_at": published[1], "updated_at": updated[1]}
    where |= {"licence": licence[1], "section": section[1], "bio": bio[1]}
    return Metadata(
        title=title[0] or None,
        byline=tuple(byline[0]),
        site=next(iter(page.site_names), bare_host(canonical_url or "") or None),
        lang=lang,
        dir=find_direction(tree, lang),
        published_at=published[0],
        updated_at=updated[0],
        canonical_url=canonical_url,
        licence=licence[0] or None,
        section=section[0] or None,
        bio=bio[0] or None,
        reservations=find_reservations(page),
        where={name: place for name, place in where.items() if place},
    )


def _canonical(page: PageData, url: str | None) -> str | None:
    """The canonical address that the page declares, if it is a web address and no front page; else `url`."""
    link = page.tree.find('.//link[@rel="canonical"]')
    for address in (None if link is None else link.get("href"), page.first_meta("og:url")):
        try:
            whole = urljoin(url or "", (address or "").strip())
            parts = urlsplit(whole)
        except ValueError:
            continue
        if address and parts.scheme in ("http", "https") and parts.hostname and parts.path.strip("/"):
            return whole
    return url


def find_bio(page: PageData) -> tuple[str, str]:
    """The author's short biography, and where it was found; empty unless there is exactly one author with one."""
    authors = [value for value in page.values("author") if isinstance(value, dict)]
    bio = text_of(authors[0].get("description")) if len(authors) == 1 else ""
    return (bio, "json-ld") if _SHORTEST_BIO <= len(bio) <= LONGEST_BIO else ("", "")


def find_section(page: PageData) -> tuple[str, str]:
    """The section, such as `Opinion`, and where it was found; empty if there is none."""
    said = [(text_of(value), "json-ld") for value in page.values("articleSection")]
    said += [(text, f"meta {name}") for name in _SECTION for text in page.meta.get(name, [])]
    return next(
        (section for section in said if 0 < len(section[0]) <= LONGEST_SECTION and "://" not in section[0]), ("", "")
    )
