"""Reading feeds, lists of feeds and robots.txt in a child process with limits on time and memory.

Others write all three, and each can keep its parser busy for minutes.
"""

from typing import Any

import msgspec

from parley.extraction.errors import CannotImport
from parley.extraction.sandbox import child
from parley.interfaces.inbound_feeds.rules import FeedDocument, newest_first
from parley.platform.text.messages import N_

_SECONDS = 30
# Only the newest entries of a longer feed are read. Comparing one with those known takes the worker a tenth of a
# millisecond, in which all other jobs wait, and 10 MB may have 300,000.
MOST_ENTRIES = 1_000
_TOO_MUCH = N_("Reading the feed took too much time or memory.")


async def read_feed(data: bytes, url: str, content_type: str = "") -> FeedDocument | None:
    """Parse a feed; None if it is none. Raises CannotImport if that takes too long."""
    return msgspec.convert(await _run("feed", data, url, content_type), FeedDocument | None)


async def read_opml(data: bytes) -> list[str]:
    """Return the addresses of the feeds in an OPML file. Raises CannotImport if that takes too long."""
    return msgspec.convert(await _run("opml", data), list[str])


async def may_fetch(robots: str, url: str) -> bool:
    """Whether a robots.txt (RFC 9309) lets us fetch `url`. Raises CannotImport if reading it takes too long."""
    return msgspec.convert(await _run("robots", robots, url), bool)


async def _run(reader: str, *args: object) -> Any:
    try:
        return msgspec.msgpack.decode(await answer_of_child(msgspec.msgpack.encode((reader, args))))
    except child.Exceeded:
        raise CannotImport(_TOO_MUCH) from None


async def answer_of_child(request: bytes) -> bytes:
    return await child.run(__name__, request, _SECONDS)


def answer(request: bytes) -> bytes:
    from parley.interfaces.inbound_feeds import parsing  # noqa: PLC0415 only the child needs the parsers

    readers = {"feed": parsing.parse, "opml": parsing.addresses, "robots": parsing.may_fetch}
    reader, args = msgspec.msgpack.decode(request, type=tuple[str, tuple[Any, ...]])
    read = readers[reader](*args)  # type: ignore[operator]
    if isinstance(read, FeedDocument) and len(read.entries) > MOST_ENTRIES:
        read = msgspec.structs.replace(read, entries=newest_first(read.entries)[:MOST_ENTRIES])
    return msgspec.msgpack.encode(read)


if __name__ == "__main__":
    child.main(answer)
