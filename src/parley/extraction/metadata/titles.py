"""The title of an article: the heading that readers see, without the site's name."""

import re
from collections.abc import Iterable, Iterator

from lxml.html import HtmlElement

from parley.extraction.metadata.names import fold
from parley.extraction.metadata.page_data import PageData, text_of

_META = ("citation_title", "og:title", "twitter:title", "dc.title", "dcterms.title", "parsely-title", "title")
# A separator between a title and its site, with spaces where it may also occur in a title.
_SEPARATOR = re.compile(
    r"\s+[|\u00b7\u2022\u00bb\u00ab*\u203a/\\\u2013\u2014-]{1,2}\s+|\s*[|_\uff5c]\s*|(?<=\w)[:\uff1a]\s*(?=[^\s:]+$)"
)
_DATE = re.compile(r"\W*\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\W*")
_LONGEST = 300
_SHORTEST_SITE = 4  # letters, within a longer name
_ALIKE = 0.5
_FEWEST_WORDS, _FEWEST_SIGNS = 4, 12  # of a title that the page does not state


def find_title(page: PageData) -> tuple[str, str]:
    """The title and where it was found; empty if there is none."""
    sites = _sites(page)
    said = [(without_site(text, sites), where) for text, where in _stated_titles(page) if text]
    said = [(text, where) for text, where in said if text and fold(text) not in sites]
    heading = _heading(page.tree, [text for text, _ in said], sites)
    return (heading, "heading") if heading else next(iter(said), ("", ""))


def heading_of(tree: HtmlElement, title: str) -> HtmlElement | None:
    """The heading that shows a title, else the first main heading."""
    headings = list(tree.iter("h1", "h2", "h3"))
    same = (heading for heading in headings if title and fold(heading.text_content()) == fold(title))
    return next(same, next((heading for heading in headings if heading.tag == "h1"), None))


def without_site(title: str, sites: Iterable[str]) -> str:
    """A title without the names of its site and dates at its start or end, set off by separators."""
    parts = list(_split_title(title))
    while len(parts) > 1 and _is_site(parts[-1][1], sites):
        parts.pop()
    while len(parts) > 1 and _is_site(parts[0][1], sites):
        parts[1] = ("", parts[1][1])
        del parts[0]
    return "".join(f"{separator}{part}" for separator, part in parts).strip()


def _split_title(title: str) -> Iterator[tuple[str, str]]:
    separator, at = "", 0
    for match in _SEPARATOR.finditer(title):
        yield separator, title[at : match.start()]
        separator, at = match[0], match.end()
    yield separator, title[at:]


def _is_site(part: str, sites: Iterable[str]) -> bool:
    name = fold(part)
    return not name or bool(_DATE.fullmatch(part)) or any(_same_site(name, site) for site in sites)


def _same_site(name: str, site: str) -> bool:
    begins_or_ends = len(site) >= _SHORTEST_SITE and (name.startswith(site) or name.endswith(site))
    return name == site or (begins_or_ends and len(name) < 3 * len(site))


def _sites(page: PageData) -> set[str]:
    labels = page.host.split(".")
    own = fold(text_of(page.tree.findtext(".//title")))
    return {fold(name) for name in (*page.site_names, page.host, *labels[:-1])} - {"", own}


def _stated_titles(page: PageData) -> Iterator[tuple[str, str]]:
    yield from ((text_of(value), "json-ld") for value in page.values("headline"))
    for name in _META:
        yield from ((text, f"meta {name}") for text in page.meta.get(name, [])[:1])
    yield text_of(page.tree.findtext(".//title")), "title"


def _heading(tree: HtmlElement, said: list[str], sites: set[str]) -> str:
    """The heading that is, or else resembles, what the page says its title is; else the only one that can be a title.

    Some pages state a title of their own for search engines.
    """
    headings = _texts(tree.iter("h1"), sites)
    if not said:
        return headings[0] if len(headings) == 1 else ""
    folded = {fold(title) for title in said}
    same = (text for text in [*headings, *_smaller_headings(tree, sites)] if fold(text) in folded)
    alike = [text for text in headings if any(_are_alike(text, title) for title in said)]
    closest = max(alike, key=lambda text: max(len(_words(text) & _words(title)) for title in said), default="")
    return next(same, "") or _smaller_heading(tree, said, sites) or closest or _only_heading(tree, sites)


def _only_heading(tree: HtmlElement, sites: set[str]) -> str:
    """The only main heading that leads to no other page, if it is as long as a title."""
    own = [heading for heading in tree.iter("h1") if not [*heading.iter("a"), *heading.iterancestors("a", "aside")]]
    texts = _texts(own, sites)
    return texts[0] if len(texts) == 1 and _may_be_title(texts[0]) else ""


def _may_be_title(text: str) -> bool:
    """Whether a text is longer than most names of sites and sections; not all scripts have spaces."""
    return len(text.split()) >= _FEWEST_WORDS or (not text.isascii() and len(text) >= _FEWEST_SIGNS)


def _smaller_heading(tree: HtmlElement, said: list[str], sites: set[str]) -> str:
    """The smaller heading with which the title begins, on pages whose only main heading is the site's name."""
    texts = _smaller_headings(tree, sites)
    return next(
        (text for text in texts if any(_SEPARATOR.match(title, len(text)) for title in said if title.startswith(text))),
        "",
    )


def _smaller_headings(tree: HtmlElement, sites: set[str]) -> list[str]:
    return [text for text in _texts(tree.iter("h2", "h3"), sites) if len(text.split()) > 1 or not text.isascii()]


def _texts(headings: Iterable[HtmlElement], sites: set[str]) -> list[str]:
    texts = (" ".join(heading.text_content().split()) for heading in headings)
    return list(dict.fromkeys(text for text in texts if 0 < len(text) <= _LONGEST and fold(text) not in sites))


def _are_alike(one: str, other: str) -> bool:
    short, long = sorted((fold(one), fold(other)), key=len)
    words, others = _words(one), _words(other)
    return (short in long and 2 * len(short) > len(long)) or len(words & others) >= _ALIKE * max(
        min(len(words), len(others)), 1
    ) > 0


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.casefold()) if len(word) > 2 or not word.isascii()}  # noqa: PLR2004
