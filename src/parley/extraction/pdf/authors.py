"""The authors of a paper below its title: all of them, or none."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise, takewhile
from operator import not_

import msgspec

from parley.extraction.metadata.names import fold, is_name, names_in
from parley.extraction.pdf.words import Line, Word

_CELL, _SPACE = 0.6, 2.0  # of the size, and of the line's narrowest space: a wider one is between two authors
_MEMBER = r",?\s*(?:(?:Student|Graduate|Associate|Senior|Life)\s+)?(?:Member|Fellow),?\s+(?:IEEE|ACM)\b"
_MARKS = re.compile(
    rf"{_MEMBER}|"
    r"[\d*†‡§¶∗⋆´¨˘ˇˆ˜˙$#+?]+|\{[^}]{0,200}\}@\S+|\S{1,64}@\S+|\b[Ee]-?mails?\b|\b(?:PhD|Ph\.D\.|MD)\b|\b(?:Prof|Dr)\."  # noqa: RUF001 signs of typesetters
)
_PLACE_LINES = 4  # below a name
_INITIAL = re.compile(r"(?<=[A-Z]\.)(?=[^\W\d_]{2})")  # "V.K.Patle"
_AUTHORS = re.compile(r"^(?:authors?|autor(?:en|es)?|auteurs?|autori?)\s*:\s*", re.IGNORECASE)
_OTHERS = re.compile(r"(?:\band|&|,)\s+(?:the\s+\w|others\b)|\bet al\b", re.IGNORECASE)
_INSTITUTION = (
    r"universi|institut|d[eé]part[ae]?ment|\bdept\b|college|school|[eé]cole|laborator|\blabs?\b|\binc\b|research|microsystems|\btech\b|cent(?:er|re|ro)|facul[td]|academy"
    r"|polit[eé]c|polytec|engineering\b|\bsciences?\b|\binform[aá]ti|mathemati[ck]s?\b|\bphysics\b"
    r"|hospital|division|foundation|corporation|company|gmbh|ministry|agency|council|abteilung|h[oö]gskola|hochschule|google|deepmind"
    r"|openai|anthropic|microsoft|facebook|amazon|nvidia|yahoo|\bibm\b|\bintel\b|huawei|tencent|alibaba|baidu|stanford"
    r"|berkeley|carnegie|cornell|princeton|harvard|caltech|\bmit\b|\bucla\b|\bepfl\b|\bcnrs\b|\binria\b|max[ -]planck"
)
PLACE = re.compile(
    rf"{_INSTITUTION}|\b(?:ave(?:nue)?|street|r(?:oa)?d|boulevard|square|stra[sß]+e)\b"
    r"|germany|france|italy|spain|japan|china|netherlands|switzerland|canada|india|\busa\b|u\.s\.a|\buk\b"
    r"|workshop|conference|symposium|@|https?:|www\.",
    re.IGNORECASE,
)
# A postcode, or another number: of a house, a room, a report.
_POSTCODE = re.compile(
    r"\b\d{5}\b|\b\d{3} \d\d\b|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b"
    r"|(?<!\S)\d{2,}\s+[^\W\d_]|:\s*\d|\b\d+[A-Z]-\d|\b[A-Z]+[-\u2013]\d\d"
)
# A font that calls its letters by other names, as in "simpli#ed" and "Mart()n".
BROKEN = re.compile(r"[^\W\d_](?:[#~^|\\<>{}]+|\(\))[^\W\d_]")
_AT = re.compile(_INSTITUTION, re.IGNORECASE)
GROUP = re.compile(
    r"\b(?:team|unit|group|press|community|society|project|committee|consortium|microsystems)\b|\bAB$", re.IGNORECASE
)
_OF_OTHERS = re.compile(
    r"\b(?:based on|translat|übersetzt|traduit|traduzi|traducid|tradotto|edited|herausgegeben|maintain|dedicated)"
    r"|\bthanks\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"(?:and|und|et|e|y|og|och|en|i|with|mit|avec|con|by|von|par|por|dr|prof)\.?", re.IGNORECASE)
LABEL = re.compile(
    r"\b(?:master|bachelor|doctor)\s+of\b"
    r"|\b(?:citation|papers?|reports?|abstract|article|draft|preprint|version|intelligence|journal|proceedings|thesis|series|study|summary)\b",
    re.IGNORECASE,
)
DATE = re.compile(
    r"\b(?i:jan|feb|mar|m[aä]rz|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[^\W\d]{0,6}\.?,?\s+(?:19|20)\d\d\b"
    r"|\d{4}[-/]\d\d[-/]\d\d|\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日|(?<![\d.-])\d{1,2}(?:\.|st|nd|rd|th)?\s+[^\W\d]{3,10}\.?,?\s+\d{4}|[^\W\d]{3,10}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}|\d{1,2}[./]\d{1,2}[./]\d{4}"
)
# Signs that names do not have, and a quotation mark without the other one.
_UNLIKE = re.compile(r"[()\[\]{}#~]|^[^\u201c\u201d]*[\u201c\u201d][^\u201c\u201d]*$")
_DATED = re.compile(rf",\s*(?:{DATE.pattern})\s*$")


def authors_below(lines: Sequence[Line]) -> tuple[str, ...]:
    """All names below the title; none if there are others that are not named as persons are."""
    authors: dict[str, None] = {}
    style: str | None = None
    ended, is_open = "", False
    whole_lines = list(_whole_lines(lines))
    for at, line in enumerate(whole_lines):
        if _OF_OTHERS.search(line.text):
            break
        names, is_whole = read_names(line)
        look = _look(line)
        if look == ended and (line.text.casefold() == "and" or _is_at_a_place(whole_lines[at:])):
            style, ended = look, ""
        people = [name for name in names if not GROUP.search(name)]
        if authors and names and not people:
            continue  # where they work
        names = people or names
        if style in (None, look) and BROKEN.search(line.text):
            return ()
        if names and style in (None, look):
            if not is_whole or _OTHERS.search(line.text):
                return ()
            style, is_open = look, _ends_open(line)
            authors |= dict.fromkeys(names)
        elif look == style and not names:
            if is_open:
                return ()
            style, ended = ("", look) if not _ends_open(line) else (style, "")
    return () if is_open else tuple(authors)


def _is_at_a_place(lines: Sequence[Line]) -> bool:
    """Whether these lines begin with names, and then say where these people work."""
    is_alike = [_look(line) == _look(lines[0]) and all(read_names(line)) for line in lines]
    names = list(takewhile(bool, is_alike))
    below = list(takewhile(not_, is_alike[len(names) :]))
    return bool(names) and any(PLACE.search(line.text) for line in lines[len(names) :][: min(len(below), _PLACE_LINES)])


def _whole_lines(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines, with those joined between which a name is broken."""
    for _, run in groupby(lines, key=lambda line: (_look(line), bool(read_names(line)[0]))):
        alike = list(run)
        joined = msgspec.structs.replace(alike[0], words=[word for line in alike for word in line.words])
        is_broken = not all(read_names(line)[1] for line in alike) and all(read_names(joined))
        yield from [joined] if is_broken else alike


