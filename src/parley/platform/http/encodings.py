"""Compressing pages in parts, so that a part that many pages contain is compressed once.

A zstd frame after another is decoded as if they were one (RFC 8878, 3). Browsers read only the first member of a gzip
file, so there its parts are blocks of one member (RFC 1951), each without references to what is before it.
"""

from collections.abc import Callable, Sequence
from struct import pack

import msgspec
from zlib_ng import zlib_ng
from zstandard import ZstdCompressionParameters, ZstdCompressor

IDENTITY = "identity"
# Deflate, no file name, no time, no flags, an unknown system (RFC 1952, 2.3).
GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
# An empty block, marked as the last one.
LAST_BLOCK = b"\x03\x00"
# Tables that fit into a processor's own cache: between two pages larger ones leave it. Level 3 makes a page of 390 kB a
# fortieth smaller in a quarter more time.
ZSTD = ZstdCompressionParameters.from_level(1, hash_log=14, chain_log=14)


class Part(msgspec.Struct, frozen=True):
    """A part of a page, compressed, with the checksum and the length of what it was made from."""

    content: bytes
    checksum: int = 0
    length: int = 0


def _deflate(plain: bytes) -> bytes:
    stream = zlib_ng.compressobj(level=5, wbits=-zlib_ng.MAX_WBITS)
    return stream.compress(plain) + stream.flush(zlib_ng.Z_FULL_FLUSH)


# The best first. At these levels zstd makes a page of 450 kB a fifth smaller than gzip in a quarter of the time, and
# zlib-ng makes it smaller than zlib in half the time (docs/decisions/0023-zstd.md).
ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": ZstdCompressor(compression_params=ZSTD).compress,
    "gzip": _deflate,
}


def compress(plain: bytes, encoding: str) -> Part:
    """Return `plain` as a part of a page in this encoding."""
    if encoding == IDENTITY:
        return Part(plain)
    checksum = zlib_ng.crc32(plain) if encoding == "gzip" else 0
    return Part(ENCODINGS[encoding](plain), checksum, len(plain))


def join(parts: Sequence[Part], encoding: str) -> bytes:
    """Return the page that consists of these parts, all compressed in this encoding."""
    body = b"".join([part.content for part in parts])
    if encoding != "gzip":
        return body
    checksum = length = 0
    for part in parts:
        checksum = zlib_ng.crc32_combine(checksum, part.checksum, part.length)
        length += part.length
    return GZIP_HEADER + body + LAST_BLOCK + pack("<II", checksum, length % 2**32)
