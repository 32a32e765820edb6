"""Who wrote an article: what its page states in data, else the line under its heading.

An implausible name is left out: no byline is better than a wrong one.
"""

import re
from collections.abc import Iterator
from itertools import chain, islice, takewhile
from typing import Any

from lxml.html import HtmlElement

from parley.extraction.metadata.labels import above_the_text, labelled_names, signed_name
from parley.extraction.metadata.names import BY, DESKS, MOST_NAMES, fold, is_handle, is_name, names_in, tidy_name
from parley.extraction.metadata.page_data import Node, PageData, text_of, types_of
from parley.extraction.metadata.page_words import PageWords
from parley.extraction.metadata.site_names import is_link_to_author, names_of_site, not_authors, subjects
from parley.extraction.metadata.titles import heading_of

Byline = tuple[list[str], str]

_SCHOLARLY = ("citation_author", "dc.creator", "dcterms.creator", "dc.creator.personalname", "eprints.creators_name")
_META = (
    "author", "article:author", "og:article:author", "books:author", "book:author", "parsely-author", "byl",
    "sailthru.author", "cxenseparse:author", "cse_author", "vr:author", "shareaholic:article_author_name",
    "articleauthor",
)  # fmt: skip
_MARKED = (
    './/*[contains(concat(" ", @rel, " "), " author ") or contains(@itemprop, "author") or contains(@class, "byline")'
    ' or contains(@class, "author") or contains(@class, "Byline") or contains(@class, "Author")'
    ' or contains(@class, "auteur") or contains(@class, "autor") or contains(concat(" ", @class, " "), " writer ")'
    ' or contains(@data-testid, "byline") or contains(@data-testid, "author") or self::address'
    ' or contains(@id, "author") or contains(@id, "byline")]'
)
_GIVEN_NAMES = './/*[contains(@class, "given-name") or @itemprop = "givenName"]'
_ELSEWHERE = re.compile(
    r"comment|related|most-?read|recommend|sidebar|popular|trending|newsletter|reply|carousel|outbrain|taboola"
    r"|tweet|pull-?quote",
    re.IGNORECASE,
)
# What is around a teaser or the author's portrait, but in some sites' designs also around the whole article.
_SMALL = re.compile(r"tease|(?<!elementor-)widget|promo|(?<![\w-])(?:bio|card)(?!\w)|also|latest", re.IGNORECASE)
_PARAGRAPHS_OF_AN_ARTICLE, _MOST_LOOKED_AT = 6, 300
_SECTIONS = {"aside", "nav", "footer", "figcaption", "blockquote"}
_MOST_MARKED = 200
_LINES_BELOW, _LONGEST_LINE = 20, 120
_LONGEST_MARKED, _MOST_READ = 300, 2_000
_FEWEST_SUBJECTS = 3
_MOST_WORDS_OF_OFFICE = 4
_WRITTEN_BY = {
    "verfasst von", "geschrieben von", "écrit par", "escrito por", "scritto da", "geschreven door", "skrevet av",
}  # fmt: skip
_LAST_FIRST = re.compile(r"([^,]+), ([^,]+)")


def find_byline(page: PageData, title: str) -> Byline:
    """The names of the authors, at most ten, and where they were found; no names if none are plausible."""
    bylines = ((names, where) for names, where in _candidates(page, title) if names)
    return next(bylines, ([], ""))


def _candidates(page: PageData, title: str) -> Iterator[Byline]:
    others = not_authors(page)
    sites = [*names_of_site(page), *others]
    words = PageWords(page.tree)
    people = list(_stated_people(page, sites, others))
    used = [([name for name in names if words.has(name)], where) for names, where in people]
    heading = heading_of(page.tree, title)
    below = [] if heading is None else _names_below(heading, sites)
    stated = next((names for names, _ in used if names), [])
    # What readers see below the heading counts where data names somebody else, such as who posted the article.
    yield [] if {*map(fold, stated)} & {*map(fold, below)} else below, "byline"
    yield from used
    yield _credible(words, _join_names(_of_preview(page), sites)), "meta twitter:data"
    others_too = [*sites, *subjects(page)]
    yield from _on_the_page(page, heading, others_too)
    if heading is not None:
        yield above_the_text(heading, others_too, words), "byline"
    yield from ((_credible(words, names), where) for names, where in people)
    yield _credible(words, _organisations(page, sites)), "json-ld"
    yield from _own_site(page, others)
    yield from _stated_fallback(page, others, words)


