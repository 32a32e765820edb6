"""The authors of a paper below its title: all of them, or none."""

import re
from collections.abc import Iterator, Sequence

import msgspec

from parley.extraction.metadata.names import fold, is_name, names_in
from parley.extraction.pdf.words import Line, Word

_CELL = 1.6  # of the size: a wider space is between two authors
_MARKS = re.compile(r"[\d*†‡§¶∗⋆´¨˘ˇˆ˜˙]+|\{[^}]{0,200}\}@\S+|\S{1,64}@\S+|\b(?:PhD|Ph\.D\.|MD)\b")  # noqa: RUF001 signs of typesetters
_AUTHORS = re.compile(r"^(?:authors?|autor(?:en|es)?|auteurs?|autori?)\s*:\s*", re.IGNORECASE)
_OTHERS = re.compile(r"(?:\band|&|,)\s+(?:the\s+\w|others\b)|\bet al\b", re.IGNORECASE)
PLACE = re.compile(
    r"universi|institut|department|college|school|laborator|\blabs?\b|\binc\b|research|cent(?:er|re)|facult|academy|hospital"
    r"|germany|france|italy|spain|japan|china|netherlands|switzerland|canada|india|\busa\b|u\.s\.a|\buk\b|division|foundation|corporation|company|gmbh|ministry|agency|council|workshop|conference|symposium|@|https?:|www\.|abteilung|hochschule",
    re.IGNORECASE,
)
_GROUP = re.compile(r"\b(?:team|group|press|community|society|project|committee|consortium)\b", re.IGNORECASE)
_OF_OTHERS = re.compile(
    r"\b(?:based on|translat|übersetzt|traduit|traduzi|traducid|tradotto|edited|herausgegeben|maintain|dedicated)"
    r"|\bthanks\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"(?:and|und|et|e|y|og|och|en|i|with|mit|avec|con|by|von|par|por|dr|prof)\.?", re.IGNORECASE)
_LABEL = re.compile(
    r"\b(?:papers?|reports?|abstract|article|draft|preprint|version|intelligence|journal|proceedings|thesis|series)\b",
    re.IGNORECASE,
)
DATE = re.compile(
    r"\d{4}[-/]\d\d[-/]\d\d|\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日|(?<![\d.])\d{1,2}(?:\.|st|nd|rd|th)?\s+[^\W\d]{3,10}\.?,?\s+\d{4}|[^\W\d]{3,10}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}|\d{1,2}[./]\d{1,2}[./]\d{4}"
)
_DATED = re.compile(rf",\s*(?:{DATE.pattern})\s*$")


def authors_below(lines: Sequence[Line]) -> tuple[str, ...]:
    """All names below the title; none if there are others that are not named as persons are."""
    authors: dict[str, None] = {}
    style: str | None = None
    is_open = False
    for line in lines:
        if _OF_OTHERS.search(line.text):
            break
        names, is_whole = read_names(line)
        look = _look(line)
        if authors and names and all(map(_GROUP.search, names)):
            continue  # where they work
        if names and style in (None, look):
            if not is_whole or _OTHERS.search(line.text):
                return ()
            style, is_open = look, _ends_open(line)
            authors |= dict.fromkeys(names)
        elif look == style and not names:
            if is_open:
                return ()
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


def read_names(line: Line) -> tuple[list[str], bool]:
    """The names in a line, if it is no place or date, and whether it has nothing else."""
    all_names: list[str] = []
    is_whole = True
    for cell in _cells(line):
        written = _DATED.sub("", " ".join(word.text for word in cell))
        text = " ".join(_MARKS.sub(" ", _AUTHORS.sub("", written)).split()).strip(" ,;-")
        if PLACE.search(text) or DATE.search(written):
            return [], True
        names = [name for name in names_in(text) if _is_person(name)]
        is_whole = is_whole and _has_only(text, names)
        all_names += names
    return all_names, is_whole


def _has_only(text: str, names: Sequence[str]) -> bool:
    """Whether a text has no words but the names and what stands between them; signs of notes are single letters."""
    known = fold(" ".join(names))
    words = (fold(word) for word in text.split() if not _BETWEEN.fullmatch(word.strip(",;:")))
    return all(len(word) < 2 or word in known for word in words)  # noqa: PLR2004 letters


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
