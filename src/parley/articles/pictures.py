"""An article's pictures: fetched, re-encoded and kept under the hash of their bytes."""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence

import lxml.html
import msgspec
import structlog
from lxml.html import HtmlElement

from parley.articles.importing.errors import CannotImport
from parley.articles.importing.fetch import PICTURES, fetch
from parley.articles.importing.images import Image, reencode
from parley.articles.importing.passages import ImportedPassage
from parley.core import db
from parley.core.settings import settings

log = structlog.get_logger(__name__)

MOST = 30
AT_ONCE = 4
LARGEST = 8_000_000
# Of one that is there already it is noted that a text wants it again, or it might be deleted before that text is
# written down (retention.py).
KEEP = """
insert into media (hash, mime, width, height, data) values ($1, $2, $3, $4, $5)
on conflict (hash) do update set created_at = now()
"""


async def keep_pictures(passages: Sequence[ImportedPassage]) -> list[ImportedPassage]:
    """The passages with every picture served by us, or, where it cannot be had, as a captioned link."""
    figures = [place for place, one in enumerate(passages) if "<img" in one.html]
    gate = asyncio.Semaphore(AT_ONCE)
    kept = list(passages)

    async def keep(place: int, *, wanted: bool) -> None:
        async with gate:
            kept[place] = await _with_pictures(passages[place], wanted=wanted)

    await asyncio.gather(*(keep(place, wanted=count < MOST) for count, place in enumerate(figures)))
    return kept


async def _with_pictures(passage: ImportedPassage, *, wanted: bool) -> ImportedPassage:
    root = lxml.html.fragment_fromstring(passage.html, create_parent="div")
    for picture in list(root.iter("img")):
        image = await _fetch(picture.get("src", "")) if wanted else None
        if image is None:
            _as_link(picture)
        else:
            await _store(image)
            picture.set("src", f"/media/{image.hash}")
            picture.set("width", str(image.width))
            picture.set("height", str(image.height))
            picture.set("loading", "lazy")
    return msgspec.structs.replace(passage, html=_inner(root))


Attributes = Mapping[str, Mapping[str, str]]
_OURS = re.compile(r"/media/([0-9a-f]{64})$")


def ours(passages: Iterable[ImportedPassage]) -> Attributes:
    """The pictures in `passages` that we keep, by their hash, with what their elements say of them."""
    found: dict[str, Mapping[str, str]] = {}
    for html in (one.html for one in passages if "/media/" in one.html):
        for picture in lxml.html.fragment_fromstring(html, create_parent="div").iter("img"):
            if named := _OURS.match(picture.get("src", "")):
                found[named[1]] = dict(picture.attrib)
    return found


def with_ours(passage: ImportedPassage, known: Attributes) -> ImportedPassage:
    """`passage`, written by hand, with its pictures as `known` has them; any other picture becomes a link."""
    root = lxml.html.fragment_fromstring(passage.html, create_parent="div")
    for picture in list(root.iter("img")):
        named = _OURS.search(picture.get("src", ""))
        if named and named[1] in known:
            picture.attrib.update({**known[named[1]], "alt": picture.get("alt", "")})
        else:
            _as_link(picture)
    return msgspec.structs.replace(passage, html=_inner(root))


def _inner(root: HtmlElement) -> str:
    return (root.text or "") + "".join(lxml.html.tostring(child, encoding="unicode") for child in root)


async def _fetch(url: str) -> Image | None:
    if not url.startswith(("http:", "https:")):
        return None
    try:
        fetched = await fetch(url, allow=settings().fetch_allow, limit=LARGEST, accept=PICTURES)
        return await asyncio.to_thread(reencode, fetched.body)
    except CannotImport as error:
        log.info("picture left as a link", error=str(error))
        return None


def _as_link(picture: HtmlElement) -> None:
    """Put a link to the source in the picture's place."""
    link = lxml.html.Element("a", href=picture.get("src", ""), rel="nofollow ugc noopener")
    link.text = picture.get("alt") or "Picture at the source"
    link.tail = picture.tail
    parent = picture.getparent()
    if parent is not None:
        picture.tail = None
        parent.replace(picture, link)


async def _store(image: Image) -> None:
    await db.execute(
        KEEP,
        image.hash,
        image.mime,
        image.width,
        image.height,
        image.data,
    )
