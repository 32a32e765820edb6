"""Reading the pages that discussions of another site are about, many at once; placeholders for those that are gone."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from html import escape
from urllib.parse import unquote, urlsplit

from parley.articles.articles.addresses import canonical
from parley.articles.articles.duplicates import address_stem
from parley.articles.articles.text import ArticleText
from parley.articles.imports.reading import LONGEST_TITLE, read_url
from parley.extraction.errors import CannotImport, SiteUnreachable
from parley.extraction.html.passages import ImportedPassage
from parley.platform.text.cleaning import one_line
from parley.platform.text.messages import N_, as_text

# Pages that are read at once, and of one site. A page takes up to ten seconds, and mostly the site's time.
MOST_AT_ONCE, MOST_OF_SITE = 64, 4
# A site of which nothing was read and so many addresses did not answer is not asked for the others.
UNANSWERED = 3

UNREAD = N_("This article could not be read at its address when its discussion was moved here: {address}")

Stem = tuple[str, str, str]
Store = Callable[[str, ArticleText | CannotImport], Awaitable[None]]


def stem_of(address: str) -> Stem:
    """Return what all ways to write an address have in common."""
    return address_stem(canonical(address))


class PageReader:
    """Reads pages of many sites at once, and stops asking sites that do not answer."""

    def __init__(self) -> None:
        self._all = asyncio.Semaphore(MOST_AT_ONCE)
        self._of_site: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(MOST_OF_SITE))
        self._answered: set[str] = set()
        self._unanswered: defaultdict[str, list[SiteUnreachable]] = defaultdict(list)

    async def read_each(self, addresses: Iterable[str], store: Store) -> None:
        """Call `store` with each address and the article of its page, or why there is none, one after another."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._read(address)) for address in addresses]
            for task in asyncio.as_completed(tasks):
                await store(*await task)

    async def _read(self, address: str) -> tuple[str, ArticleText | CannotImport]:
        site, _, _ = stem_of(address)
        async with self._of_site[site], self._all:
            try:
                if len(self._unanswered[site]) >= UNANSWERED and site not in self._answered:
                    return address, self._unanswered[site][0]
                text = await read_url(address)
            except SiteUnreachable as error:
                self._unanswered[site].append(error)
                return address, error
            except CannotImport as error:
                self._answered.add(site)
                return address, error
            self._answered.add(site)
            return address, text


def placeholder(address: str, title: str) -> ArticleText:
    """Return an article that stands for a page that cannot be read any more."""
    words = as_text(UNREAD.format(address=address))
    passage = ImportedPassage("paragraph", None, f"<p>{escape(words)}</p>", words)
    return ArticleText(
        title=one_line(title)[:LONGEST_TITLE] or _name(address), passages=[passage], url=canonical(address)
    )


def _name(address: str) -> str:
    """Return a title for a page of which only the address is known: the last part of its path, or all of it."""
    parts = urlsplit(address)
    last = unquote(parts.path).rstrip("/").rpartition("/")[2].partition(".")[0]
    return " ".join(last.replace("-", " ").replace("_", " ").split()).capitalize() or address
