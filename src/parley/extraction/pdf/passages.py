"""Blocks to passages."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby

import lxml.html
import msgspec

from parley.extraction.html.cutting import Kind
from parley.extraction.html.passages import ImportedPassage
from parley.extraction.html.sanitiser import sanitise
from parley.extraction.notes import linking
from parley.extraction.pdf.blocks import TextBlock
from parley.extraction.pdf.document import Page
from parley.extraction.pdf.footnotes import Footnote, is_raised
from parley.extraction.pdf.hyphens import Vocabulary
from parley.extraction.pdf.places import boxes_of
from parley.extraction.pdf.words import Line, Word

_LOWERED = 0.1  # of the size
Wrap = tuple[str, ...]
_NUMBER = re.compile(r"\(?(\d{1,4})[.)]$")


def as_passages(
    blocks: Sequence[TextBlock], vocabulary: Vocabulary, pages: Mapping[int, Page]
) -> Iterator[ImportedPassage]:
    for block in blocks:
        passage = _pictured(block) if block.kind == "picture" and block.picture else _passage(block, vocabulary)
        yield msgspec.structs.replace(passage, page=block.page, boxes=boxes_of(block.lines, pages, block.area))


def _passage(block: TextBlock, vocabulary: Vocabulary) -> ImportedPassage:
    match block.kind:
        case "heading":
            tag = f"h{block.level}"
            words = inline(block.lines, vocabulary, plain=True)
            return _make_passage("heading", block.level, f"<{tag}>{words}</{tag}>")
        case "code":
            return _make_passage("code", None, f"<pre>{code(block.lines)}</pre>")
        case "item":
            return _item(block, vocabulary)
        case "reference":
            return _make_passage("item", 1, f"<ul><li>{inline(block.lines, vocabulary)}</li></ul>")
        case "caption" if block.picture:
            return _figure(block, vocabulary)
        case _:
            return _make_passage("paragraph", None, f"<p>{inline(block.lines, vocabulary)}</p>")


def _pictured(block: TextBlock) -> ImportedPassage:
    words = block.words or block.text
    return ImportedPassage("figure", None, f'<figure><img src="{block.picture}" alt="{escape(words)}"></figure>', words)


def _figure(block: TextBlock, vocabulary: Vocabulary) -> ImportedPassage:
    passage = _make_passage("figure", None, f"<figcaption>{inline(block.lines, vocabulary)}</figcaption>")
    # The sanitiser lets no `data:` address through. This one is ours, and only until the picture is stored.
    html = f'<figure><img src="{block.picture}" alt="{escape(block.words)}">{passage.html}</figure>'
    return msgspec.structs.replace(passage, html=html)


def _item(block: TextBlock, vocabulary: Vocabulary) -> ImportedPassage:
    first, *others = block.lines
    label = first.words[0].text
    lines = [msgspec.structs.replace(first, words=first.words[1:]), *others]
    if number := _NUMBER.match(label):
        return _make_passage("item", 1, f'<ol start="{number[1]}"><li>{inline(lines, vocabulary)}</li></ol>')
    if label.isalnum() or label[0] in "([" or label[-1] in ".)":
        return _make_passage("item", 1, f"<ul><li>{inline(block.lines, vocabulary)}</li></ul>")
    return _make_passage("item", 1, f"<ul><li>{inline(lines, vocabulary)}</li></ul>")


def note_passages(
    notes: Sequence[Footnote], vocabulary: Vocabulary, pages: Mapping[int, Page]
) -> Iterator[ImportedPassage]:
    for note in notes:
        words = f"<p>{inline(note.lines, vocabulary)}</p>"
        passage = _make_passage("footnote", None, linking.note(note.label, words))
        yield msgspec.structs.replace(passage, page=note.page, boxes=boxes_of(note.lines, pages))


def _make_passage(kind: Kind, level: int | None, html: str) -> ImportedPassage:
    safe = sanitise(html)
    text = " ".join(lxml.html.fragment_fromstring(safe).text_content().split())
    return ImportedPassage(kind, level, safe, text)


def inline(lines: Sequence[Line], vocabulary: Vocabulary, *, plain: bool = False) -> str:
    """The words of lines as HTML. `plain`: without emphasis, as for a heading that is bold anyway."""
    words: list[Word] = []
    marks: dict[int, Wrap] = {}
    for line in lines:
        for word in line.words:
            marks[id(word)] = _wrap(word, line, plain=plain)
        vocabulary.join(words, line)
    parts: list[str] = []
    for (note, wrap), run in groupby(words, key=lambda word: (word.note, marks[id(word)])):
        same = list(run)
        space = " " if parts and not same[0].glued else ""
        text = linking.reference(note) if note else escape(_text(same))
        for opening in reversed(wrap):
            text = f"<{opening}>{text}</{opening.split(' ', 1)[0]}>"
        parts.append(space + text)
    return "".join(parts)


def _text(words: Sequence[Word]) -> str:
    return "".join(word.text if word.glued or not at else f" {word.text}" for at, word in enumerate(words))


def _wrap(word: Word, line: Line, *, plain: bool) -> Wrap:
    """The elements around a word, from the outside."""
    tags: list[str] = []
    if word.note:
        return ()
    if word.link:
        tags.append(f'a href="{escape(word.link)}"')
    if is_raised(word, line):
        tags.append("sup")
    elif word.size < 0.85 * line.size and word.baseline > line.baseline + _LOWERED * line.size:
        tags.append("sub")
    if not plain:
        marks: dict[str, Callable[[Word], bool]] = {
            "code": lambda word: word.font.is_mono,
            "strong": lambda word: word.font.is_bold,
            "em": lambda word: word.font.is_italic,
        }
        tags += [tag for tag, has in marks.items() if has(word)]
    return tuple(tags)


def code(lines: Sequence[Line]) -> str:
    """Lines of code with their indents."""
    left = min(line.left for line in lines)
    return "\n".join(" " * round((line.left - left) / (0.6 * line.size)) + escape(line.text) for line in lines)
