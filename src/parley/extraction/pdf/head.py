"""The head of an article on its first page: title, authors and date."""

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import dropwhile, pairwise

import dateparser  # type: ignore[import-untyped]
import msgspec

from parley.extraction.html.boilerplate import TopLines, facts_in
from parley.extraction.metadata.names import fold
from parley.extraction.pdf.authors import BROKEN, DATE, GROUP, LABEL, PLACE, authors_below, read_names
from parley.extraction.pdf.blocks import TextBlock
from parley.extraction.pdf.footnotes import is_raised
from parley.extraction.pdf.hyphens import join_texts
from parley.extraction.pdf.properties import LONGEST_TITLE, Properties, stands_in
from parley.extraction.pdf.typography import Typography
from parley.extraction.pdf.words import Line
from parley.extraction.text.words import WORD

_LARGER, _AS_LARGE = 1.15, 0.95  # than the text
_MOST_TITLE_LINES, _MOST_BLOCKS = 6, 40
_SHORT = 12  # letters
_MOST_WORDS_IN_SMALL_LETTERS, _MOSTLY_LETTERS = 6, 0.8
_PROSE = 30  # words, or signs in scripts without spaces: a longer block is text, unless it is an address
_SENTENCE, _FEWEST_IN_SENTENCE = (
    re.compile(r"[.!?\u2026\u3002\uff0e\uff01\uff1f\u061f]['\"\u2019\u201d\u300d)\]]*$"),
    10,
)
_VERSION = re.compile(r"v(?:ersion)?\.?\s?\d", re.IGNORECASE)
_ADDRESS = re.compile(r"\S{1,64}@\S+")  # RFC 5321: a local part has at most 64 letters
_SUBTITLE = 0.75  # of the title's size
_TYPESET = re.compile(r"\([^()]*(?:typeset|generated|latex)[^()]*\)", re.IGNORECASE)
_OF_REVIEW = re.compile(r"\b(?:received|revised|submitted|accepted)\b", re.IGNORECASE)
_SLASHED = re.compile(r"^(\d{4})/(\d\d)/(\d\d)$")
# The site's name, in the title of a page that was printed to a PDF.
_OF_SITE = re.compile(r"\s+[|\u00b7\u2013\u2014-]\s+[^|\u00b7\u2013\u2014]{2,150}$")
# What journals print in large letters besides the title: the kind of an article, their own name, an address.
_RUBRIC = re.compile(
    r"(?:(?:original|research|review|regular|short|invited|full|brief|technical|functional|survey|term|white|working)\s+)+"
    r"(?:articles?|papers?|reports?|communications?|pearls?|letters?)|(?:\w+\s+){0,2}journal of\b.*"
    r"|(?:https?:|doi\b|www\.).*",
    re.IGNORECASE,
)
_NOTE_MARK = re.compile(r"\s*[*†‡§¶∗⋆]+$")  # noqa: RUF001 signs of typesetters
_MOST_DATE_WORDS = 10
_STAMP = re.compile(
    r"arXiv:(?P<number>\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?\s*(?:\[.*?\]\s*)?"
    r"(?P<date>\d{1,2} \w{3} \d{4})"
)


