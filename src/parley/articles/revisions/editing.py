"""Editing an article as Markdown: its passages as one text, and the passages of an edited text."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from types import ModuleType

import msgspec

from parley.articles.articles.pictures import stored_pictures
from parley.articles.articles.versions import StoredPassage
from parley.extraction.html.passages import MOST_PASSAGES, ImportedPassage
from parley.extraction.notes.linking import link_notes
from parley.platform.errors import Refused
from parley.platform.text.messages import N_
from parley.platform.text.normal_forms import normalize

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ITEM = re.compile(r"(?P<indent>[ \t]*)(?:(?:[-*+]|\d{1,9}[.)])[ \t]+\S|<(?:ul|ol|dl)\b)")
# Parsing time grows with the Markdown characters (text/markdown.py), and with its square in one block. This many take
# about half a second; no real edit has more.
MOST_MARKS, MOST_IN_BLOCK = 25_000, 6_000
# As in comments (platform/text/markdown.py), and of formulas, which only articles have.
_MARKS = re.compile(r"[][*_`~|#<>!&\\\n$]")


class MarkdownBlock(msgspec.Struct, frozen=True):
    """A block's source. `level` is the depth of a list item from 1, and 0 for everything else."""

    source: str
    level: int = 0


def blocks(text: str) -> list[MarkdownBlock]:
    """Cut `text` into blocks at blank lines and list items. Code keeps its blank lines."""
    parsed: list[MarkdownBlock] = []
    indents: list[int] = []
    for lines in _split(text):
        item = _ITEM.match(lines[0])
        indent = len(item["indent"].expandtabs(4)) if item else 0
        indents = [*(outer for outer in indents if outer < indent), indent] if item else []
        parsed.append(MarkdownBlock("\n".join(_dedent(line, indent) for line in lines), len(indents)))
    return parsed


def _dedent(line: str, indent: int) -> str:
    """`line` without the indentation of the list item that it belongs to."""
    return line[indent:] if line[:indent].isspace() else line


def join(each_block: Sequence[MarkdownBlock]) -> str:
    """Join blocks into a text: list items on consecutive lines, everything else separated by blank lines."""
    parts: list[str] = []
    for index, block in enumerate(each_block):
        if index:
            parts.append("\n" if block.level and each_block[index - 1].level else "\n\n")
        parts.append("    " * max(block.level - 1, 0) + block.source)
    return "".join(parts)


def _split(text: str) -> Iterator[list[str]]:
    lines: list[str] = []
    fence = ""
    for line in text.split("\n"):
        opened = None if fence else _FENCE.match(line)
        if lines and not fence and (opened or not line.strip() or _ITEM.match(line)):
            yield lines
            lines = []
        if fence or line.strip():
            lines.append(line.rstrip() if not fence and not line.endswith("  ") else line)
        if opened:
            fence = opened[1]
        elif fence and _closes(line, fence):
            yield lines
            lines, fence = [], ""
    if lines:
        yield lines


def _closes(line: str, fence: str) -> bool:
    end = line.strip()
    return len(end) >= len(fence) and end == end[:1] * len(end) and end[:1] == fence[0]


def count_marks(text: str) -> int:
    return len(_MARKS.findall(text))


def as_markdown(passages: Sequence[StoredPassage], base_url: str | None) -> str:
    return join(_sources(tuple(passages), base_url))


def read_markdown(text: str, passages: Sequence[StoredPassage], base_url: str | None) -> list[ImportedPassage]:
    """Return the passages of `text`, which is `as_markdown(passages)` after an edit.

    A block that was not edited, even if it was moved, returns the same passage byte for byte.
    Raises Refused when the text has too many passages or changes.
    """
    pictures = stored_pictures([stored.passage for stored in passages])
    unedited: dict[str, list[StoredPassage]] = defaultdict(list)
    for stored, block in reversed(list(zip(passages, _sources(tuple(passages), base_url), strict=True))):
        unedited[_key(block)].append(stored)
    made: list[ImportedPassage] = []
    marks = 0
    edited = blocks(text)
    if len(edited) > MOST_PASSAGES:
        raise Refused(
            N_("This has more than {most_passages} paragraphs. Please make it several articles."),
            most_passages=MOST_PASSAGES,
        )
    for block in edited:
        if known := unedited.get(_key(block)):
            made.append(known.pop().passage)
            continue
        marks += (of_block := count_marks(block.source))
        if marks > MOST_MARKS or of_block > MOST_IN_BLOCK:
            raise Refused(N_("This changes too much to be compared at once. Please save it in two or three steps."))
        made += _markdown_module().render(block, base_url, pictures)
    return link_notes(made)


# Needed for the form, each preview and saving. It takes a millisecond for each passage.
@lru_cache(maxsize=8)
def _sources(passages: tuple[StoredPassage, ...], base_url: str | None) -> list[MarkdownBlock]:
    pictures = stored_pictures([stored.passage for stored in passages])
    found: list[MarkdownBlock] = _markdown_module().sources(passages, base_url, pictures)
    return found


def _markdown_module() -> ModuleType:
    from parley.articles.revisions import passage_markdown  # noqa: PLC0415 3 MB that few processes need

    return passage_markdown


def _key(block: MarkdownBlock) -> str:
    """Normalise what forms may change: it does not count as an edit."""
    return normalize("NFC", block.source).strip()
