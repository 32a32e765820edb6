"""The sitemap (https://www.sitemaps.org/protocol.html)."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import MediaType, Response, get
from litestar.params import FromPath
from lxml import etree

from parley.discussion.comments.rules import IS_VISIBLE
from parley.interfaces.feeds.formats import add, document
from parley.platform import db
from parley.platform.cache import PAGE_SECONDS, MicroCache
from parley.platform.concurrency import in_thread
from parley.platform.errors import NotFound
from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.http.pages import Finished, page_size, respond
from parley.platform.settings import settings
from parley.platform.text.cleaning import as_id
from parley.platform.text.formats import iso

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
# Threads in one file, by their ids: number 1 has the threads from 1 to 10,000. A file may list 50,000 pages.
IN_A_FILE = 10_000

# Threads that search engines should list: with a title, and with a comment that can be read.
IS_LISTED = f"""
not a.untitled and t.comment_count > 0
and exists (select from comment c where c.thread = t.id and {IS_VISIBLE})
"""
SELECT_FILES = f"""
select distinct (t.id - 1) / {IN_A_FILE} + 1 as number
from thread t join article a on a.id = t.article where {IS_LISTED} order by number
"""  # noqa: S608 constants only
SELECT_PAGES = f"""
select t.id, t.slug, greatest(t.last_activity_at, (
           select max(r.created_at) from revision r where r.article = a.id)) as changed_at
from thread t join article a on a.id = t.article
where t.id > ($1::bigint - 1) * {IN_A_FILE} and t.id <= $1::bigint * {IN_A_FILE} and {IS_LISTED} order by t.id
"""  # noqa: S608 constants only

_cache: MicroCache[Finished] = MicroCache("sitemap", PAGE_SECONDS, size=page_size)


class SitemapPage(msgspec.Struct, frozen=True):
    """A thread's page, and when it last changed visibly."""

    id: int
    slug: str
    changed_at: datetime


@get("/sitemap.xml", name="feeds:sitemap", opt={"who": ANYONE, "reading": True})
async def index(request: AnyRequest) -> Response[Any]:
    return respond(request, await _cache.get("index", _index), MediaType.XML)


@get("/sitemap/{sitemap:str}", name="feeds:sitemap-file", opt={"who": ANYONE, "reading": True})
async def one_file(request: AnyRequest, sitemap: FromPath[str]) -> Response[Any]:
    name, dot, ending = sitemap.partition(".")
    number = as_id(name)
    # A larger number is beyond every id.
    if number is None or f"{dot}{ending}" != ".xml" or number > 2**32:
        raise NotFound
    return respond(request, await _cache.get(number, lambda: _file(number)), MediaType.XML)


async def _index() -> Finished:
    root = etree.Element(f"{{{NAMESPACE}}}sitemapindex", nsmap={None: NAMESPACE})
    for number in await db.values(SELECT_FILES):
        element = add(root, f"{{{NAMESPACE}}}sitemap")
        add(element, f"{{{NAMESPACE}}}loc", f"{settings().base_url}/sitemap/{number}.xml")
    return Finished(document(root))


async def _file(number: int) -> Finished:
    pages = await db.fetch(SitemapPage, SELECT_PAGES, number)
    if not pages:
        raise NotFound
    return await in_thread(_write, pages)


def _write(pages: list[SitemapPage]) -> Finished:
    root = etree.Element(f"{{{NAMESPACE}}}urlset", nsmap={None: NAMESPACE})
    for page in pages:
        element = add(root, f"{{{NAMESPACE}}}url")
        add(element, f"{{{NAMESPACE}}}loc", f"{settings().base_url}/t/{page.id}/{page.slug}")
        add(element, f"{{{NAMESPACE}}}lastmod", iso(page.changed_at))
    return Finished(document(root))


handlers: list[object] = [index, one_file]
