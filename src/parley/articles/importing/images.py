"""Pictures re-encoded by us: nothing of the original file reaches a reader but its pixels.

Decoding runs in a process of its own with limits on memory, time and files, because image decoders are C code
fed by strangers: a crash, an endless loop or worse then costs one short-lived process without the worker's
secrets. It costs about a tenth of a second a picture, in a job that waits for the network anyway.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

import msgspec

from parley.articles.importing.errors import CannotImport

_PROGRAM = Path(__file__).with_name("decoder.py")
_SECONDS = 20
_REFUSED = "This picture cannot be used: {}. It becomes a link to the original."


class Image(msgspec.Struct, frozen=True):
    """A picture of ours. `hash` is the SHA-256 of `data`, in hex; sizes are pixels."""

    hash: str
    mime: str
    width: int
    height: int
    data: bytes


def reencode(data: bytes) -> Image:
    """The first frame, at most 1600 px wide, as WebP, without EXIF. Raises CannotImport on anything odd."""
    try:
        done = subprocess.run(  # noqa: S603 - our own program, no input in its arguments
            [sys.executable, "-I", str(_PROGRAM)],
            input=data,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired:
        raise CannotImport(_REFUSED.format("it takes too long to read")) from None
    size, _, picture = done.stdout.partition(b"\n")
    if done.returncode or not picture:
        reason = done.stderr.decode("utf-8", "replace").strip() if done.returncode == 1 else "it is damaged"
        raise CannotImport(_REFUSED.format(reason))
    width, height = map(int, size.split())
    return Image(hashlib.sha256(picture).hexdigest(), "image/webp", width, height, picture)
