"""Reading feeds, lists of feeds and robots.txt in a child process with limits on time and memory.

All three are written by others, and each can keep its parser busy for minutes.
"""

from typing import Any

import msgspec
from protego import Protego

from parley.extraction.errors import CannotImport
from parley.extraction.sandbox import child
from parley.interfaces.inbound_feeds.documents import FeedDocument
from parley.interfaces.inbound_feeds.opml import addresses
from parley.interfaces.inbound_feeds.parsing import parse
from parley.interfaces.inbound_feeds.rules import newest_first
from parley.platform.text.messages import N_

ROBOT = "Parley"
_SECONDS = 30
# Comparing the entries of a feed with those known takes the worker a tenth of a millisecond each, and all other jobs
# wait meanwhile. In 10 MB there is room for 300,000.
MOST_ENTRIES = 1_000
_TOO_MUCH = N_("Reading the feed took too much time or memory.")


async def read_feed(data: bytes, url: str, content_type: str = "") -> FeedDocument | None:
    """`parse` in a child process; the newest of more than MOST_ENTRIES. Raises CannotImport if that takes too long."""
    return msgspec.convert(await _run("feed", data, url, content_type), FeedDocument | None)


async def read_opml(data: bytes) -> list[str]:
    """`addresses` in a child process. Raises CannotImport when that takes too long."""
    return msgspec.convert(await _run("opml", data), list[str])


async def may_fetch(robots: str, url: str) -> bool:
    """Whether a robots.txt (RFC 9309) lets us fetch `url`. Raises CannotImport when reading it takes too long."""
    return msgspec.convert(await _run("robots", robots, url), bool)


def _parse(data: bytes, url: str, content_type: str) -> FeedDocument | None:
    document = parse(data, url, content_type)
    if document is None or len(document.entries) <= MOST_ENTRIES:
        return document
    return msgspec.structs.replace(document, entries=newest_first(document.entries)[:MOST_ENTRIES])


def _may_fetch(robots: str, url: str) -> bool:
    return bool(Protego.parse(robots).can_fetch(url, ROBOT))


_READERS = {"feed": _parse, "opml": addresses, "robots": _may_fetch}


async def _run(reader: str, *args: object) -> Any:
    try:
        return msgspec.msgpack.decode(await answer_of_child(msgspec.msgpack.encode((reader, args))))
    except child.Exceeded:
        raise CannotImport(_TOO_MUCH) from None


async def answer_of_child(request: bytes) -> bytes:
    return await child.run(__name__, request, _SECONDS)


def answer(request: bytes) -> bytes:
    reader, args = msgspec.msgpack.decode(request, type=tuple[str, tuple[Any, ...]])
    return msgspec.msgpack.encode(_READERS[reader](*args))  # type: ignore[operator]


if __name__ == "__main__":
    child.main(answer)
