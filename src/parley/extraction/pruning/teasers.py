"""Removing lists of teasers: boxes side by side, each with a title that leads to another page and a few words."""

from collections.abc import Iterator

from lxml.html import HtmlElement

from parley.extraction.html.original_markup import letters_of

_BOXES = {"li", "div", "article", "section"}
_TITLES = ("h2", "h3", "h4", "h5", "h6")
_FEWEST, _MOST_LETTERS = 3, 500
_WHOLE_TITLE = 0.9


def drop_teasers(tree: HtmlElement, url: str | None) -> None:
    """Remove the boxes of each list of teasers from the page at `url`."""
    for parent in list(tree.iter("ul", "ol", "div", "section", "aside")):
        teasers = [box for box in parent if _is_teaser(box, url)]
        if len(teasers) >= _FEWEST and 2 * len(teasers) > len(parent):
            for box in teasers:
                box.drop_tree()


def _is_teaser(box: HtmlElement, url: str | None) -> bool:
    if box.tag not in _BOXES or len(letters_of(box.text_content())) > _MOST_LETTERS:
        return False
    titles = list(_titles(box))
    return len(titles) == 1 and _leads_elsewhere(titles[0], url)


def _titles(box: HtmlElement) -> Iterator[HtmlElement]:
    return (title for title in box.iter(*_TITLES) if letters_of(title.text_content()))


def _leads_elsewhere(title: HtmlElement, url: str | None) -> bool:
    """Whether a title as a whole leads to another page."""
    links = [*title.iter("a"), *title.iterancestors("a")]
    others = [link for link in links if (link.get("href") or "").partition("#")[0] not in {"", url}]
    linked = sum(len(letters_of(link.text_content())) for link in others)
    return linked >= _WHOLE_TITLE * len(letters_of(title.text_content()))
