"""From what somebody gave us (an address, words, a file) to an article's text with its pictures."""

from urllib.parse import urlsplit, urlunsplit

import msgspec
from tld import get_fld

from parley.articles.importing import fetch as fetching
from parley.articles.importing.apart import ReadArticle, file_apart, page_apart, pasted_apart
from parley.articles.importing.errors import CannotImport
from parley.articles.importing.fetch import fetch
from parley.articles.pictures import keep_pictures
from parley.articles.rules import is_of_the_web
from parley.articles.text import ArticleText, CacheValidators
from parley.core.settings import settings

LONGEST_TITLE = 300
FEWEST_PASSAGES = 1


async def read_url(url: str) -> ArticleText:
    """Fetch a page and read its article. Raises CannotImport with a sentence for people."""
    text = await read_again(url, CacheValidators())
    return msgspec.structs.replace(text, passages=await keep_pictures(text.passages))


async def read_again(url: str, known: CacheValidators) -> ArticleText:
    """As `read_url`, its pictures still those of the source.

    Raises Unchanged when the site says that the page is the one it said was `known`.
    """
    fetched = await fetch(url, allow=settings().fetch_allow, etag=known.etag, last_modified=known.last_modified)
    found = await page_apart(fetched.body, url=fetched.final_url, charset=fetched.charset)
    text = _text(found, identity(found.extracted.canonical_url, fetched.final_url))
    return msgspec.structs.replace(text, fetched=said_of(fetched, text.url))


def said_of(fetched: fetching.Download, url: str | None) -> CacheValidators:
    """What asking `url` again may send along: only what was said of that very address."""
    same = canonical(fetched.final_url) == url
    return CacheValidators(fetched.etag, fetched.last_modified) if same else CacheValidators()


def identity(claimed: str | None, final_url: str) -> str:
    """The address an article is known by: the one its page claims, when that is of the same site as the page.

    A page of another site may say what it likes; it is known by where it was found.
    """
    return claimed if claimed and is_of_the_web(claimed) and same_site(claimed, final_url) else final_url


def same_site(one: str, other: str) -> bool:
    """Whether two addresses are of one host, or of a host and one below it that has the same owner."""
    hosts = sorted((_host(one), _host(other)), key=len)
    if hosts[0] == hosts[1]:
        return bool(hosts[0])
    return hosts[1].endswith(f".{hosts[0]}") and _owner(hosts[0]) == _owner(hosts[1])


def _owner(host: str) -> str:
    """What somebody registered, by the list of public suffixes: a guest of a shared domain is not its host."""
    found = get_fld(f"https://{host}", fail_silently=True, search_private=True)
    return str(found or ".".join(host.split(".")[-2:]))


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").rstrip(".").removeprefix("www.")


async def read_text(text: str, url: str | None = None, title: str = "") -> ArticleText:
    """Read pasted words: HTML, Markdown or plain text; `title` is the one that somebody gave them."""
    return await finished(await pasted_apart(text, title), url)


async def read_file(name: str, data: bytes, url: str | None = None, title: str = "") -> ArticleText:
    """As `read_text`, of a .txt, .md or .html file; `url` says where it came from."""
    return await finished(await file_apart(name, data, title), url)


async def finished(found: ReadArticle, url: str | None = None) -> ArticleText:
    """The text of an article of `url`, else of the address it claims, its pictures kept.

    Raises CannotImport when nothing is left.
    """
    text = _text(found, url or found.extracted.canonical_url)
    return msgspec.structs.replace(text, passages=await keep_pictures(text.passages))


def _text(found: ReadArticle, url: str | None) -> ArticleText:
    extracted, passages = found.extracted, found.passages
    if len(passages) < FEWEST_PASSAGES:
        raise CannotImport("We found no article text there. Copy the text of the article and paste it instead.")
    return ArticleText(
        title=(extracted.title or passages[0].text)[:LONGEST_TITLE],
        passages=passages,
        byline=extracted.byline,
        site=extracted.site,
        url=canonical(url) if url and is_of_the_web(url) else None,
        lang=extracted.lang,
        dir=extracted.dir,
        published_at=extracted.published_at,
        updated_at=extracted.updated_at,
    )


TRACKING = ("utm_", "fbclid", "gclid", "mc_")


def canonical(url: str) -> str:
    """The address without its fragment and tracking parameters, its host in small letters."""
    parts = urlsplit(url)
    query = "&".join(part for part in parts.query.split("&") if part and not part.startswith(TRACKING))
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path or "/", query, ""))