class Head(msgspec.Struct):
    """What stands above the text. `where` says for each fact where it was found."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    canonical_url: str | None = None
    where: dict[str, str] = {}


def take_head(
    blocks: list[TextBlock], typography: Typography, properties: Properties, stamp: str
) -> tuple[Head, list[TextBlock]]:
    """Read the head and return it with the blocks that are left. `stamp` is text at the side of the first page."""
    head = Head()
    first = blocks[0].page if blocks else 1
    opening = [block for block in blocks if block.page == first]
    text = _ADDRESS.sub(" ", " ".join(block.text for block in opening))
    title = _find_title(opening, typography, properties, head)
    end = title[1]
    beside = _matter(blocks, end, first)
    _find_authors([line for block in beside for line in block.lines], properties, text, head)
    _find_date([line.text for block in beside for line in block.lines], stamp, head)
    gone = {id(block) for block in [*blocks[title[0] : end], *beside]} if head.title else set()
    return head, [block for block in blocks if id(block) not in gone]


def _find_title(
    blocks: Sequence[TextBlock], typography: Typography, properties: Properties, head: Head
) -> tuple[int, int]:
    """Set the title, and return the blocks that it takes as (first, after the last)."""
    sizes = [block.size if _may_be_title(block) else 0.0 for block in blocks]
    for at, block in enumerate(blocks):
        if (
            properties.title
            and _may_be_title(block)
            and stands_in(block.text, properties.title)
            and (len(block.text) > _SHORT or stands_in(properties.title, block.text))
        ):
            last = at + 1
            while last < len(blocks) and stands_in(blocks[last].text, properties.title) and _may_be_title(blocks[last]):
                last += 1
            shown = join_texts(block.text for block in blocks[at:last])
            head.title, head.where["title"] = _without_site(properties.title, shown), "pdf properties"
            return at, last
    largest = max(sizes, default=0.0)
    if largest < _LARGER * typography.size:
        if properties.title and stands_in(properties.title, " ".join(block.text for block in blocks)):
            head.title, head.where["title"] = properties.title, "pdf properties"
            return 0, 0
        return _take_title(*_plain_title(blocks, typography), blocks, "above authors", head)
    at = sizes.index(largest)
    last = at + 1
    while last < len(blocks) and abs(sizes[last] - largest) < 0.5:  # noqa: PLR2004 points
        last += 1
    if _is_subtitle(blocks[last : last + 3], largest, typography):
        last += 1
    return _take_title(at, last, blocks, "largest text", head)


def _take_title(at: int, last: int, blocks: Sequence[TextBlock], where: str, head: Head) -> tuple[int, int]:
    lines = dropwhile(_RUBRIC.fullmatch, [_unmarked(line) for block in blocks[at:last] for line in block.lines])
    title = _NOTE_MARK.sub("", join_texts(lines))
    if not _is_plausible(title):
        return 0, 0
    head.title, head.where["title"] = title, where
    return at, last


def _is_plausible(title: str) -> bool:
    """Whether a title is not longer than titles are, no part of a sentence, and made of words."""
    letters = sum(character.isalnum() or character.isspace() for character in title)
    is_sentence = title.islower() and len(title.split()) > _MOST_WORDS_IN_SMALL_LETTERS
    is_read = not is_sentence and letters > _MOSTLY_LETTERS * len(title) and not BROKEN.search(title)
    return 0 < len(title) <= LONGEST_TITLE and is_read


def _plain_title(blocks: Sequence[TextBlock], typography: Typography) -> tuple[int, int]:
    """The title that is as large as the text: headings on top, centred or one alone, with the authors below."""
    start = next((at for at, block in enumerate(blocks) if block.size > _AS_LARGE * typography.size), len(blocks))
    last = start
    while last < len(blocks) and blocks[last].kind == "heading" and all(map(_is_in_middle, blocks[last].lines)):
        last += 1
    has_authors = _is_byline if last > start else _is_of_names
    if last == start < len(blocks) and blocks[start].kind == "heading":
        last += 1
    is_title = (
        start < last < len(blocks)
        and not blocks[start].text[0].isdigit()
        and _may_be_title(blocks[start])
        and has_authors(blocks[last])
    )
    return (start, last) if is_title else (0, 0)


def _is_in_middle(line: Line) -> bool:
    return abs((line.left - line.left_margin) - (line.right_margin - line.right)) < line.size


def _is_subtitle(blocks: Sequence[TextBlock], size: float, typography: Typography) -> bool:
    """Whether the first block goes on with a title of this size: nearly as large, and above the authors."""
    if not blocks:
        return False
    first, *others = blocks
    return (
        _may_be_title(first)
        and max(_SUBTITLE * size, _LARGER * typography.size) <= first.size
        and not (first.text[0].isdigit() or _VERSION.match(first.text) or LABEL.search(first.text) or _is_byline(first))
        and any(_is_byline(other) for other in others)
    )


def _unmarked(line: Line) -> str:
    """The text of a title's line, without the marks of notes after words."""
    words = line.words[:1]
    for before, word in pairwise(line.words):
        is_of_word = len(before.text) > 2  # noqa: PLR2004 of a word, not of a formula
        words += [] if is_of_word and word.text.isdigit() and is_raised(word, line) else [word]
    return msgspec.structs.replace(line, words=words).text


