"""Markdown cut into blocks, each the source of a passage, without looking further into it."""

import re
from collections.abc import Iterator, Sequence

import msgspec

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ITEM = re.compile(r"(?P<indent>[ \t]*)(?:(?:[-*+]|\d{1,9}[.)])[ \t]+\S|<(?:ul|ol|dl)\b)")


class MarkdownBlock(msgspec.Struct, frozen=True):
    """A block's source; `level` is how deep a list item stands, from 1, and 0 for everything else."""

    source: str
    level: int = 0


def blocks(text: str) -> list[MarkdownBlock]:
    """The blocks of `text`: what stands between blank lines, and every list item; code keeps its blank lines."""
    found: list[MarkdownBlock] = []
    indents: list[int] = []
    for lines in _cut(text):
        item = _ITEM.match(lines[0])
        indent = len(item["indent"].expandtabs(4)) if item else 0
        indents = [*(one for one in indents if one < indent), indent] if item else []
        found.append(MarkdownBlock("\n".join(_without(line, indent) for line in lines), len(indents)))
    return found


def _without(line: str, indent: int) -> str:
    """`line` without the indentation that it shares with the item it belongs to."""
    return line[indent:] if line[:indent].isspace() else line


def join(found: Sequence[MarkdownBlock]) -> str:
    """The text that is cut into these blocks: list items line by line, all else with a blank line between."""
    parts: list[str] = []
    for at, block in enumerate(found):
        if at:
            parts.append("\n" if block.level and found[at - 1].level else "\n\n")
        parts.append("    " * max(block.level - 1, 0) + block.source)
    return "".join(parts)


def _cut(text: str) -> Iterator[list[str]]:
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
