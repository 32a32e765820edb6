"""Re-encoding pictures, so that readers get only the pixels of the original file.

Decoding runs in a subprocess with limits on memory, time and files, since image decoders are C code with untrusted
input: a crash, an endless loop or an exploit then affects one short-lived process without the worker's secrets. It
takes about a tenth of a second for each picture, in a job that waits for the network anyway.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

import msgspec

from parley.extraction.errors import CannotImport
from parley.platform.text.messages import N_

_PROGRAM = Path(__file__).with_name("decoder.py")
_SECONDS = 20
_REFUSED = N_("This picture cannot be used: {reason}. It is left out.")


class Image(msgspec.Struct, frozen=True):
    """A re-encoded picture. `hash` is the SHA-256 hash of `data` in hex, sizes are in pixels."""

    hash: str
    mime: str
    width: int
    height: int
    data: bytes


def reencode(data: bytes) -> Image:
    """Return the first frame as WebP, at most 1600 px wide, without EXIF. Raises CannotImport if that fails."""
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
        raise CannotImport(_REFUSED.format(reason=N_("it takes too long to read"))) from None
    size, _, picture = done.stdout.partition(b"\n")
    if done.returncode or not picture:
        reason = done.stderr.decode("utf-8", "replace").strip() if done.returncode == 1 else N_("it is damaged")
        raise CannotImport(_REFUSED.format(reason=reason))
    width, height = map(int, size.split())
    return Image(hashlib.sha256(picture).hexdigest(), "image/webp", width, height, picture)
