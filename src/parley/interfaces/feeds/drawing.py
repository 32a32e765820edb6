"""Drawing the picture for links to a thread.

It shows the title, the source, what the article claims, where readers disagree, numbers and our name.
Where there is no disagreement, the balance of stances takes its place.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from io import BytesIO

from PIL import Image, ImageDraw

from parley.discussion.threads.voices import Voices
from parley.interfaces.feeds.fonts import Lettering, fonts_for, runs_leftward, without_emoji
from parley.platform.text.cleaning import one_line, shorten
from parley.platform.text.messages import N_, as_text, plural

WIDTH, HEIGHT = 1200, 630
MARGIN = 80
ROOM = WIDTH - 2 * MARGIN
PAPER, INK, SOFT, ACCENT = "#fbfaf6", "#1d1b17", "#57524a", "#7b1e3a"
# Supports, challenges, adds, asks, none (static/css/platform/tokens.css).
STANCE_COLOURS = ("#1a6a4f", "#a33710", "#715600", "#3552a8", "#8f8879")
# Sizes of the title with the lines that fit. The largest possible size is taken.
SIZES = ((72, 3), (60, 4), (50, 5), (44, 6))
LINE = 1.2
LONGEST_TITLE = 240
TITLE_TOP = 140
# What follows the title stands above this.
FOOT = 520
SMALL, SAID = 34, 28
# Below a title, and between two sides.
GAP = 24
LABELS = {"supports": N_("Supports"), "challenges": N_("Challenges")}
# A line may end after a word and, in scripts without spaces (Thai, Chinese, Japanese), after a letter. Signs BEFORE a
# letter, such as opening brackets, and AFTER it, such as commas, stay with it.
LETTER = "\u0e01-\u0e2e\u3040-\u30ff\u3400-\u9fff"
BEFORE = "(\\[\u201c\u3008\u300a\u300c\u300e\u3010\uff08\u0e40-\u0e44"
AFTER = (
    ")\\]\u2026\u201d\u3001\u3002\u3005\u3009\u300b\u300d\u300f\u3011\u30fb\u30fc\uff01\uff09\uff0c\uff1a\uff1b\uff1f"
    "\u0e2f-\u0e3a\u0e45-\u0e4e"
)
PIECE = re.compile(rf" ?(?:[{BEFORE}]*[{LETTER}][{AFTER}]*|[^ ]+?(?=[{BEFORE}]*[{LETTER}]| |$))")


def draw(
    title: str,
    site: str | None,
    stances: Sequence[int],
    comments: int,
    people: int,
    community: str,
    thesis: str = "",
    voices: Voices | None = None,
) -> bytes:
    """Return a PNG. `stances` are numbers of top-level comments, in the order of STANCE_COLOURS.

    A name, title or source with letters that our fonts lack is left out. Of emoji, only the emoji are left out.
    """
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    canvas = ImageDraw.Draw(image)
    canvas.rectangle((0, 0, WIDTH, 14), fill=ACCENT)
    claim = one_line(without_emoji(thesis))
    foot = _voices(canvas, voices) if voices else FOOT - GAP
    room = GAP + len(_wrapped(claim, SMALL, 2)) * SMALL * LINE if claim else 0
    bottom = _title(canvas, one_line(without_emoji(title)), foot - room if claim or voices else HEIGHT)
    _lines(canvas, bottom + GAP, claim, SMALL, 2, SOFT)
    _small(canvas, 80, one_line(without_emoji(site or "")), SOFT)
    _small(canvas, HEIGHT - 84, _numbers(comments, people), SOFT)
    _small(canvas, HEIGHT - 84, without_emoji(community), ACCENT, at_right=True)
    if foot == FOOT - GAP:
        _balance(canvas, stances)
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _numbers(comments: int, people: int) -> str:
    parts = [plural("{count} comment", "{count} comments", comments)]
    if people:
        parts.append(plural("{count} person", "{count} people", people))
    return " · ".join(as_text(part) for part in parts)


def _small(canvas: ImageDraw.ImageDraw, y: float, text: str, colour: str, *, at_right: bool = False) -> None:
    lettering = Lettering(fonts_for(text), SMALL)
    left = WIDTH - MARGIN - lettering.width(text) if at_right else MARGIN
    lettering.draw(canvas, left, y, text, colour)


def _voices(canvas: ImageDraw.ImageDraw, voices: Voices) -> float:
    """Draw both sides below the words that they are about, or neither; return where the title must end."""
    sides = [one_line(without_emoji(f"{as_text(LABELS[one.stance])}: {one.words}")) for one in voices.both]
    if not all(fonts_for(side) for side in sides):
        return FOOT - GAP
    top: float = HEIGHT - 110
    for side, colour in reversed(list(zip(sides, STANCE_COLOURS, strict=False))):
        height = len(_wrapped(side, SAID, 2)) * SAID * LINE
        top -= height + GAP / 2
        canvas.rectangle((MARGIN - 24, top + 2, MARGIN - 16, top + height), fill=colour)
        _lines(canvas, top, side, SAID, 2, INK)
    if voices.quote:
        top -= SAID * LINE + GAP / 2
        _lines(canvas, top, f"“{one_line(without_emoji(voices.quote))}”", SAID, 1, SOFT)
    return top - GAP


def _title(canvas: ImageDraw.ImageDraw, title: str, lowest: float) -> float:
    """Draw the title in the largest size in which it ends above `lowest`, if there is one; return where it ends."""
    short = shorten(title, LONGEST_TITLE)
    names = fonts_for(short)
    for size, most in SIZES:
        count = len(list(_wrap(short, Lettering(names, size))))
        if count <= most and TITLE_TOP + count * size * LINE <= lowest:
            break
    most = min(most, max(1, int((lowest - TITLE_TOP) / (size * LINE))))
    return _lines(canvas, TITLE_TOP, short, size, most, INK)


def _lines(canvas: ImageDraw.ImageDraw, top: float, text: str, size: int, most: int, colour: str) -> float:
    """Draw a text in lines below each other, and return where they end."""
    lettering, is_leftward = Lettering(fonts_for(text), size), runs_leftward(text)
    lines = _wrapped(text, size, most)
    for number, line in enumerate(lines):
        left = WIDTH - MARGIN - lettering.width(line) if is_leftward else MARGIN
        lettering.draw(canvas, left, top + number * size * LINE, line, colour, is_leftward=is_leftward)
    return top + len(lines) * size * LINE


def _wrapped(text: str, size: int, most: int) -> list[str]:
    """Return at most so many lines of a text; the last one ends in "…" if there are more."""
    lines = list(_wrap(text, Lettering(fonts_for(text), size))) if text else []
    if len(lines) > most:
        lines[most - 1] = f"{lines[most - 1].rpartition(' ')[0] or lines[most - 1][:-1]}…"
    return lines[:most]


def _wrap(text: str, lettering: Lettering) -> Iterator[str]:
    line = ""
    for piece in (part for whole in PIECE.findall(text) for part in _break_word(whole, lettering)):
        if line and lettering.width(line + piece) > ROOM:
            yield line
            line = piece.lstrip()
        else:
            line += piece
    yield line


def _break_word(word: str, lettering: Lettering) -> Iterator[str]:
    """Yield a word in pieces that fit into a line."""
    piece = ""
    for letter in word:
        is_mark = unicodedata.category(letter).startswith("M")
        if piece and not is_mark and lettering.width(piece + letter) > ROOM:
            yield piece
            piece = ""
        piece += letter
    yield piece


def _balance(canvas: ImageDraw.ImageDraw, stances: Sequence[int]) -> None:
    """Draw the balance of stances as a bar."""
    total, left = sum(stances), float(MARGIN)
    for count, colour in zip(stances, STANCE_COLOURS, strict=False):
        if count:
            right = left + ROOM * count / total
            canvas.rectangle((left, HEIGHT - 130, right - 4, HEIGHT - 114), fill=colour)
            left = right
