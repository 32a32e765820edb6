"""Drawing the picture for links to a thread: its title, its source, the balance of stances, numbers and our name."""

from collections.abc import Iterator, Sequence
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from parley.core.http.assets import folder
from parley.core.text.cleaning import one_line, shortened
from parley.core.text.messages import plural, shown

WIDTH, HEIGHT = 1200, 630
MARGIN = 80
ROOM = WIDTH - 2 * MARGIN
PAPER, INK, SOFT, ACCENT = "#fbfaf6", "#1d1b17", "#57524a", "#7b1e3a"
# Supports, challenges, adds, asks, none (static/css/tokens.css).
STANCE_COLOURS = ("#1a6a4f", "#a33710", "#715600", "#3552a8", "#8f8879")
# Sizes of the title, the largest that fits is taken, and lines that fit.
SIZES = ((72, 3), (60, 4), (50, 5), (44, 6))
LINE = 1.2
LONGEST_TITLE = 240
SMALL = 34
FONTS = ("latin", "latin-ext", "cyrillic", "greek")
# No font has a letter for it, so its picture is that of a missing letter.
MISSING = "\uffff"

Font = ImageFont.FreeTypeFont


@cache
def _font(name: str, size: int) -> Font:
    return ImageFont.truetype(str(folder("static") / "fonts" / f"source-serif-4-{name}.woff2"), size)


@cache
def _font_of(letter: str) -> str | None:
    """Return the name of the first font that has `letter`."""
    for name in FONTS:
        font = _font(name, SMALL)
        if letter.isspace() or bytes(font.getmask(letter)) != bytes(font.getmask(MISSING)):
            return name
    return None


def draw(title: str, site: str | None, stances: Sequence[int], comments: int, people: int, community: str) -> bytes:
    """Return a PNG. `stances` are numbers of top-level comments, in the order of STANCE_COLOURS.

    A name, a title or a source with letters that our fonts do not have is left out.
    """
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    canvas = ImageDraw.Draw(image)
    canvas.rectangle((0, 0, WIDTH, 14), fill=ACCENT)
    _title(canvas, one_line(title))
    _line(canvas, MARGIN, 80, one_line(site or ""), SMALL, SOFT)
    _line(canvas, MARGIN, HEIGHT - 84, _numbers(comments, people), SMALL, SOFT)
    _line(canvas, WIDTH - MARGIN - _width(community, SMALL), HEIGHT - 84, community, SMALL, ACCENT)
    _balance(canvas, stances)
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _numbers(comments: int, people: int) -> str:
    parts = [plural("{count} comment", "{count} comments", comments)]
    if people:
        parts.append(plural("{count} person", "{count} people", people))
    return " · ".join(shown(part) for part in parts)


def _title(canvas: ImageDraw.ImageDraw, title: str) -> None:
    short = shortened(title, LONGEST_TITLE)
    for size, most in SIZES:
        lines = list(_wrapped(short, size))
        if len(lines) <= most:
            break
    for number, line in enumerate(lines[:most]):
        _line(canvas, MARGIN, 140 + number * size * LINE, line, size, INK)


def _wrapped(text: str, size: int) -> Iterator[str]:
    line = ""
    for word in (piece for whole in text.split() for piece in _broken(whole, size)):
        longer = f"{line} {word}".strip()
        if line and _width(longer, size) > ROOM:
            yield line
            line = word
        else:
            line = longer
    yield line


def _broken(word: str, size: int) -> Iterator[str]:
    """A word in pieces that fit into a line."""
    piece = ""
    for letter in word:
        if piece and _width(piece + letter, size) > ROOM:
            yield piece
            piece = ""
        piece += letter
    yield piece


def _runs(text: str) -> list[tuple[str, str]]:
    """Return `text` in pieces, each with the font that has its letters; nothing if no font has one of them."""
    runs: list[tuple[str, str]] = []
    for letter in text:
        name = _font_of(letter)
        if name is None:
            return []
        if runs and runs[-1][0] == name:
            runs[-1] = (name, runs[-1][1] + letter)
        else:
            runs.append((name, letter))
    return runs


def _width(text: str, size: int) -> float:
    return sum(_font(name, size).getlength(run) for name, run in _runs(text))


def _line(canvas: ImageDraw.ImageDraw, x: float, y: float, text: str, size: int, colour: str) -> None:
    for name, run in _runs(text):
        font = _font(name, size)
        canvas.text((x, y), run, font=font, fill=colour)
        x += font.getlength(run)


def _balance(canvas: ImageDraw.ImageDraw, stances: Sequence[int]) -> None:
    """Draw the balance of stances as a bar."""
    total, left = sum(stances), float(MARGIN)
    for count, colour in zip(stances, STANCE_COLOURS, strict=False):
        if count:
            right = left + ROOM * count / total
            canvas.rectangle((left, HEIGHT - 130, right - 4, HEIGHT - 114), fill=colour)
            left = right