def _stated_people(page: PageData, sites: list[str], others: list[str]) -> Iterator[Byline]:
    yield _people(page, sites, others), "json-ld"
    yield _scholarly_authors(page), "citation"
    holders = fold(" ".join(page.meta.get("copyright", [])))
    for name in _META:
        yield (
            _join_names([text for text in page.meta.get(name, []) if fold(text) not in holders], sites),
            f"meta {name}",
        )


def _credible(words: PageWords, names: list[str]) -> list[str]:
    """The names that the page itself uses, or all. WordPress states who posted an article, seldom who wrote it."""
    return [name for name in names if words.has(name) or not words.has("wp-content")]


def _of_preview(page: PageData) -> list[str]:
    """The author in the data for a link's preview: a label in the page's language, and a text."""
    pairs = ((page.first_meta(f"twitter:label{n}"), page.first_meta(f"twitter:data{n}")) for n in (1, 2))
    return [text.partition(" @")[0] for label, text in pairs if BY.match(label) or label.casefold() in _WRITTEN_BY]


def _people(page: PageData, sites: list[str], others: list[str]) -> list[str]:
    people = [node for node in page.values("author") if isinstance(node, dict) and "Person" in types_of(node)]
    plain = [node for node in page.values("author") if isinstance(node, str)]
    known = _publishers(page) | {fold(name) for name in others}
    named = [text_of(node.get("name")) for node in people]
    names = _join_names([name for name in named if fold(name) not in known], [], single=True)
    return [name for name in names if fold(name) not in known] or _join_names(plain, sites)


def _publishers(page: PageData) -> set[str]:
    """The folded names of the site and of publishers, which blog software may state as a person."""
    nodes = [*page.values("publisher"), *page.nodes.values()]
    organisations = [node for node in nodes if isinstance(node, dict) and "Person" not in types_of(node)]
    named = {fold(text_of(node.get("name"))) for node in organisations if _is_organisation(node)}
    return named | {fold(name) for name in page.meta.get("og:site_name", [])}


def _is_organisation(node: Node) -> bool:
    return any(kind.endswith("Organization") or kind == "WebSite" for kind in types_of(node))


def _organisations(page: PageData, sites: list[str]) -> list[str]:
    named = [text_of(node.get("name")) for node in page.values("author") if isinstance(node, dict)]
    known = {fold(site) for site in sites} | _publishers(page)
    hosts = [label for label in page.host.split(".")[:-1] if len(label) > 2]  # noqa: PLR2004 "n-tv" but not "co"
    kept = [name for name in named if fold(name) not in known and not any(fold(label) in fold(name) for label in hosts)]
    return _join_names(kept, sites, single=True)[:1]


def _own_site(page: PageData, others: list[str]) -> Iterator[Byline]:
    """A marked author whose name is also the site's, as on a personal site."""
    for element in filter(_is_explicit, _marked_authors(page, set())):
        yield _names_of(element, others, single=True, handles=True), "rel=author"


def _stated_fallback(page: PageData, others: list[str], words: PageWords) -> Iterator[Byline]:
    """What the page states as the author where it names nobody: its desk, its own organisation, or initials."""
    known = {fold(name) for name in page.site_names}
    stated = [(text_of(value), "json-ld") for value in page.values("author")][:1]
    stated += [(text, f"meta {name}") for name in _META for text in page.meta.get(name, [])[:1]]
    yield _editorial_office(page), "byline"
    for name, where in ((BY.sub("", text), where) for text, where in stated if text not in others):
        if fold(name) in known and "." not in name:
            yield [name], where
        elif _is_fallback_name(name):
            yield _credible(words, [name]), where


