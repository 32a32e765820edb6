"""The program that decodes one picture from standard input and writes "width height" and WebP.

For a picture that it refuses, it exits with 1 and a reason on standard error. It imports nothing of Parley, so that it
starts quickly and has no secrets.
"""

import io
import resource
import sys
import warnings
from typing import NoReturn

from PIL import Image, ImageOps

_MEMORY = 1_000_000_000  # bytes; 20 megapixels need 80 MB a copy
_CPU = 10  # seconds
_MOST_PIXELS = 20_000_000
_WIDEST = 1600
_HIGHEST = 16_000  # WebP ends at 16,383
_MAGIC = {
    "JPEG": (b"\xff\xd8\xff",), "PNG": (b"\x89PNG\r\n\x1a\n",), "GIF": (b"GIF87a", b"GIF89a"),
    "WEBP": (b"RIFF",), "BMP": (b"BM",), "TIFF": (b"II*\0", b"MM\0*"), "AVIF": (b"\0\0\0",),
}  # fmt: skip


def main() -> None:
    _limit()
    data = sys.stdin.buffer.read()
    formats = [name for name, starts in _MAGIC.items() if data.startswith(starts)]
    if not formats:
        _refuse("it is not a JPEG, PNG, GIF, WebP, AVIF, BMP or TIFF file")
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    try:
        with Image.open(io.BytesIO(data), formats=formats) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                _refuse("it has more than 20 million pixels")
            small = _small(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        _refuse("it has more than 20 million pixels")
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, OverflowError):
        _refuse("it is damaged")
    _write(small)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU, _CPU))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _small(picture: Image.Image) -> Image.Image:
    """Return the first frame, upright, in a colour mode of WebP, at most as wide as a reading column needs."""
    picture.draft("RGB", (_WIDEST, _WIDEST))
    picture.seek(0)
    upright = ImageOps.exif_transpose(picture)
    transparent = "A" in upright.getbands() or "transparency" in upright.info
    plain = upright.convert("RGBA" if transparent else "RGB")
    plain.thumbnail((_WIDEST, _HIGHEST), Image.Resampling.LANCZOS)
    return plain


def _write(picture: Image.Image) -> None:
    out = io.BytesIO()
    picture.info.clear()
    picture.save(out, "WEBP", quality=82, method=4)
    sys.stdout.buffer.write(b"%d %d\n" % picture.size + out.getvalue())


def _refuse(reason: str) -> NoReturn:
    sys.exit(reason)


main()
