"""The markup of blocks: emphasis, code, raised signs, links."""

from collections.abc import Callable, Sequence
from html import escape
from itertools import groupby

from parley.extraction.pdf.footnotes import is_raised
from parley.extraction.pdf.hyphens import Vocabulary
from parley.extraction.pdf.words import Line, Word

_LOWERED = 0.1  # of the size
Wrap = tuple[str, ...]


def inline(lines: Sequence[Line], vocabulary: Vocabulary, *, plain: bool = False) -> str:
    """The words of lines as HTML. `plain`: without emphasis, as for a heading that is bold anyway."""
    words: list[Word] = []
    marks: dict[int, Wrap] = {}
    for line in lines:
        for word in line.words:
            marks[id(word)] = _wrap(word, line, plain=plain)
        vocabulary.join(words, line)
    parts: list[str] = []
    for wrap, run in groupby(words, key=lambda word: marks[id(word)]):
        same = list(run)
        space = " " if parts and not same[0].glued else ""
        text = escape(_text(same))
        for opening in reversed(wrap):
            text = f"<{opening}>{text}</{opening.split(' ', 1)[0]}>"
        parts.append(space + text)
    return "".join(parts)


def _text(words: Sequence[Word]) -> str:
    return "".join(word.text if word.glued or not at else f" {word.text}" for at, word in enumerate(words))


def _wrap(word: Word, line: Line, *, plain: bool) -> Wrap:
    """The elements around a word, from the outside."""
    tags: list[str] = []
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