def _editorial_office(page: PageData) -> list[str]:
    """The editorial office, where the page marks it as the author."""
    names = (tidy_name(_line_of(author)) for author in _marked_authors(page, set()))
    return [name for name in names if _is_office(name)][:1]


def _is_fallback_name(text: str) -> bool:
    return is_name(text, single=True) or is_handle(text) or _is_office(text)


def _is_office(name: str) -> bool:
    """Whether a name is that of an editorial office: "Redaktion", "Example News Staff"."""
    words = name.casefold().split()
    return len(words) <= _MOST_WORDS_OF_OFFICE and not DESKS.isdisjoint(words)


def _scholarly_authors(page: PageData) -> list[str]:
    stated_names = next((page.meta[name] for name in _SCHOLARLY if name in page.meta), [])
    turned = (_LAST_FIRST.sub(r"\2 \1", name) if name.count(",") == 1 else name for name in stated_names)
    return _join_names(list(turned), names_of_site(page))


def _join_names(texts: list[str], sites: list[str], *, single: bool = False) -> list[str]:
    names = (name for text in texts[:MOST_NAMES] for name in names_in(text, sites=sites, single=single))
    return list({fold(name): name for name in names}.values())[:MOST_NAMES]


def _on_the_page(page: PageData, heading: HtmlElement | None, sites: list[str]) -> Iterator[Byline]:
    frame = set() if heading is None else set(heading.iterancestors())
    marked = _marked_authors(page, frame)
    host = fold(page.host)
    explicit: dict[HtmlElement | None, list[HtmlElement]] = {}
    for element in filter(_is_explicit, marked):
        explicit.setdefault(element.getparent(), []).append(element)
    for beside in explicit.values():
        names = [name for element in beside for name in _names_of(element, sites, single=True, handles=True)]
        # A blog's software marks the site itself as the author.
        yield [name for name in dict.fromkeys(names) if fold(name) not in host][:MOST_NAMES], "rel=author"
    yield from ((_names_of(element, sites, single=False), "byline") for element in marked)
    after_by = (element for element in marked if BY.match(_line_of(element)))
    yield from ((_names_of(element, sites, single=True, handles=True), "byline") for element in after_by)
    named = (element for element in marked if "author" in (element.get("class") or "").split())
    yield from ((_single(element, sites), "byline") for element in named)
    # Above the heading are links to whoever reads the page.
    below = page.tree.iter("a") if heading is None else heading.xpath("following::a")
    links = islice(filter(is_link_to_author, below), _MOST_MARKED)
    yield from ((_names_of(link, sites, single=False), "byline") for link in links if not _is_elsewhere(link, frame))
    in_words = chain(labelled_names(page.tree, sites), signed_name(page.tree, sites))
    yield from ((names, "byline") for element, names in in_words if names and not _is_elsewhere(element, frame))


def _marked_authors(page: PageData, frame: set[HtmlElement]) -> list[HtmlElement]:
    """What is marked as an author, but not another article's."""
    return [element for element in page.tree.xpath(_MARKED)[:_MOST_MARKED] if not _is_elsewhere(element, frame)]


def _names_below(heading: HtmlElement, sites: list[str]) -> list[str]:
    """The names in a line that begins with "By", shortly after the main heading."""
    pieces = heading.xpath("following::text()[normalize-space()]")[:_LINES_BELOW]
    following = (piece.strip() for piece in takewhile(lambda piece: not _is_prose(piece), pieces))
    lines = list(takewhile(lambda line: len(line) < _LONGEST_LINE, following))
    names = (names_in("\n".join(lines[at : at + 2]), sites=sites) for at, line in enumerate(lines) if _is_by(line))
    return next(names, [])


