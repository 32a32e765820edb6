"""Finding the article in a pasted plain text."""

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from parley.extraction.errors import EMPTY, CannotImport
from parley.extraction.html.boilerplate import is_noise, read_tail, read_top
from parley.extraction.html.extract import Extracted
from parley.extraction.text.decoding import printable
from parley.platform.text.directions import direction_of

_BULLET = re.compile(r"(?:[\u2022\u2023\u25e6*\u2013-]|(?P<number>\d{1,3})[.)])\s+(?=\S)")
_ENDS = re.compile(r"[.!?…;,:\u3002\uff01\uff1f\uff1b\uff0c\uff1a\u061f\u0964]['\"\u201d\u2019\u00bb)\]\u300d]*$")
_QUOTES = ('"', "\u201c", "\u201e", "\u00ab", "\u2018", "\u300c")
_ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
_HEADING_WORDS = 14
_HEADING_LETTERS = 100
_WRAPPED = 45  # letters; shorter lines were not wrapped


def extract_text(text: str, title: str = "") -> Extracted:
    """Read an article pasted as plain text. Its first line is its title, unless there is a `title` from the form.

    Lines that a page has around its article (share buttons, reading time, related posts) are left out, and so is a
    line that repeats the title. Short lines without a full stop become headings. Raises CannotImport when there is no
    text.
    """
    lines = [" ".join(line.split()) for line in printable(text).splitlines()]
    if not any(map(str.isalnum, text)):
        raise CannotImport(EMPTY)
    lines = [title, *lines] if title else lines
    top, begin = read_top(lines)
    blocks = [block for block in _blocks(lines[begin:]) if not is_noise(block)]
    blocks = blocks[: read_tail(blocks, top.byline)]
    return Extracted(
        title=top.title,
        html="\n".join(_as_html(blocks)),
        byline=top.byline,
        dir=direction_of(text),
        published_at=top.published_at,
        updated_at=top.updated_at,
        where=top.where | ({} if title or not top.title else {"title": "opening"}),
    )


def _blocks(lines: Sequence[str]) -> Iterator[str]:
    """Yield paragraphs: the lines between blank lines, joined where they were only wrapped."""
    for filled, group in groupby(lines, key=bool):
        block = list(group)
        if filled and all(len(line) >= _WRAPPED and not _BULLET.match(line) for line in block[:-1]):
            yield from [" ".join(block)] if _is_wrapped(block) else block
        elif filled:
            yield from block


def _is_wrapped(block: Sequence[str]) -> bool:
    """Whether lines have a similar length and mostly end within a sentence."""
    longest = max(map(len, block))
    return sum(bool(_ENDS.search(line)) for line in block[:-1]) * 2 < len(block) and longest <= 2 * _WRAPPED + 30


def _as_html(blocks: Sequence[str]) -> Iterator[str]:
    headings = _headings(blocks)
    for at, block in enumerate(blocks):
        if bullet := _BULLET.match(block):
            item = f"<li>{_with_links(block[bullet.end() :])}</li>"
            yield f'<ol start="{bullet["number"]}">{item}</ol>' if bullet["number"] else f"<ul>{item}</ul>"
        else:
            tag = "h2" if at in headings else "p"
            yield f"<{tag}>{_with_links(block)}</{tag}>"


def _headings(blocks: Sequence[str]) -> set[int]:
    """The indices of short blocks without a full stop, before a paragraph or another heading."""
    places: set[int] = set()
    for at in reversed(range(len(blocks) - 1)):
        if may_be_heading(blocks[at]) and (at + 1 in places or not may_be_heading(blocks[at + 1])):
            places.add(at)
    return places


def may_be_heading(block: str) -> bool:
    """Whether a block is as short as a heading and ends like one."""
    short = len(block) <= _HEADING_LETTERS and len(block.split()) <= _HEADING_WORDS
    ended = _ENDS.search(block) and not block.endswith("?")
    return short and not ended and not block.startswith(_QUOTES) and not block[0].islower() and not _BULLET.match(block)


def _with_links(text: str) -> str:
    parts, at = [], 0
    for match in _ADDRESS.finditer(text):
        address = escape(match[0])
        parts += [escape(text[at : match.start()]), f'<a href="{address}">{address}</a>']
        at = match.end()
    return "".join([*parts, escape(text[at:])])