def _without_site(stated: str, shown: str) -> str:
    """The stated title, without the name of a site that the page does not show in its title."""
    short = _OF_SITE.sub("", stated)
    return short if stands_in(short, shown) and not stands_in(stated, shown) else stated


def _may_be_title(block: TextBlock) -> bool:
    is_made_of_words = sum(map(str.isalpha, block.text)) > 3  # noqa: PLR2004 letters
    is_date = bool(DATE.search(block.text)) and len(block.text.split()) < _MOST_DATE_WORDS / 2
    is_other = is_date or bool(_RUBRIC.fullmatch(block.text))
    return len(block.lines) <= _MOST_TITLE_LINES and is_made_of_words and not is_other


def _matter(blocks: Sequence[TextBlock], start: int, page: int) -> list[TextBlock]:
    """The blocks between the title and the text."""
    front: list[TextBlock] = []
    for at, block in enumerate(blocks[start : start + _MOST_BLOCKS], start):
        words = len(WORD.findall(block.text))
        long = words > _PROSE and not (_is_byline(block) and words < 4 * _PROSE)
        if (
            block.page != page
            or (
                block.kind == "heading"
                and not (_VERSION.match(block.text) or any(map(_is_byline, blocks[at : at + 2])))
            )
            or long
            or _is_sentence(block)
            or block.text.lower().startswith(("abstract", "summary", "keywords"))
        ):
            break
        front.append(block)
    return front if front and start else []


def _is_sentence(block: TextBlock) -> bool:
    """Whether this is a sentence of the text: longer than a name, and no date, names or address."""
    return (
        bool(_SENTENCE.search(block.text))
        and len(WORD.findall(block.text)) >= _FEWEST_IN_SENTENCE
        and not (DATE.search(block.text) or _is_byline(block))
    )


def _is_of_names(block: TextBlock) -> bool:
    return any(all(read_names(line)) for line in block.lines)


def _is_byline(block: TextBlock) -> bool:
    return (
        _is_of_names(block)
        or bool(DATE.search(block.text) and len(block.text.split()) < _MOST_DATE_WORDS)
        or bool(PLACE.search(block.text))
    )


def _find_authors(lines: Sequence[Line], properties: Properties, text: str, head: Head) -> None:
    stated = (
        tuple(name for name in properties.authors if not (PLACE.search(name) or GROUP.search(name)))
        or properties.authors
    )
    is_shown = bool(stated) and all(stands_in(name, text) for name in stated)
    authors = authors_below(lines)
    if is_shown and not {fold(name) for name in stated} < {fold(name) for name in authors}:
        head.authors, head.where["byline"] = stated, "pdf properties"
    elif len(authors) >= len(stated) and authors:
        head.authors, head.where["byline"] = authors, "below title"


def _find_date(lines: Sequence[str], stamp: str, head: Head) -> None:
    if stamped := _STAMP.search(stamp):
        head.canonical_url = f"https://arxiv.org/abs/{stamped['number']}"
        head.published_at, head.where["published_at"] = _as_date(stamped["date"]), "arXiv stamp"
        return
    for line in (_TYPESET.sub("", line) for line in lines if not _OF_REVIEW.search(line)):
        if facts := facts_in(line):
            _take_facts(facts, head)
        elif (match := DATE.search(line)) and len(line.split()) <= _MOST_DATE_WORDS and (date := _as_date(match[0])):
            head.published_at, head.where["published_at"] = date, "below title"
        if head.published_at:
            return


def _take_facts(facts: TopLines, head: Head) -> None:
    for name in ("published_at", "updated_at"):
        if date := getattr(facts, name):
            setattr(head, name, date)
            head.where[name] = "below title"


def _as_date(text: str) -> datetime | None:
    settings = {"TIMEZONE": "UTC", "RETURN_AS_TIMEZONE_AWARE": True, "REQUIRE_PARTS": ["day", "month", "year"]}
    moment: datetime | None = dateparser.parse(_SLASHED.sub(r"\1-\2-\3", text), settings=settings)
    return moment
