"""The PDF of an article, where it is kept: the file, and pictures of its pages on which a passage is marked."""

import asyncio
from typing import Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Stream

from parley.articles.articles import originals
from parley.extraction.errors import CannotImport
from parley.extraction.sandbox.pages import draw_page
from parley.people.accounts.viewer import viewer_of
from parley.platform import db
from parley.platform.cache import Bounded
from parley.platform.errors import NotFound
from parley.platform.http import downloads
from parley.platform.http.access import ANYONE, AnyRequest, address_of
from parley.platform.http.pages import page
from parley.platform.networks import source
from parley.platform.ratelimit import PREVIEW, PREVIEW_VISITORS, of_source, take_all, take_each
from parley.platform.text.cleaning import as_id

# By their PDF and number. What may be seen is asked each time.
_pictures = Bounded[bytes](1_000, 16 * 2**20, len, "pictures of pages")
# One is drawn at a time, since drawing takes a process and up to a second; others wait and mostly find it drawn.
_drawing = asyncio.Lock()
_MOST_WORDS = 300  # characters that describe a picture
# A page shows all that is on it: none is shown of an article of which anything was taken down.
_MAY_BE_SEEN = """a.display = 'full' and not a.untitled and r.original is not null
  and r.number = (select max(number) from revision where article = a.id)"""
SELECT_PASSAGE = f"""
select t.id as thread, t.slug, r.title, r.lang, r.original, p.lineage, p.page, p.boxes, p.text,
       (select max(o.page) from passage o where o.revision = r.id) as last
from passage p join revision r on r.id = p.revision join article a on a.id = r.article join thread t on t.article = a.id
where p.lineage = $1 and p.page is not null and {_MAY_BE_SEEN}
"""  # noqa: S608 constants only
SELECT_ORIGINAL = f"""
select t.slug, r.original as digest from thread t join article a on a.id = t.article join revision r on r.article = a.id
where t.id = $1 and {_MAY_BE_SEEN}
"""  # noqa: S608 constants only


class PassageOnPage(msgspec.Struct, frozen=True):
    """A passage of the newest revision, with the page on which it begins and the last one of its PDF with text."""

    thread: int
    slug: str
    title: str
    lang: str | None
    original: str
    lineage: int
    page: int
    boxes: str | None
    text: str
    last: int

    def marks(self, number: int) -> list[tuple[int, ...]]:
        """Its places on a page: the page's height, and left, top, width and height, for a page 1,000 wide."""
        numbers = [int(one) for one in (self.boxes or "").split()]
        places = (numbers[at : at + 6] for at in range(0, len(numbers), 6))
        return [
            (height, left, top, right - left, bottom - top)
            for on, height, left, top, right, bottom in places
            if on == number
        ]


class KeptFile(msgspec.Struct, frozen=True):
    slug: str
    digest: str


async def _passage(request: AnyRequest, lineage: str) -> tuple[PassageOnPage, int]:
    """A passage, and the number of the page that is asked for. Raises NotFound."""
    row = await db.fetch_one(PassageOnPage, SELECT_PASSAGE, as_id(lineage) or 0)
    number = as_id(request.query_params.get("number", "")) if "number" in request.query_params else row and row.page
    if row is None or not number or number > row.last:
        raise NotFound
    return row, number


@get("/p/{lineage:str}/page", name="articles:pdf-page", opt={"who": ANYONE})
async def pdf_page(request: AnyRequest, lineage: FromPath[str]) -> Response[Any]:
    row, number = await _passage(request, lineage)
    words = row.text[:_MOST_WORDS] if number == row.page else ""
    return page(request, "articles/pdf_page.html", row=row, number=number, marks=row.marks(number), words=words)


@get("/p/{lineage:str}/page.webp", name="articles:pdf-page-picture", opt={"who": ANYONE})
async def pdf_page_picture(request: AnyRequest, lineage: FromPath[str]) -> Response[bytes]:
    row, number = await _passage(request, lineage)
    picture = await _picture(request, row.original, number)
    headers = {"Cache-Control": "private, no-cache", "Content-Security-Policy": "default-src 'none'; sandbox"}
    return Response(picture, media_type="image/webp", headers=headers)


async def _picture(request: AnyRequest, digest: str, number: int) -> bytes:
    key = digest, number
    if (picture := _pictures.get(key)) is None:
        async with _drawing:
            if (picture := _pictures.get(key)) is None:
                picture = await _draw(request, digest, number)
                _pictures.put(key, picture)
    return picture


async def _draw(request: AnyRequest, digest: str, number: int) -> bytes:
    """Draw a page, within the reader's limit. Raises NotFound if it cannot be drawn."""
    viewer, address = viewer_of(request), address_of(request)
    if viewer is None:
        await take_all(of_source(PREVIEW_VISITORS, source(address)))
    else:
        await take_each(PREVIEW, viewer.id, address)
    try:
        return await draw_page(await originals.whole(digest), number)
    except CannotImport as error:
        raise NotFound(error.reason) from None


@get("/t/{thread:str}/original.pdf", name="articles:original", opt={"who": ANYONE})
async def original(request: AnyRequest, thread: FromPath[str]) -> Stream:
    """The PDF, to be saved: a browser would run what scripts it has."""
    file = await db.fetch_one(KeptFile, SELECT_ORIGINAL, as_id(thread) or 0)
    if file is None:
        raise NotFound
    downloads.begin(request.scope, source(address_of(request)))
    headers = {
        "Content-Disposition": f"attachment; filename*=utf-8''{file.slug}.pdf",
        "Cache-Control": "private, no-cache",
    }
    return Stream(originals.parts(file.digest), media_type="application/pdf", headers=headers)


handlers: list[object] = [pdf_page, pdf_page_picture, original]
