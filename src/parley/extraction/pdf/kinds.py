"""Kinds of blocks that are neither paragraphs nor headings: list items, references, code, captions."""

import re
from collections.abc import Sequence

from parley.extraction.pdf.blocks import CAPTION, LABEL, TextBlock

_REFERENCES = re.compile(
    r"[\dIVX. ]*(?:references(?:\s+and\s+notes)?|bibliography|works cited|literature cited|literatur(?:verzeichnis)?"
    r"|bibliographie|referencias|bibliografía|referências)\W*",
    re.IGNORECASE,
)
_MOSTLY = 0.9
_FEWEST_WORDS = 2


def mark_kinds(blocks: Sequence[TextBlock]) -> None:
    """Set the kinds of blocks that are still paragraphs."""
    in_references, level = False, 0
    for block in blocks:
        if block.kind == "heading":
            if _REFERENCES.fullmatch(block.text):
                in_references, level = True, block.level or 0
            elif in_references and (block.level or 0) <= level:
                in_references = False
        elif CAPTION.match(block.text):
            block.kind = "caption"
        elif in_references:
            block.kind = "reference"
        elif block.share("is_mono") > _MOSTLY:
            block.kind = "code"
        elif _is_item(block):
            block.kind = "item"


def _is_item(block: TextBlock) -> bool:
    first = block.lines[0]
    return len(first.words) >= _FEWEST_WORDS and bool(LABEL.match(first.words[0].text)) and not first.words[1].glued
