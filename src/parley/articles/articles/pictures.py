"""An article's pictures: fetched, re-encoded and stored under the hash of their bytes."""

import asyncio
import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import lxml.html
import msgspec
import structlog
from lxml.html import HtmlElement

from parley.articles.articles.tables import Media
from parley.extraction.errors import CannotImport
from parley.extraction.fetching.fetch import PICTURES, fetch
from parley.extraction.html.passages import ImportedPassage
from parley.extraction.html.pictures import DRAWN
from parley.extraction.sandbox.images import Image, reencode
from parley.platform import db
from parley.platform.errors import TooMany
from parley.platform.ratelimit import take_volume
from parley.platform.settings import settings

log = structlog.get_logger(__name__)

MOST_FETCHED, MOST_DRAWN = 30, 120  # from other sites, and from the file itself
AT_ONCE = 4
LARGEST = 8_000_000
# All pictures of an article, as they are stored. The others are left out.
MOST_BYTES = 20_000_000
# A picture can occupy its thread for 20 seconds. These are not the threads in which the worker does other things.
_DECODERS = ThreadPoolExecutor(AT_ONCE, "decoder")
_STORED = re.compile(r"/media/([0-9a-f]{64})$")


class PictureQuota:
    """How many bytes of pictures an article may still store. They also count for the member's daily volume."""

    def __init__(self, member: int | None) -> None:
        self.member = member
        self.left = MOST_BYTES

    async def use(self, size: int) -> bool:
        """Count the bytes of a picture. Return False if too few are left."""
        if size > self.left:
            return False
        self.left -= size
        try:
            if self.member is not None:
                await take_volume(self.member, size)
        except TooMany:
            return False
        return True


async def store_pictures(passages: Sequence[ImportedPassage], member: int | None = None) -> list[ImportedPassage]:
    """Store every picture, and return the passages without those that cannot be stored.

    `without_lost_pictures` (html/passages.py) drops the rest of a figure if no earlier version of the article has its
    picture. `member` is who imports them; None for a source check and the command line.
    """
    quota = PictureQuota(member)
    figures = [position for position, passage in enumerate(passages) if "<img" in passage.html]
    drawn = [position for position in figures if DRAWN in passages[position].html]
    chosen = {*drawn[:MOST_DRAWN], *[position for position in figures if position not in drawn][:MOST_FETCHED]}
    gate = asyncio.Semaphore(AT_ONCE)
    stored = list(passages)

    async def store(position: int, *, fetches: bool) -> None:
        async with gate:
            stored[position] = await _with_pictures(passages[position], quota if fetches else None)

    await asyncio.gather(*(store(position, fetches=position in chosen) for position in figures))
    return stored


async def _with_pictures(passage: ImportedPassage, quota: PictureQuota | None) -> ImportedPassage:
    root = lxml.html.fragment_fromstring(passage.html, create_parent="div")
    for picture in list(root.iter("img")):
        image = await _fetch(picture.get("src", "")) if quota is not None else None
        if image is None or quota is None or not await quota.use(len(image.data)):
            picture.drop_tree()
        else:
            new = Media(hash=image.hash, mime=image.mime, width=image.width, height=image.height, data=image.data)
            # A stored picture counts as new, so that it is not deleted before the text that shows it is written.
            await Media.insert(new).on_conflict(Media.hash, "DO UPDATE", [(Media.created_at, db.NOW)])
            picture.set("src", f"/media/{image.hash}")
            picture.set("width", str(image.width))
            picture.set("height", str(image.height))
            picture.set("loading", "lazy")
    return msgspec.structs.replace(passage, html=_inner(root))


Attributes = Mapping[str, Mapping[str, str]]


def stored_pictures(passages: Iterable[ImportedPassage]) -> Attributes:
    """The attributes of the stored pictures in `passages`, by the picture's hash."""
    pictures: dict[str, Mapping[str, str]] = {}
    for html in (passage.html for passage in passages if "/media/" in passage.html):
        for picture in lxml.html.fragment_fromstring(html, create_parent="div").iter("img"):
            if named := _STORED.match(picture.get("src", "")):
                pictures[named[1]] = dict(picture.attrib)
    return pictures


def with_stored_pictures(passage: ImportedPassage, known: Attributes) -> ImportedPassage:
    """Return an edited passage with the attributes of `known` pictures. Any other picture is taken out."""
    root = lxml.html.fragment_fromstring(passage.html, create_parent="div")
    for picture in list(root.iter("img")):
        named = _STORED.search(picture.get("src", ""))
        if named and named[1] in known:
            picture.attrib.update({**known[named[1]], "alt": picture.get("alt", "")})
        else:
            picture.drop_tree()
    return msgspec.structs.replace(passage, html=_inner(root))


def _inner(root: HtmlElement) -> str:
    return (root.text or "") + "".join(lxml.html.tostring(child, encoding="unicode") for child in root)


async def _fetch(url: str) -> Image | None:
    if not url.startswith(("http:", "https:", DRAWN)):
        return None
    try:
        if url.startswith(DRAWN):
            return await _decode(base64.b64decode(url.removeprefix(DRAWN)))
        fetched = await fetch(url, allow=settings().fetch_allow, limit=LARGEST, accept=PICTURES)
        return await _decode(fetched.body)
    except CannotImport as error:
        log.info("picture left out", error=str(error))
        return None


async def _decode(data: bytes) -> Image:
    return await asyncio.get_running_loop().run_in_executor(_DECODERS, reencode, data)
