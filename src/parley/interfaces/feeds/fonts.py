"""Fonts for link pictures: the font of our pages, and Noto Sans for scripts that it lacks (data/README.md)."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

import msgspec
from PIL import ImageDraw, ImageFont, features

from parley.platform.http.assets import folder

PAGES = ("latin", "latin-ext", "cyrillic", "greek")
# Letters of these scripts change with their neighbours, or run from right to left. Pillow does both with FriBiDi, a
# system library.
SHAPED = ("arabic", "hebrew", "devanagari", "thai")
CAN_SHAPE = features.check("raqm") and features.check("fribidi")
# Chinese first, since letters that all of them have are mostly Chinese. A text with kana is Japanese, one with Hangul
# is Korean.
EAST_ASIAN = ("sc", "tc", "jp", "kr")
NAMES = (*PAGES, *(SHAPED if CAN_SHAPE else ()), *EAST_ASIAN)
KANA, HANGUL = re.compile("[\u3041-\u30fa]"), re.compile("[\uac00-\ud7af]")
# No font has this letter, so it is drawn as a missing letter.
MISSING = "\uffff"
# With the signs that join and colour them.
EMOJI = re.compile(
    "[\u2600-\u27bf\U0001f000-\U0001faff][\u200d\u20e3\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
)
# The size of most titles.
SAMPLE_SIZE = 72


class Lettering(msgspec.Struct, frozen=True):
    """Draws text in fonts that together have all its letters. Without fonts, nothing is drawn."""

    names: tuple[str, ...]
    size: int

    def width(self, text: str) -> float:
        return sum(_font(name, self.size).getlength(run) for name, run in self._runs(text))

    def draw(
        self, canvas: ImageDraw.ImageDraw, x: float, y: float, text: str, colour: str, *, is_leftward: bool = False
    ) -> None:
        """Draw one line whose upper left corner is at x and y. Letters of all fonts stand on the same line."""
        y += _font(PAGES[0], self.size).getmetrics()[0]
        direction = ("rtl" if is_leftward else "ltr") if CAN_SHAPE else None
        for name, run in self._runs(text):
            font = _font(name, self.size)
            canvas.text((x, y), run, font=font, fill=colour, anchor="ls", direction=direction)
            x += font.getlength(run)

    def _runs(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield the pieces of `text`, each with the font that draws it."""
        chosen: list[str] = []
        for letter in text if self.names else "":
            # Marks are drawn with the letter before them.
            is_mark = unicodedata.category(letter) in ("Mn", "Mc", "Cf")
            names = (*chosen[-1:], *self.names) if is_mark else self.names
            chosen.append(next(name for name in names if _has(name, letter)))
        for name, pairs in groupby(zip(chosen, text, strict=False), key=lambda pair: pair[0]):
            yield name, "".join(letter for _, letter in pairs)


def fonts_for(text: str) -> tuple[str, ...]:
    """Return the names of fonts that together have all letters of `text`: one if possible, none if one is missing."""
    names = ("jp", *NAMES) if KANA.search(text) else ("kr", *NAMES) if HANGUL.search(text) else NAMES
    font = next((name for name in names if all(_has(name, letter) for letter in text)), None)
    if font:
        return (font,)
    # A line with both directions must be ordered as a whole, in one font.
    if any(_is_leftward(letter) for letter in text):
        return ()
    return names if all(any(_has(name, letter) for name in names) for letter in text) else ()


def without_emoji(text: str) -> str:
    return EMOJI.sub("", text)


def runs_leftward(text: str) -> bool:
    """Whether the first letter of a text that has a direction is read from right to left."""
    return _is_leftward(next((letter for letter in text if unicodedata.bidirectional(letter) in ("L", "R", "AL")), " "))


def _is_leftward(letter: str) -> bool:
    return unicodedata.bidirectional(letter) in ("R", "AL")


@lru_cache(maxsize=20_000)
def _has(name: str, letter: str) -> bool:
    return letter.isspace() or _mask(name, letter) != _mask(name, MISSING)


def _mask(name: str, letter: str) -> bytes:
    return bytes(_sample_font(name).getmask(letter))


@cache
def _sample_font(name: str) -> ImageFont.FreeTypeFont:
    """Return the font for single letters. Shaping would put a lone mark on a circle.

    East Asian letters have no marks and their fonts open slowly, so the font that draws titles is used for them.
    """
    if name in EAST_ASIAN:
        return _font(name, SAMPLE_SIZE)
    return ImageFont.truetype(_path(name), SAMPLE_SIZE, layout_engine=ImageFont.Layout.BASIC)


@cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_path(name), size)


def _path(name: str) -> Path:
    if name in PAGES:
        return folder("static") / "fonts" / f"source-serif-4-{name}.woff2"
    return Path(__file__).with_name("data") / f"noto-sans-{name}.woff2"
