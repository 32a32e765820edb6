"""QR codes as one path of an SVG, which needs neither a style nor a file."""

from collections.abc import Iterable
from itertools import groupby

import msgspec
import segno

# The quiet zone that ISO/IEC 18004 asks for.
BORDER = 4


class QrCode(msgspec.Struct, frozen=True):
    """The side of the square in modules, and the `d` of a path that fills the dark ones."""

    side: int
    path: str


def picture(text: str) -> QrCode:
    """Return the QR code of `text`."""
    code = segno.make(text, error="m", micro=False)
    rows = list(code.matrix_iter(border=BORDER))
    return QrCode(len(rows), "".join(_row(y, row) for y, row in enumerate(rows)))


def _row(y: int, row: Iterable[int]) -> str:
    path, x = "", 0
    for is_dark, run in groupby(row):
        width = len(list(run))
        if is_dark:
            path += f"M{x} {y}h{width}v1h-{width}z"
        x += width
    return path
