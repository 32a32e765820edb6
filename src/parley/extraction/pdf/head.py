"""The head of an article on its first page: title, authors and date."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

import dateparser  # type: ignore[import-untyped]
import msgspec

from parley.extraction.html.boilerplate import TopLines, facts_in
from parley.extraction.metadata.names import fold, is_name, names_in
from parley.extraction.pdf.blocks import TextBlock
from parley.extraction.pdf.hyphens import join_texts
from parley.extraction.pdf.properties import Properties, stands_in
from parley.extraction.pdf.typography import Typography
from parley.extraction.pdf.words import Line, Word
from parley.extraction.text.words import WORD

_LARGER = 1.15  # than the text
_MOST_TITLE_LINES, _MOST_BLOCKS = 6, 40
_SHORT = 12  # letters
_PROSE = 30  # words, or signs in scripts without spaces: a longer block is text, unless it is an address
_SENTENCE, _FEWEST_IN_SENTENCE = (
    re.compile(r"[.!?\u2026\u3002\uff0e\uff01\uff1f\u061f]['\"\u2019\u201d\u300d)\]]*$"),
    10,
)
_CELL = 1.6  # of the size: a wider space is between two authors
_MARKS = re.compile(r"[\d*†‡§¶∗⋆´¨˘ˇˆ˜˙]+|\{[^}]*\}@\S+|\S+@\S+|\b(?:PhD|Ph\.D\.|MD)\b")  # noqa: RUF001 signs of typesetters
_AUTHORS = re.compile(r"^(?:authors?|autor(?:en|es)?|auteurs?|autori?)\s*:\s*", re.IGNORECASE)
_OTHERS = re.compile(r"(?:\band|&|,)\s+(?:the\s+\w|others\b)|\bet al\b", re.IGNORECASE)
_PLACE = re.compile(
    r"universi|institut|department|college|school|laborator|\blabs?\b|\binc\b|research|cent(?:er|re)|facult|academy|hospital"
    r"|germany|france|italy|spain|japan|china|netherlands|switzerland|canada|india|\busa\b|u\.s\.a|\buk\b|division|foundation|corporation|company|gmbh|ministry|agency|council|@|https?:|www\.|abteilung|hochschule",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\b(?:papers?|reports?|abstract|article|draft|preprint|version|intelligence|journal|proceedings|thesis|series)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\d{4}[-/]\d\d[-/]\d\d|\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日|\d{1,2}\.?\s+[^\W\d]{3,10}\.?,?\s+\d{4}|[^\W\d]{3,10}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}|\d{1,2}[./]\d{1,2}[./]\d{4}"
)
_SLASHED = re.compile(r"^(\d{4})/(\d\d)/(\d\d)$")
# The site's name, in the title of a page that was printed to a PDF.
_OF_SITE = re.compile(r"\s+[|\u00b7\u2013\u2014-]\s+[^|\u00b7\u2013\u2014]{2,60}$")
_NOTE_MARK = re.compile(r"\s*[*†‡§¶∗⋆]+$")  # noqa: RUF001 signs of typesetters
_MOST_DATE_WORDS = 10
_STAMP = re.compile(
    r"arXiv:(?P<number>\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?\s*\[.*?\]\s*(?P<date>\d{1,2} \w{3} \d{4})"
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
    text = " ".join(block.text for block in opening)
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
    at = sizes.index(largest)
    last = at + 1
    while last < len(blocks) and abs(sizes[last] - largest) < 0.5:  # noqa: PLR2004 points
        last += 1
    head.title = _NOTE_MARK.sub("", join_texts(block.text for block in blocks[at:last]))
    head.where["title"] = "largest text"
    return at, last


def _without_site(stated: str, shown: str) -> str:
    """The stated title, without the name of a site that the page does not show in its title."""
    short = _OF_SITE.sub("", stated)
    return short if stands_in(short, shown) and not stands_in(stated, shown) else stated


def _may_be_title(block: TextBlock) -> bool:
    return len(block.lines) <= _MOST_TITLE_LINES and sum(map(str.isalpha, block.text)) > 3  # noqa: PLR2004 letters


def _matter(blocks: Sequence[TextBlock], start: int, page: int) -> list[TextBlock]:
    """The blocks between the title and the text."""
    front: list[TextBlock] = []
    for block in blocks[start : start + _MOST_BLOCKS]:
        words = len(WORD.findall(block.text))
        long = words > _PROSE and not (_PLACE.search(block.text) and words < 3 * _PROSE)
        if (
            block.page != page
            or (block.kind == "heading" and not _is_byline(block))
            or long
            or _is_sentence(block.text)
            or block.text.lower().startswith(("abstract", "summary", "keywords"))
        ):
            break
        front.append(block)
    return front if front and start else []


def _is_sentence(text: str) -> bool:
    """Whether this is a sentence of the text: longer than a name, and no date or address."""
    return (
        bool(_SENTENCE.search(text))
        and len(WORD.findall(text)) >= _FEWEST_IN_SENTENCE
        and not (_PLACE.search(text) or _DATE.search(text))
    )


def _is_byline(block: TextBlock) -> bool:
    names = [name for line in block.lines for name in _names(line)]
    return (
        bool(names)
        or bool(_DATE.search(block.text) and len(block.text.split()) < _MOST_DATE_WORDS)
        or bool(_PLACE.search(block.text))
    )


def _find_authors(lines: Sequence[Line], properties: Properties, text: str, head: Head) -> None:
    stated = tuple(name for name in properties.authors if stands_in(name, text))
    authors = _authors_below(lines)
    if stated and not {fold(name) for name in stated} < {fold(name) for name in authors}:
        head.authors, head.where["byline"] = stated, "pdf properties"
    elif authors:
        head.authors, head.where["byline"] = authors, "below title"


def _authors_below(lines: Sequence[Line]) -> tuple[str, ...]:
    """All names below the title; none if there are others that are not named as persons are."""
    authors: dict[str, None] = {}
    style: str | None = None
    for line in lines:
        names = _names(line)
        look = _look(line)
        if names and (style is None or look == style):
            if _OTHERS.search(line.text):
                return ()
            style = look
            authors |= dict.fromkeys(names)
        elif style is not None and look == style and not names:
            style = f"{style} ended" if not _ends_open(line) else style
    return tuple(authors)


def _look(line: Line) -> str:
    font = max(
        (word.font.name for word in line.words),
        key=lambda name: sum(len(word.text) for word in line.words if word.font.name == name),
    )
    return f"{font} {line.size}"


def _ends_open(line: Line) -> bool:
    return line.text.endswith((",", " and", "&"))


def _names(line: Line) -> list[str]:
    """The names in a line, if it has nothing else."""
    all_names: list[str] = []
    for cell in _cells(line):
        written = " ".join(word.text for word in cell)
        text = _MARKS.sub(" ", _AUTHORS.sub("", written))
        names = [name for name in names_in(" ".join(text.split()).strip(" ,;-")) if _is_person(name)]
        if _PLACE.search(text) or _DATE.search(written):
            return []
        all_names += names
    return all_names


def _is_person(name: str) -> bool:
    """Whether a name has two words or more, and is no label such as "Position Paper"."""
    words = [word for word in name.split() if any(map(str.isalpha, word))]
    return len(words) > 1 and is_name(name) and not _LABEL.search(name)


def _cells(line: Line) -> Iterator[list[Word]]:
    cell: list[Word] = []
    for word in line.words:
        if word.size < 0.85 * line.size and not _is_small_capitals(word):
            continue
        if cell and word.left - cell[-1].right > _CELL * line.size:
            yield cell
            cell = []
        if word.glued and cell:
            cell[-1] = msgspec.structs.replace(cell[-1], text=cell[-1].text + word.text, right=word.right)
        else:
            cell.append(word)
    if cell:
        yield cell


def _is_small_capitals(word: Word) -> bool:
    """Whether a word goes on in small capitals, as "Shannon" may after its S."""
    return word.glued and word.text.isalpha() and word.text.isupper() and len(word.text) > 1


def _find_date(lines: Sequence[str], stamp: str, head: Head) -> None:
    if stamped := _STAMP.search(stamp):
        head.canonical_url = f"https://arxiv.org/abs/{stamped['number']}"
        head.published_at, head.where["published_at"] = _as_date(stamped["date"]), "arXiv stamp"
        return
    for line in lines:
        if facts := facts_in(line):
            _take_facts(facts, head)
        elif (match := _DATE.search(line)) and len(line.split()) <= _MOST_DATE_WORDS and (date := _as_date(match[0])):
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
