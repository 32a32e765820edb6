"""Names on a page that are not its author's: of its site, its sections, its editors and the site's own account."""

import re
from itertools import chain, islice

from lxml.html import HtmlElement

from parley.extraction.metadata.labels import edited_by
from parley.extraction.metadata.names import NOBODY, fold
from parley.extraction.metadata.page_data import PageData, text_of

_TO_AUTHOR = re.compile(
    r"/(?:authors?|editors|autore?n?s?|auteurs?|by|people|staff|profile|contributors?|journalists?|writers?|redakteure?"
    r"|penulis|редакция|autor[aei]?s?|reporter|team)/[^/]",
    re.IGNORECASE,
)
_TO_CATEGORY = re.compile(r"/categor(?:y|ies)/", re.IGNORECASE)
_TAGS = './/a[contains(@rel, "tag")]'
_STEPS = './/*[contains(@itemtype, "schema.org/ListItem")]'
_MOST_LINKS, _MOST_IN_STEP, _LONGEST = 200, 10, 120
_LONG_WORD = 4


def names_of_site(page: PageData) -> list[str]:
    """The names of the site itself, which do not count as bylines: "Example News", "example", "example.org"."""
    labels = page.host.split(".")
    variants = (f"{name} {kind}" for name in page.site_names for kind in ("Online", "Magazine"))
    return [*page.site_names, page.host, *labels[:-1], *variants]


def not_authors(page: PageData) -> list[str]:
    """The article's editors, the site's categories, and the names of the account that belongs to the site."""
    stated = (
        (text_of(value), value.get("url") or value.get("@id"))
        for value in page.values("author")
        if isinstance(value, dict)
    )
    shown = ((_text(link), link.get("href")) for link in _links_to_authors(page))
    accounts = (name for name, address in chain(stated, shown) if _is_of_site(name, address, page))
    return [*edited_by(page.tree), *_categories(page), *accounts]


def subjects(page: PageData) -> list[str]:
    """What links to tags and the steps of a breadcrumb say, but for names that also link to an author."""
    authors = fold("\n".join(map(_text, _links_to_authors(page))))
    inside = (islice(step.iter(), _MOST_IN_STEP) for step in page.tree.xpath(_STEPS)[:_MOST_LINKS])
    steps = (element for element in chain.from_iterable(inside) if element.tag == "a")
    names = map(_text, chain(page.tree.xpath(_TAGS)[:_MOST_LINKS], steps))
    return [name for name in dict.fromkeys(names) if fold(name) not in authors]


def is_link_to_author(element: HtmlElement) -> bool:
    return element.tag == "a" and bool(_TO_AUTHOR.search(element.get("href") or ""))


def _links_to_authors(page: PageData) -> list[HtmlElement]:
    return [*islice(filter(is_link_to_author, page.tree.iter("a")), _MOST_LINKS)]


def _categories(page: PageData) -> set[str]:
    links = (link for link in page.tree.iter("a") if _TO_CATEGORY.search(link.get("href") or ""))
    return {_text(link) for link in islice(links, _MOST_LINKS)}


def _text(link: HtmlElement) -> str:
    return " ".join(link.text_content()[:_LONGEST].split())


def _is_of_site(name: str, address: object, page: PageData) -> bool:
    """Whether an account such as "/author/admin/" is named like the site. On a blog it may be a person's."""
    is_admin = isinstance(address, str) and address.rstrip("/").rpartition("/")[2].casefold() in NOBODY
    return is_admin and any(len(word) >= _LONG_WORD and fold(word) in fold(page.host) for word in name.split())
