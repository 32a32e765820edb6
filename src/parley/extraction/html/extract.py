"""Finding the article in a web page, and its metadata."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from copy import deepcopy
from itertools import islice

import lxml.html
import msgspec
import trafilatura
from lxml.html import HtmlElement
from trafilatura.readability_lxml import Document
from trafilatura.settings import Document as Found

from parley.extraction.errors import CannotImport
from parley.extraction.html.original_markup import as_html, letters_of, restore_markup, runs
from parley.extraction.html.page import parse
from parley.extraction.html.sanitiser import sanitise
from parley.extraction.maths.finding import take_formulas
from parley.extraction.metadata.names import fold, names_in
from parley.extraction.metadata.reading import Metadata, read_metadata
from parley.extraction.notes.finding import take_notes
from parley.extraction.pruning.furniture import drop_furniture, drop_hidden, drop_teasers, mark_captions
from parley.extraction.pruning.lines import drop_lines
from parley.extraction.text.decoding import Decoded, decode_text
from parley.extraction.text.tokens import Tokens
from parley.platform.text.messages import N_

_BOXES = ("div", "section")
_LONG = 80  # letters of a paragraph
_MOST_CHUNKS, _MOST_LEVELS, _MOST_PLACES = 40, 6, 50
# A list of articles or posts has more text between its boxes: titles, names, dates.
_MOST_BETWEEN = 0.01
_Place = tuple[HtmlElement, tuple[str, ...]]
_GRAM = 8  # letters
# How much longer than trafilatura's reading readability's may be where it has most of the same text; up to _LONGEST, or
# down to _SHORTER, where one of them has all of the other.
_LONGER = (1.02, 1.6)
_LONGEST, _SHORTER = 6, 0.5
_COVERAGE, _ALL = 0.95, 0.99  # of the runs of _GRAM letters
_FEW_LINKS = 0.3  # of the letters
# A reading is cluttered where more than this share of its letters is in lines this short, and in links.
_SHORT_LINE, _CLUTTERED = 80, 0.15
_FIRST_LINES = 5  # in which a byline stands
_BESIDE_NAMES = 6  # words, such as "Written by" and a role
_MOSTLY_FOUND = 0.9
# What surrounds an article, if anything does, and how much of a page without it a reading must have found.
_AROUND, _MOST_OF_PAGE = ("nav", "aside", "footer", "form", "button", "iframe", "script"), 0.6
_FEWEST_LETTERS = 25  # an article has more, unless there is nothing else on its page
_MORE_TO_COME = ("script", "form", "iframe")
NO_ARTICLE = N_(
    "No article was found on that page: it may need JavaScript or a login. "
    "Open it in your browser, copy the text, and paste it here."
)


class Extracted(Metadata, frozen=True, kw_only=True):
    """An article as found in a page. `html` is sanitised, `images` are the absolute addresses of its pictures.

    `encoding` is the one in which the text was read (None for a pasted text), and `sure` says whether another one is
    unlikely.
    """

    html: str
    images: tuple[str, ...] = ()
    encoding: str | None = None
    sure: bool = True


def extract_html(
    data: bytes | str, *, url: str | None, charset: str | None = None, chosen: str | None = None
) -> Extracted:
    """Find the article in a page. `url` is the page's address, `charset` the one in its HTTP header.

    `chosen` is the encoding that a reader chose.

    Raises CannotImport when the page has no article that can be read.
    """
    read = decode_text(data, charset, chosen) if isinstance(data, bytes) else Decoded(data, "")
    tree = parse(read.text, url)
    metadata = read_metadata(deepcopy(tree), url)
    is_all = _has_little_else(tree)
    tokens = Tokens("".join(tree.itertext()))
    take_formulas(tree, tokens)
    drop_hidden(tree)
    drop_furniture(tree)
    drop_teasers(tree, url)
    join_chunks(tree)
    mark_captions(tree)
    notes = take_notes(tree, url, tokens)
    article = lxml.html.fragment_fromstring(_article(tree, url), create_parent="div")
    drop_lines(article, url)
    _drop_byline(article, metadata.byline)
    letters = len(letters_of(article.text_content()))
    if not letters or (letters < _FEWEST_LETTERS and not is_all):
        error = CannotImport(NO_ARTICLE)
        error.found = Extracted(html="", **msgspec.structs.asdict(metadata))
        raise error
    images = dict.fromkeys(src for picture in article.iter("img") if (src := picture.get("src")))
    text = "".join([article.text or "", *(lxml.html.tostring(part, encoding="unicode") for part in article)])
    html = tokens.replaced(text + tokens.replaced(notes.referred(text, tokens)))
    return Extracted(
        html=html,
        images=tuple(images),
        encoding=read.encoding or None,
        sure=read.sure,
        **msgspec.structs.asdict(metadata),
    )


def _has_little_else(tree: HtmlElement) -> bool:
    """Whether a page is as short as a text may be, and nothing can bring more."""
    is_ready = next(tree.iter(*_MORE_TO_COME), None) is None
    return is_ready and len(letters_of(tree.text_content())) < 2 * _FEWEST_LETTERS


def _drop_byline(article: HtmlElement, byline: tuple[str, ...]) -> None:
    """Remove the byline from the first lines of the article, since it is shown above it, and the author's portrait."""
    known = [fold(name) for name in byline]
    for picture in [img for img in article.iter("img") if fold(img.get("alt") or "") in known]:
        picture.drop_tree()
    for run in runs(article)[:_FIRST_LINES]:
        if known and [fold(name) for name in names_in(run.text, single=True)] == known and is_short(run.text, byline):
            run.drop()


