"""The marks of advertising in a text: what advertisements have in common, whatever they sell and in which words.

A mark is a group of phrases (data/marks.txt) or a shape, such as a telephone number. Each by itself is harmless. The
score (score.py) learns a weight for each of them, for each pair, and for their number.
"""

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import msgspec
import re2  # type: ignore[import-untyped]

from parley.platform.text.folding import fold, fold_alike

DATA = Path(__file__).parent / "data" / "marks.txt"
WORD = re.compile(r"\w+")
MOST_WORDS = 4
# A stem has this many letters at least, and is compared with this many of a word at most.
SHORTEST, LONGEST = 3, 12
# The marks of this many words are cached: looking for stems takes as long as all phrases.
WORDS_CACHED = 20_000
# Scripts without spaces between words.
UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
DIGIT = "(?:zero|one|two|three|four|five|six|seven|eight|nine|oh|double)"
# Points between groups of digits are those of a large number, but for 212.555.0134. What stands in an address, or
# after a point or comma, is no telephone number. A name that begins a comment is of the member whom it answers.
SHAPES = {
    "mail": re2.compile(r"[a-z0-9] ?(?:@|\(at\)|\[at\]) ?[a-z0-9-]+ ?(?:\.|dot) ?[a-z]{2}"),
    "phone": re2.compile(
        rf"(?:^|[^\w./,-])\d(?:[ ()-]{{0,2}}\d){{8,}}|\d{{3}}\.\d{{3}}\.\d{{4}}|\b{DIGIT}(?:[ -]{DIGIT}){{5}}"
    ),
    "handle": re2.compile(r"(?:\S\s+|[^\sa-z0-9./])@[a-z0-9_]{4}"),
    "money": re2.compile(r"[$£€¥₽₹]\s?\d|\d\s?(?:[$£€¥₽₹元]|(?:usdt?|dollars?|euros?|btc|eth|pounds|py6|pyb)\b)"),
    "share": re2.compile(r"\d\s?%"),
    "number one": re2.compile(r"#\s?1\b|24/7|\b(?:18|21)\+"),
    "emoji": re2.compile(r"[\x{1f300}-\x{1faff}\x{2600}-\x{27bf}]"),
    "exclaimed": re2.compile("!"),
    "decorated": re2.compile(r"!!|[*_=~-]{4}"),
}
# One search finds that none of them matches, as in most texts.
ANY_SHAPE = re2.compile("|".join(f"(?:{shape.pattern})" for shape in SHAPES.values()))
# Marks that say how to get what is advertised.
REACHED = frozenset({"link", "mail", "phone", "handle", "messenger", "contact", "visit"})
# The sizes of texts, in words: a mark says less the longer a text is.
SIZES = (12, 40, 100, 250)


class Phrases(msgspec.Struct, frozen=True):
    """The marks that phrases, stems and parts of texts without spaces set.

    `heads`: the beginnings of stems. `firsts`: the first words of phrases; most words of a text are none.
    """

    whole: dict[str, set[str]] = {}
    stems: dict[str, set[str]] = {}
    parts: dict[str, set[str]] = {}
    heads: set[str] = set()
    firsts: set[str] = set()

    def add(self, phrase: str, mark: str) -> None:
        words = " ".join(WORD.findall(phrase))
        table = self.parts if UNSPACED.search(phrase) else self.stems if phrase.endswith("*") else self.whole
        table.setdefault(words, set()).add(mark)
        if table is self.stems:
            self.heads.add(words[:SHORTEST])
        if table is self.whole:
            self.firsts.add(words.partition(" ")[0])


class Marks(NamedTuple):
    """The marks of a text in order, and how large it is: a place in SIZES."""

    names: tuple[str, ...]
    size: int


def marks(text: str, links: int) -> Marks:
    """The marks of a folded text with this many links: one link sets one mark, more set two."""
    text_marks = {mark for _, mark in _phrases_in(text)} | _shapes_in(text) | set(("link", "links")[:links])
    return Marks(tuple(sorted(text_marks)), bisect(SIZES, text.count(" ") + 1))


def combine(names: tuple[str, ...], size: int) -> Iterator[str]:
    """Yield the names of marks, of their pairs and of their number in a text of this size."""
    yield f"!{size}"
    for count, name in enumerate(names, 1):
        yield f"!{name}"
        yield f"!{name} {size}"
        yield f"!{size} {count}"
        if REACHED.intersection(names):
            yield f"!@{size} {count}"
    yield from (f"!{first} {other}" for first, other in combinations(names, 2))


def marked_words(text: str) -> dict[str, str]:
    """For each mark of a folded text but its links, the first words that set it."""
    found = {mark: words for words, mark in reversed(list(_phrases_in(text)))}
    if ANY_SHAPE.search(text):
        shapes = ((name, shape.search(text)) for name, shape in SHAPES.items())
        found |= {name: _whole_words(text, *match.span()) for name, match in shapes if match}
    return found


def _whole_words(text: str, start: int, end: int) -> str:
    """The part of a text from `start` to `end`, with the words that it cuts."""
    before, after = text[:start].rpartition(" ")[2], text[end:].partition(" ")[0]
    return " ".join(f"{before}{text[start:end]}{after}".split())


def _shapes_in(text: str) -> set[str]:
    if not ANY_SHAPE.search(text):
        return set()
    return {name for name, shape in SHAPES.items() if shape.search(text)}


def _phrases_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield the phrases in a text, each with a mark that it sets."""
    known, words = _phrases(), WORD.findall(text)
    for at, word in enumerate(words):
        yield from ((word, mark) for mark in _by_stem(word[:LONGEST]))
        if word in known.firsts:
            for phrase in _beginnings(words[at : at + MOST_WORDS]):
                yield from ((phrase, mark) for mark in known.whole.get(phrase, ()))
    if UNSPACED.search(text):
        yield from ((part, name) for part, names in known.parts.items() if part in text for name in names)


@lru_cache(maxsize=WORDS_CACHED)
def _by_stem(word: str) -> frozenset[str]:
    """The marks that the stems of a word set."""
    known = _phrases()
    if word[:SHORTEST] not in known.heads:
        return frozenset()
    sizes = range(SHORTEST, len(word) + 1)
    return frozenset().union(*(known.stems.get(word[:size], ()) for size in sizes))


def _beginnings(words: Sequence[str]) -> Iterator[str]:
    phrase = ""
    for word in words:
        phrase = f"{phrase} {word}" if phrase else word
        yield phrase


@cache
def _phrases() -> Phrases:
    phrases = Phrases({}, {}, {}, set(), set())
    for line in DATA.read_text("utf-8").splitlines():
        mark, _, listed = line.partition(": ")
        if mark and not mark.startswith("#"):
            for phrase in listed.split("|"):
                phrases.add(fold_alike(fold(phrase.strip())), mark)
    return phrases
