"""Markdown cut into blocks, each the source of one passage."""

import re
from collections.abc import Iterator, Sequence

import msgspec

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ITEM = re.compile(r"(?P<indent>[ \t]*)(?:(?:[-*+]|\d{1,9}[.)])[ \t]+\S|<(?:ul|ol|dl)\b)")


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