def is_short(line: str, byline: tuple[str, ...]) -> bool:
    """Whether a line has little more than the names of a byline."""
    return len(line.split()) <= len(" ".join(byline).split()) + _BESIDE_NAMES


def _article(tree: HtmlElement, url: str | None) -> str:
    reading = _read(tree, url)
    if reading is None:
        return ""
    around, share = restore_markup(tree, deepcopy(reading))
    chosen = around if share >= _MOSTLY_FOUND else reading
    return sanitise(lxml.html.tostring(chosen, encoding="unicode", with_tail=False), base_url=url, boxes=True)


def _read(tree: HtmlElement, url: str | None) -> HtmlElement | None:
    """Return the better of two readings: trafilatura's, or readability's if that has the same text and more.

    Trafilatura is precise, but sometimes leaves out a part of the text. Readability scores whole boxes and keeps such
    parts, but finds the article less reliably. So it is used only where it agrees. A page that has nothing but its
    article is taken as it is.
    """
    careful = _by_trafilatura(tree, url)
    if careful is not None and _is_only_article(tree, careful):
        return deepcopy(tree.find("body"))
    whole = _by_readability(tree)
    if careful is None or whole is None:
        return careful if whole is None else whole
    return whole if _is_better(whole, careful) else careful


def _is_only_article(tree: HtmlElement, reading: HtmlElement) -> bool:
    """Whether a page has nothing around its article, as programs write it from Markdown, LaTeX or Word."""
    body = tree.find("body")
    if body is None or next(tree.iter(*_AROUND), None) is not None or _link_share(body) > _FEW_LINKS / 3:
        return False
    words, all_words = (sum(len(part) for run in runs(root) for part in run.parts) for root in (reading, body))
    return words > _MOST_OF_PAGE * all_words


def _by_trafilatura(tree: HtmlElement, url: str | None) -> HtmlElement | None:
    document = trafilatura.bare_extraction(
        deepcopy(tree),
        # Without the text as Markdown, which is not used, and costs the square of the length of a list.
        output_format="xml",
        url=url,
        include_comments=False,
        include_images=True,
        include_links=True,
        include_formatting=True,
    )
    return as_html(document.body) if isinstance(document, Found) and document.body is not None else None


