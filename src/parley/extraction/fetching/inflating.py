"""Decompressing a response body in chunks, up to a limit."""

import zlib

from parley.extraction.errors import CannotImport
from parley.platform.text.messages import N_

_GZIP_OR_ZLIB = 47  # zlib: detect the format from the header, with the full window size


class Inflater:
    """Collects a body that is sent plain, gzip or deflate. Stops at `limit` bytes, as sent or decompressed."""

    def __init__(self, encoding: str, limit: int) -> None:
        names = {name.strip().lower() for name in encoding.split(",")} - {"", "identity"}
        if not names <= {"gzip", "x-gzip", "deflate"} or len(names) > 1:
            raise CannotImport(
                N_("The site sent its answer in an encoding that we did not ask for. Paste the text instead.")
            )
        self._unpack = zlib.decompressobj(_GZIP_OR_ZLIB) if names else None
        self.limit = limit
        self._sent = 0
        self.body = bytearray()

    def feed(self, chunk: bytes) -> None:
        self._sent += len(chunk)
        room = self.limit - len(self.body) + 1
        try:
            if self._unpack is None:
                self.body += chunk[:room]
            # zlib copies what follows the end again with each chunk: 20 MB of it would take ten seconds.
            elif not self._unpack.eof:
                self.body += self._unpack.decompress(chunk, room)
        except zlib.error:
            raise CannotImport(N_("The site's answer is damaged. Try again, or paste the text instead.")) from None
        if self._sent > self.limit or len(self.body) > self.limit:
            megabytes = self.limit / 1_000_000
            raise CannotImport(
                N_("It is larger than {megabytes:g} MB. Paste the article's text instead."), megabytes=megabytes
            )
