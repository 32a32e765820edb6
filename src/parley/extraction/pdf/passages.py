"""Blocks to passages."""

import re
from collections.abc import Iterator, Sequence

import lxml.html
import msgspec

from parley.extraction.html.cutting import Kind
from parley.extraction.html.passages import ImportedPassage
from parley.extraction.html.sanitiser import sanitise
from parley.extraction.pdf.blocks import TextBlock
from parley.extraction.pdf.footnotes import Footnote
from parley.extraction.pdf.hyphens import Vocabulary
from parley.extraction.pdf.markup import code, inline

_NUMBER = re.compile(r"\(?(\d{1,4})[.)]$")


def as_passages(blocks: Sequence[TextBlock], vocabulary: Vocabulary) -> Iterator[ImportedPassage]:
    for block in blocks:
        yield _passage(block, vocabulary)


def _passage(block: TextBlock, vocabulary: Vocabulary) -> ImportedPassage:
    match block.kind:
        case "heading":
            tag = f"h{block.level}"
            return _make_passage(
                "heading", block.level, f"<{tag}>{inline(block.lines, vocabulary, plain=True)}</{tag}>", block.page
            )
        case "code":
            return _make_passage("code", None, f"<pre>{code(block.lines)}</pre>", block.page)
        case "item":
            return _item(block, vocabulary)
        case "reference":
            return _make_passage("item", 1, f"<ul><li>{inline(block.lines, vocabulary)}</li></ul>", block.page)
        case "caption" if block.picture:
            return _figure(block, vocabulary)
        case _:
            return _make_passage("paragraph", None, f"<p>{inline(block.lines, vocabulary)}</p>", block.page)


def _figure(block: TextBlock, vocabulary: Vocabulary) -> ImportedPassage:
    passage = _make_passage("figure", None, f"<figcaption>{inline(block.lines, vocabulary)}</figcaption>", block.page)
    # The sanitiser lets no `data:` address through. This one is ours, and only until the picture is stored.
    html = f'<figure><img src="{block.picture}" alt="">{passage.html}</figure>'
    return msgspec.structs.replace(passage, html=html)


def _item(block: TextBlock, vocabulary: Vocabulary) -> ImportedPassage:
    first, *others = block.lines
    label = first.words[0].text
    lines = [msgspec.structs.replace(first, words=first.words[1:]), *others]
    if number := _NUMBER.match(label):
        return _make_passage(
            "item", 1, f'<ol start="{number[1]}"><li>{inline(lines, vocabulary)}</li></ol>', block.page
        )
    if label.isalnum() or label[0] in "([" or label[-1] in ".)":
        return _make_passage("item", 1, f"<ul><li>{inline(block.lines, vocabulary)}</li></ul>", block.page)
    return _make_passage("item", 1, f"<ul><li>{inline(lines, vocabulary)}</li></ul>", block.page)


def note_passages(notes: Sequence[Footnote], vocabulary: Vocabulary) -> Iterator[ImportedPassage]:
    for note in notes:
        yield _make_passage(
            "paragraph", None, f"<p><sup>{note.mark}</sup> {inline(note.lines, vocabulary)}</p>", note.page
        )


def _make_passage(kind: Kind, level: int | None, html: str, page: int) -> ImportedPassage:
    safe = sanitise(html)
    text = " ".join(lxml.html.fragment_fromstring(safe).text_content().split())
    return ImportedPassage(kind, level, safe, text, page)