def _by_readability(tree: HtmlElement) -> HtmlElement | None:
    summary = Document(deepcopy(tree)).summary()
    whole = lxml.html.document_fromstring(f"<body>{summary}</body>").find("body")
    return whole if whole is not None and letters_of(whole.text_content()) else None


def _is_better(whole: HtmlElement, careful: HtmlElement) -> bool:
    words, known = letters_of(whole.text_content()), letters_of(careful.text_content())
    if not words or len(known) < _FEWEST_LETTERS:
        return len(words) > _FEWEST_LETTERS
    linked, longer = _link_share(whole), len(words) / len(known)
    if longer < 1:
        # Teasers of other articles make the careful reading longer: short lines, most of them links.
        return longer > _SHORTER and linked < _FEW_LINKS / 5 and _is_cluttered(careful) and _contains(known, words)
    if longer > _LONGER[1]:
        return longer < _LONGEST and linked < _FEW_LINKS / 3 and _contains(words, known)
    return longer > _LONGER[0] and linked < _FEW_LINKS and _share(_grams(known), _grams(words)) >= _COVERAGE


def _contains(one: str, other: str) -> bool:
    return _share(_grams(other), _grams(one)) >= _ALL


def _is_cluttered(reading: HtmlElement) -> bool:
    sizes = [len("".join(run.parts)) for run in runs(reading)]
    return (
        sum(size for size in sizes if size < _SHORT_LINE) > _CLUTTERED * sum(sizes)
        and _link_share(reading) > _CLUTTERED
    )


def _link_share(reading: HtmlElement) -> float:
    """The share of letters in links."""
    linked = sum(len(letters_of(link.text_content())) for link in reading.iter("a"))
    return linked / max(len(letters_of(reading.text_content())), 1)


def _grams(text: str) -> Counter[str]:
    return Counter(text[at : at + _GRAM] for at in range(max(len(text) - _GRAM + 1, 1)))


def _share(part: Counter[str], whole: Counter[str]) -> float:
    return (part & whole).total() / part.total()


def join_chunks(tree: HtmlElement) -> None:
    """Move the paragraphs of the later boxes into the first, where boxes of one design have hardly any text between."""
    places: dict[_Place, list[HtmlElement]] = defaultdict(list)
    for box in tree.iter(*_BOXES):
        if any(len(paragraph.text_content()) >= _LONG for paragraph in box.iterchildren("p")):
            for place in _places(box):
                places[place].append(box)
    joined: set[HtmlElement] = set()
    several = [(place, boxes) for place, boxes in places.items() if 1 < len(boxes) <= _MOST_CHUNKS]
    for (around, _), boxes in sorted(several, key=lambda place: len(place[0][1]))[:_MOST_PLACES]:
        if joined.isdisjoint(boxes) and _is_one_text(around, boxes):
            boxes[0].extend([part for box in boxes[1:] for part in box])
            joined.update(boxes)


def _places(box: HtmlElement) -> Iterator[_Place]:
    """Each of the elements around a box, without its parent, and the designs of what is between them."""
    designs = [_design(box)]
    for inner, around in zip(
        islice(box.iterancestors(), _MOST_LEVELS), islice(box.iterancestors(), 1, None), strict=False
    ):
        if inner.tag not in _BOXES:
            return
        designs.append(_design(inner))
        yield around, tuple(designs)


def _design(box: HtmlElement) -> str:
    return f"{box.tag!r} {box.get('class')}"


def _is_one_text(around: HtmlElement, boxes: list[HtmlElement]) -> bool:
    text = sum(len(box.text_content()) for box in boxes)
    children = list(around)
    first, last = (
        next(at for at, child in enumerate(children) if box in child.iter()) for box in (boxes[0], boxes[-1])
    )
    whole = sum(len(child.text_content()) for child in children[first : last + 1])
    return whole - text <= _MOST_BETWEEN * text
