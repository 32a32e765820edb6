"""Which blocks are headings, and of which rank."""

import re
from collections.abc import Sequence

from parley.extraction.pdf.blocks import CAPTION, TextBlock
from parley.extraction.pdf.typography import Typography

_NUMBER = re.compile(
    r"(?P<number>\d{1,2}(?:\.\d{1,2})*)\.?\s+\S|(?P<other>[IVX]{1,5}|[A-Z])\.\s+\S|(?:Appendix|Chapter|Part)\s"
)
_SENTENCE = re.compile(r"[.,;:]$")
_MOST_LINES, _MOST_WORDS, _MOST_LETTERS = 4, 24, 180
_LARGER = 1.08
_MOSTLY = 0.8
_DEEPEST = 4
_KNOWN = re.compile(
    r"(?:abstract|references|bibliography|acknowledge?ments?|introduction|conclusions?|contents|notes|literatur(?:verzeichnis)?"
    r"|zusammenfassung|resumen|résumé|bibliographie|referencias)",
    re.IGNORECASE,
)


def mark_headings(blocks: Sequence[TextBlock], typography: Typography) -> None:
    """Set kind and level of headings. Numbers say the level; without them, larger sizes are higher."""
    headings = [block for block in blocks if _is_heading(block, typography)]
    looks = sorted({_look(block) for block in headings if not _depth(block)}, reverse=True)
    for block in headings:
        block.kind = "heading"
        block.level = min(1 + (_depth(block) or 1 + looks.index(_look(block))), _DEEPEST)


def _look(block: TextBlock) -> tuple[float, bool]:
    return round(block.size * 2) / 2, block.share("is_bold") > 0.5  # noqa: PLR2004 mostly


def _depth(block: TextBlock) -> int:
    number = _NUMBER.match(block.text)
    if not number:
        return 0
    if number["number"]:
        return number["number"].count(".") + 1
    return (2 if len(number["other"]) == 1 and number["other"] not in "IVX" else 1) if number["other"] else 1


def _is_heading(block: TextBlock, typography: Typography) -> bool:
    text = block.text
    if block.kind != "paragraph" or not _is_short(block) or CAPTION.match(text):
        return False
    if _KNOWN.fullmatch(text.strip(" .:0123456789")):
        return True
    if block.size >= _LARGER * typography.size:
        return not text.endswith(",")
    # In small capitals most letters are small.
    size = max(word.size for line in block.lines for word in line.words)
    ends = _SENTENCE.search(text) or size < 0.9 * typography.size
    return not ends and (block.share("is_bold") > _MOSTLY or (bool(_NUMBER.match(text)) and _stands_out(block)))


def _is_short(block: TextBlock) -> bool:
    text = block.text
    return (
        len(block.lines) <= _MOST_LINES
        and len(text) <= _MOST_LETTERS
        and len(text.split()) <= _MOST_WORDS
        and any(map(str.isalpha, text))
    )


def _stands_out(block: TextBlock) -> bool:
    """Whether a line or two are set apart: centred, in capitals, or in italics."""
    return len(block.lines) <= 2 and (  # noqa: PLR2004 a line or two
        all(line.is_centred for line in block.lines) or block.text.isupper() or block.share("is_italic") > _MOSTLY
    )