def _look(line: Line) -> str:
    """The font and the size of the first word, since a place or an address may follow a name."""
    return f"{line.words[0].font.name} {round(line.words[0].size, 1)}"


def _ends_open(line: Line) -> bool:
    return line.text.casefold() == "and" or (line.text.endswith((",", " and", "&")) and not PLACE.search(line.text))


def read_names(line: Line) -> tuple[list[str], bool]:
    """The names in a line, if it is no place or date, and whether it has nothing else."""
    all_names: list[str] = []
    is_whole = True
    for cell in _cells(line):
        written = _DATED.sub("", " ".join(word.text for word in cell))
        text = _INITIAL.sub(" ", " ".join(_MARKS.sub(" ", _AUTHORS.sub("", written)).split())).strip(" ,;-")
        if (
            DATE.search(written)
            or _POSTCODE.search(written)
            or (PLACE.search(text) and not (text := _without_places(text)))
        ):
            return [], True
        names = [name for name in names_in(text) if _is_person(name)]
        is_whole = is_whole and _has_only(text, names)
        all_names += names
    return all_names, is_whole


def _without_places(text: str) -> str:
    """The names in "Ada Osei, Kettle University; Ben Lund, Cup Institute"; empty where there may be other names too."""
    who: list[str] = []
    for part in text.split(";"):
        pieces = part.split(",")
        first = next((at for at, piece in enumerate(pieces) if PLACE.search(piece)), 1)
        others = sum(_is_person(place) and not PLACE.search(place) for place in pieces[first:])
        towns = 1 if first > 1 else 0  # one name after the place where several people work is that of its town
        if not first or not (";" in text or (_AT.search(part) and others <= towns)):
            return ""
        who += pieces[:first]
    return ", ".join(who)


def _has_only(text: str, names: Sequence[str]) -> bool:
    """Whether a text has no words but the names and what stands between them; signs of notes are single letters."""
    known = fold(" ".join(names))
    words = (fold(word) for word in text.split() if not _BETWEEN.fullmatch(word.strip(",;:")))
    return all(len(word) < 2 or word in known for word in words)  # noqa: PLR2004 letters


def _is_person(name: str) -> bool:
    """Whether a name has two words or more, and is no label such as "Position Paper"."""
    words = [word for word in name.split() if any(map(str.isalpha, word))]
    is_spaced = all(len(word.strip(".-")) < 2 for word in words)  # noqa: PLR2004 letters
    return len(words) > 1 and not is_spaced and is_name(name) and not (LABEL.search(name) or _UNLIKE.search(name))


def _cells(line: Line) -> Iterator[list[Word]]:
    cell: list[Word] = []
    words = [word for word in _without_addresses(line) if word.size >= 0.85 * line.size or _is_small_capitals(word)]
    spaces = [word.left - last.right for last, word in pairwise(words) if not word.glued]
    wide = max(_CELL * line.size, _SPACE * min(spaces, default=0.0))
    for word in words:
        if len(cell) > 1 and word.left - cell[-1].right > wide:
            yield cell
            cell = []
        if word.glued and cell:
            cell[-1] = msgspec.structs.replace(cell[-1], text=cell[-1].text + word.text, right=word.right)
        else:
            cell.append(word)
    if cell:
        yield cell


def _without_addresses(line: Line) -> list[Word]:
    """The words but for mail addresses, which may be of several words without spaces."""
    kept: list[Word] = []
    run: list[Word] = []
    for word in [*line.words, None]:
        if word is None or not word.glued:
            kept += [] if any("@" in part.text for part in run) else run
            run = []
        run += [] if word is None else [word]
    return kept


def _is_small_capitals(word: Word) -> bool:
    """Whether a word goes on in small capitals, as "Shannon" may after its S."""
    return word.glued and word.text.isalpha() and word.text.isupper() and len(word.text) > 1
