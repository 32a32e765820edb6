"""Excerpts of texts, with the words of the query marked."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from parley.interfaces.search.forms import Query
from parley.interfaces.search.words import IS_UNSPACED, WORD, fold, pairs

LENGTH = 240
# Readers see some words before the first hit.
BEFORE = 60
# Characters of a text that are searched for hits. Without one, the excerpt is the beginning of the text.
LOOKED_AT = 6_000
# A word in another form begins with the same letters.
SAME_BEGINNING = 2

Span = tuple[int, int]


class ExcerptPart(msgspec.Struct, frozen=True):
    """Some characters of an excerpt, and whether the query asks for them."""

    text: str
    is_hit: bool = False


class ExcerptTerms(msgspec.Struct, frozen=True):
    """What to mark in texts: words in any form, pairs of letters in scripts without spaces, and whole phrases."""

    words: frozenset[str]
    pairs: frozenset[str]
    phrases: tuple[tuple[str, ...], ...] = ()


def asked_pairs(query: Query) -> frozenset[str]:
    """Return the pairs of letters of the query's words in scripts without spaces."""
    runs = (match[0] for term in query.wanted for match in WORD.finditer(term.text) if IS_UNSPACED.match(match[0]))
    return frozenset(pair for run in runs for pair in pairs(run))


def asked_phrases(query: Query) -> tuple[tuple[str, ...], ...]:
    """Return the words of the query's phrases, folded."""
    return tuple(tuple(fold(match[0]) for match in WORD.finditer(term.text)) for term in query.wanted if term.is_phrase)


def candidates(query: Query, texts: Iterable[str]) -> list[str]:
    """Return words of texts, folded, that may be forms of the query's words."""
    beginnings = {fold(match[0])[:SAME_BEGINNING] for term in query.wanted for match in WORD.finditer(term.text)}
    words = {fold(match[0]) for text in texts for match in WORD.finditer(text[:LOOKED_AT])}
    return sorted(word for word in words if word[:SAME_BEGINNING] in beginnings)


def excerpt(text: str, asked: ExcerptTerms, length: int = LENGTH) -> list[ExcerptPart]:
    """Return about `length` characters of `text` that contain most of the hits, in parts."""
    spans = _spans(text[:LOOKED_AT], asked)
    start = _start(text, spans, length)
    end = _end(text, start + length)
    inside = [(max(first, start), min(last, end)) for first, last in spans if first < end and last > start]
    return [ExcerptPart("…")] * (start > 0) + _parts(text, inside, start, end) + [ExcerptPart("…")] * (end < len(text))


def mark(text: str, asked: ExcerptTerms) -> list[ExcerptPart]:
    """Return all of `text` in parts."""
    return _parts(text, _spans(text[:LOOKED_AT], asked), 0, len(text))


def _spans(text: str, asked: ExcerptTerms) -> list[Span]:
    """Return where the hits are in `text`, in order."""
    spans = _word_spans(text, asked)
    for start, end in sorted(_phrase_spans(text, asked.phrases)) if asked.phrases else ():
        spans = [span for span in spans if span[1] <= start or span[0] >= end] + [(start, end)]
    return sorted(spans)


def _phrase_spans(text: str, phrases: Sequence[Sequence[str]]) -> Iterator[Span]:
    """Yield where the words of phrases stand next to each other."""
    found = [(fold(match[0]), *match.span()) for match in WORD.finditer(text)]
    words = [word for word, _, _ in found]
    for phrase in phrases:
        for place in range(len(words) - len(phrase) + 1):
            if words[place : place + len(phrase)] == list(phrase):
                yield found[place][1], found[place + len(phrase) - 1][2]


def _word_spans(text: str, asked: ExcerptTerms) -> list[Span]:
    spans: list[Span] = []
    for match in WORD.finditer(text):
        if not IS_UNSPACED.match(match[0]):
            if fold(match[0]) in asked.words:
                spans.append(match.span())
            continue
        for place, pair in enumerate(pairs(match[0]), match.start()):
            if pair in asked.pairs or pair[0] in asked.pairs:
                _add(spans, place, place + (len(pair) if pair in asked.pairs else 1))
        if match[0][-1] in asked.pairs:
            _add(spans, match.end() - 1, match.end())
    return spans


def _add(spans: list[Span], start: int, end: int) -> None:
    """Add a span, as one with the last if they overlap."""
    if spans and spans[-1][1] >= start:
        start = spans.pop()[0]
    spans.append((start, end))


def _start(text: str, spans: Sequence[Span], length: int) -> int:
    """Return where the excerpt begins: some words before the span from which most others fit into its length."""
    best, most, beyond = 0, 0, 0
    for place, (start, _) in enumerate(spans):
        while beyond < len(spans) and spans[beyond][1] <= start + length - BEFORE:
            beyond += 1
        if beyond - place > most:
            best, most = start, beyond - place
    if best <= BEFORE:
        return 0
    space = text.find(" ", best - BEFORE, best)
    return space + 1 if space >= 0 else best - BEFORE // 2


def _end(text: str, end: int) -> int:
    """Return `end` or the end of the word before it."""
    if end >= len(text):
        return len(text)
    space = text.rfind(" ", end - BEFORE, end)
    return space if space > 0 else end


def _parts(text: str, spans: Sequence[Span], start: int, end: int) -> list[ExcerptPart]:
    parts = []
    for first, last in spans:
        parts += [ExcerptPart(text[start:first]), ExcerptPart(text[first:last], is_hit=True)]
        start = last
    return [part for part in (*parts, ExcerptPart(text[start:end])) if part.text]
