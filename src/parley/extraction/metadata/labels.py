"""Lines that name an author in words: "Text: Ada Osei", "12.05.2026 | Ada Osei", or the name under the last line."""

import re
from collections.abc import Iterator
from itertools import islice, pairwise

from lxml.html import HtmlElement

from parley.extraction.metadata.names import BY, fold, names_in
from parley.extraction.metadata.page_words import PageWords

Named = Iterator[tuple[HtmlElement, list[str]]]
Lines = Iterator[tuple[HtmlElement, str]]

_MOST_PIECES, _MOST_BLOCKS = 10_000, 5_000
# More lines that may name somebody are a list of other articles.
_MOST_NAMED = 200
_LONGEST_LINE, _MOST_INSIDE = 80, 3
# Words that stand before an author's name and nothing else, so that they count anywhere on the page.
_LABEL = re.compile(
    r"^(?:autor(?:in|innen|en|es|a|as|in/autor)?|authors?|auteurs?|autore|forfatter|författare|texte?|testo|texto|tekst"
    r"|interview|redaktion(?=\s*:)"
    r"|(?:blog ?beitrag|(?:ein )?artikel|(?:ein )?beitrag|an article|un article|un artículo)"
    r" (?:von|by|de|par)"
    r"|(?:written|posted|words|story) by|(?:geschrieben|verfasst|erstellt|gespeichert) von"
    r"|escrito por|écrit par|rédigé par|scritto da|geschreven door|skriven av|skrevet av"
    r"|(?:von|by|par|por)(?=\s*:\s*$))"
    r"(?:\s*:\s*|,?$|(?<=by|on|en|de|ar|or|da|av)\s+)",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"^\W*(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2})[\s|,\u2013-]*"
    r"(?:\d{1,2}[:.]\d{2}(?:[:.]\d{2})?\s*(?:uhr|h)?\s*)?(?:[|\u2013-]\s*(?:redaktion:\s*)?|(?:von|by|par|por)\s+)",
    re.IGNORECASE,
)
_EDITED = re.compile(r"^(?:editor|edited by|redaktur|penyunting)(?:\s*:\s*|\s+|$)", re.IGNORECASE)
_MOST_ABOVE = 5
_EMPHASIS = ("b", "strong", "i", "em")


def labelled_names(tree: HtmlElement, sites: list[str]) -> Named:
    """The names after a word such as "Author:", or in a line of their own after "By" or a date, with their elements."""
    yield from ((element, _people(line, sites)) for element, line in islice(_after_labels(tree), _MOST_NAMED))
    after_by = [(element, _people(line, sites)) for element, line in islice(_after_by(tree), _MOST_NAMED)]
    # Lines that name different people are those of other articles.
    if len({*map(tuple, (names for _, names in after_by if names))}) == 1:
        yield from after_by


def edited_by(tree: HtmlElement) -> list[str]:
    """The names after "Editor:", whom some sites state as the author."""
    lines = islice(_after_labels(tree, _EDITED), _MOST_NAMED)
    return [name for _, line in lines for name in names_in(line, single=True)]


def _after_labels(tree: HtmlElement, label: re.Pattern[str] = _LABEL) -> Lines:
    pieces = tree.xpath(".//body//text()[normalize-space()]")[:_MOST_PIECES]
    for piece, following in pairwise([*pieces, ""]):
        line = " ".join(piece.split()) if len(piece) < 2 * _LONGEST_LINE else ""
        if line and (match := label.match(line)):
            yield piece.getparent(), line[match.end() :] or " ".join(following[:_LONGEST_LINE].split())


def _after_by(tree: HtmlElement) -> Lines:
    for block in islice(tree.iter("p", "div", "h4", "h5", "h6", "li", "small"), _MOST_BLOCKS):
        line = _line_of(block)
        if start := BY.match(line) or _DATED.match(line):
            yield block, line[start.end() :]


def signed_name(tree: HtmlElement, sites: list[str]) -> Named:
    """The name that stands alone and emphasised below the last paragraph, with its element."""
    for block in islice(tree.iter("p"), _MOST_BLOCKS):
        line = _line_of(block)
        if _is_emphasised(block) and _is_last(block):
            names = _people(line, sites)
            yield block, names if " ".join(names) == line else []


def above_the_text(heading: HtmlElement, sites: list[str], words: PageWords) -> list[str]:
    """The names that stand alone and emphasised in the last short paragraph above the text."""
    blocks = heading.xpath("following::p")[:_MOST_ABOVE]
    for block, following in pairwise(blocks):
        if len(following.text_content()) > 2 * _LONGEST_LINE > len(block.text_content()) and _is_emphasised(block):
            return _only_names(_line_of(block), sites, words)
    return []


def _only_names(line: str, sites: list[str], words: PageWords) -> list[str]:
    """The names of a line that has nothing else, and no word that the page also writes in small letters."""
    names = _people(line, sites)
    return names if fold("".join(names)) == fold(line) and not any(map(words.writes_small, names)) else []


def _is_emphasised(block: HtmlElement) -> bool:
    line = _line_of(block)
    return bool(line) and any(_line_of(element) == line for element in block.iter(*_EMPHASIS))


def _line_of(block: HtmlElement) -> str:
    """The text of an element with at most three descendants and fewer than 80 characters, else empty."""
    if sum(1 for _ in islice(block.iterdescendants(), 2 * _MOST_INSIDE)) > _MOST_INSIDE:
        return ""
    line = " ".join(block.text_content()[: 2 * _LONGEST_LINE].split())
    return line if len(line) < _LONGEST_LINE else ""


def _is_last(block: HtmlElement) -> bool:
    """Whether at least three paragraphs come before an element in its parent, and next to nothing after it."""
    before = sum(1 for _ in islice(block.itersiblings("p", preceding=True), 3))
    after = [sibling.text_content() for sibling in islice(block.itersiblings(), 3)]
    return before == 3 and len(after) < 3 and all(len(text.strip()) < _LONGEST_LINE // 2 for text in after)  # noqa: PLR2004


def _people(line: str, sites: list[str]) -> list[str]:
    names = names_in(line, sites=sites)
    return names if all(_is_person(name) for name in names) else []


def _is_person(name: str) -> bool:
    """Whether a name has two to four words and no punctuation or conjunction."""
    return 2 <= len(name.split()) <= 4 and name[0].isupper() and not re.search(r"[&!?()/„“]| und | and ", name)  # noqa: PLR2004
