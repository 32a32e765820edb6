"""Reading sites, and the threads of their pages."""

from collections.abc import Sequence

import msgspec

from parley.articles.articles.addresses import canonical
from parley.articles.articles.duplicates import address_variants
from parley.articles.articles.rules import is_web_address
from parley.interfaces.embed.rules import KEY, LONGEST_URL, SiteRow
from parley.interfaces.embed.tables import Site
from parley.platform import db
from parley.platform.errors import NotFound, Refused
from parley.platform.text.messages import N_

NO_SITE = N_("This discussion is set up for a site that is not registered here.")

# If the title of an article is hidden, so is its address.
SELECT_AT_ADDRESSES = """
select a.url, t.id, t.slug, t.comment_count from article a join thread t on t.article = a.id
where a.url = any($1::text[]) and not a.untitled order by t.id
"""
SELECT_OF_THREAD = "select a.url from thread t join article a on a.id = t.article where t.id = $1 and not a.untitled"
IS_HIDDEN = "select exists(select from article where url = any($1::text[]) and untitled)"


async def site(key: str | None) -> SiteRow:
    """Return a site. Raises NotFound."""
    is_key = key is not None and KEY.fullmatch(key)
    row = await db.fetch_one(SiteRow, Site.select().where(Site.key == key)) if is_key else None
    if row is None:
        raise NotFound(NO_SITE)
    return row


async def sites() -> list[SiteRow]:
    return await db.fetch(SiteRow, Site.select().order_by(Site.key))


class EmbeddedThread(msgspec.Struct, frozen=True):
    """The thread of an article, and the address by which it was found."""

    url: str
    id: int
    slug: str
    comment_count: int


async def require_not_removed(url: str) -> None:
    """Raise Refused if the title of the article at this address was taken down, and so its address."""
    if await db.value(IS_HIDDEN, address_variants(canonical(url))):
        raise Refused(N_("This article was taken down here, so it cannot be discussed on this page."))


async def threads_at(urls: Sequence[str]) -> dict[str, EmbeddedThread]:
    """Return the threads of the articles at these addresses, however they are written there."""
    variants = {url: address_variants(canonical(url)) for url in urls if is_address(url)}
    every = [variant for some in variants.values() for variant in some]
    rows = {row.url: row for row in await db.fetch(EmbeddedThread, SELECT_AT_ADDRESSES, every)}
    rows_of_urls = {
        url: next((rows[variant] for variant in some if variant in rows), None) for url, some in variants.items()
    }
    return {url: row for url, row in rows_of_urls.items() if row is not None}


def is_address(url: str) -> bool:
    return len(url) <= LONGEST_URL and url.isprintable() and is_web_address(url)


async def require_own(site: SiteRow, thread: int) -> None:
    """Raise NotFound unless the article is on `site`, so that no site has its readers act in other threads."""
    if not site.has(await db.value(SELECT_OF_THREAD, thread)):
        raise NotFound(N_("This discussion does not belong to an article of this site."))
