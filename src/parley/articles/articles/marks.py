"""Marks around the words of a passage that comments are about."""

import re
from collections.abc import Iterator
from html import unescape
from itertools import accumulate, groupby

from markupsafe import Markup

from parley.platform.cache import by_text

Quoted = tuple[tuple[str, int], ...]  # words, and how many comments are about them

# An element that gets no marks, a tag, or one character of text, perhaps written as a reference.
_PIECE = re.compile(r"<(?:math|svg|pre)\b.*?</(?:math|svg|pre)>|<[^>]*>|&[^;\s<]{1,32};|.", re.DOTALL)
# The numbers of comments from which a mark has the second and the third strength.
_SEVERAL, _MANY = 2, 5
# Of the HTML of a passage. Marks take time for each character: in a passage of a whole book, half a second.
_LONGEST = 30_000


def mark(html: str, quoted: Quoted) -> Markup:
    """Return the HTML of a passage with `<mark>` around quoted words.

    `data-said` grows from 1 to 3 with the number of comments. White space makes no difference. Words that the passage
    does not have exactly once are not marked. A passage of more than _LONGEST characters gets no marks.
    """
    if not quoted or len(html) > _LONGEST:
        return Markup(html)  # noqa: S704 sanitised on import
    return _marked(html, quoted)


@by_text("marks", most_bytes=8 * 2**20)
def _marked(html: str, quoted: Quoted) -> Markup:
    pieces = _PIECE.findall(html)
    levels = _levels([unescape(piece) if piece[0] == "&" else piece for piece in pieces], quoted)
    runs = groupby(zip(pieces, levels, strict=True), key=lambda piece: piece[1])
    parts = ((level, "".join(piece for piece, _ in run)) for level, run in runs)
    return Markup("".join(f'<mark data-said="{level}">{part}</mark>' if level else part for level, part in parts))  # noqa: S704


def _levels(pieces: list[str], quoted: Quoted) -> Iterator[int]:
    """Yield for each piece how strong its mark is; 0 for none, and for tags."""
    letters = [at for at, piece in enumerate(pieces) if len(piece) == 1 and not piece.isspace()]
    text = "".join([pieces[at] for at in letters])
    change = [0] * (len(pieces) + 1)
    for words, comments in quoted:
        wanted = "".join(words.split())
        if wanted and text.count(wanted) == 1:
            start = text.index(wanted)
            change[letters[start]] += comments
            change[letters[start + len(wanted) - 1] + 1] -= comments
    for piece, comments in zip(pieces, accumulate(change), strict=False):
        is_tag = len(piece) > 1 and piece[0] == "<"
        yield 0 if is_tag else (comments > 0) + (comments >= _SEVERAL) + (comments >= _MANY)