def _is_by(line: str) -> bool:
    return bool(BY.match(line)) and line[0] not in ":\uff1a"


def _is_prose(piece: Any) -> bool:
    """Whether a text is in a paragraph that is longer than a byline, or within one, far from its start and its end."""
    element = piece.getparent()
    paragraph = next((ancestor for ancestor in (element, *element.iterancestors()) if ancestor.tag == "p"), None)
    words = "" if paragraph is None else paragraph.text_content().strip()
    before = words.find(piece.strip())
    after = len(words) - before - len(piece.strip())
    return len(words) > _LONGEST_MARKED or min(before, after) > _LONGEST_LINE // 2


def _single(element: HtmlElement, sites: list[str]) -> list[str]:
    """The name that is all there is in an element; one word can be one."""
    name = tidy_name(_line_of(element))
    return [name] if is_name(name, single=True) and fold(name) not in map(fold, sites) else []


def _is_explicit(element: HtmlElement) -> bool:
    """Whether an element is marked as the author's name: by a link's relation, a property or a microformat."""
    if "author" in f"{element.get('rel')} {element.get('itemprop')}":
        return True
    classes = {*(element.get("class") or "").split()}
    return {"author", "vcard"} <= classes or "p-author" in classes or is_link_to_author(element)


def _names_of(element: HtmlElement, sites: list[str], *, single: bool, handles: bool = False) -> list[str]:
    pieces = _texts_of(element)
    if len(pieces) > _LONGEST_MARKED:
        return []
    names = names_in(pieces, sites=sites, single=single, handles=handles)
    # Several single words are subjects: "Storage, Solar, Wind".
    return names if sum(" " not in name for name in names) < _FEWEST_SUBJECTS else []


def _texts_of(element: HtmlElement) -> str:
    """The texts in an element, a line each; a name that is set in several elements is one line."""
    texts: list[str] = []
    for text in element.itertext():
        if texts and text[:1].islower() and min(len(text), len(texts[-1])) == 1 and texts[-1][-1].isalpha():
            texts[-1] += text  # a letter in a design of its own: "<i>A</i>da Osei"
        else:
            texts.append(text)
    is_in_parts = len(element.xpath(_GIVEN_NAMES)) == 1
    return (" " if is_in_parts else "\n").join(text.strip(" \t\r") for text in texts if text.strip())


def _line_of(element: HtmlElement) -> str:
    """The beginning of an element's text."""
    return " ".join(element.text_content()[:_MOST_READ].split())[:_LONGEST_LINE]


def _is_elsewhere(element: HtmlElement, frame: set[HtmlElement]) -> bool:
    """Whether an element belongs to comments or teasers of other articles; `frame` is around the article's heading."""
    around = [ancestor for ancestor in (element, *element.iterancestors()) if ancestor not in frame]
    # Many designs say who wrote the article in its footer, or in an address beside the text.
    own = {"footer", "aside"} if any(ancestor.tag == "address" for ancestor in around) else {"footer"}
    boxes = [
        ancestor
        for ancestor in around
        if ancestor.tag not in ("body", "html") and not _is_own_part(ancestor, own, frame)
    ]
    return any(box.tag in _SECTIONS or _is_named_elsewhere(box) for box in boxes)


def _is_own_part(box: HtmlElement, own: set[str], frame: set[HtmlElement]) -> bool:
    return box.tag in own and next(box.iterancestors("article"), None) in frame


def _is_named_elsewhere(box: HtmlElement) -> bool:
    if box.get("itemprop") in ("comment", "review"):
        return True
    named = f"{box.get('class', '')} {box.get('id', '')}"
    return bool(_ELSEWHERE.search(named) or (_SMALL.search(named) and not _is_large(box)))


def _is_large(box: HtmlElement) -> bool:
    inside = islice(box.iter(), _MOST_LOOKED_AT)
    return sum(element.tag == "p" for element in inside) >= _PARAGRAPHS_OF_AN_ARTICLE
