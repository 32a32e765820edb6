"""Reading an article's text and pictures from an address, a pasted text or a file."""

import msgspec

from parley.articles.articles import originals
from parley.articles.articles.addresses import canonical, same_site
from parley.articles.articles.duplicates import fingerprint
from parley.articles.articles.pictures import store_pictures
from parley.articles.articles.rules import is_web_address
from parley.articles.articles.text import ArticleText, CacheValidators
from parley.extraction.errors import CannotImport
from parley.extraction.fetching import fetch as fetching
from parley.extraction.fetching.fetch import ARTICLES, fetch
from parley.extraction.html.extract import Extracted
from parley.extraction.html.passages import ImportedPassage, without_lost_pictures
from parley.extraction.sandbox.reading import ReadArticle, sandboxed_file, sandboxed_page, sandboxed_paste
from parley.platform.settings import settings
from parley.platform.text.cleaning import one_line
from parley.platform.text.hosts import bare_host
from parley.platform.text.messages import N_

LONGEST_TITLE = 300


async def read_url(url: str, member: int | None = None, chosen: str | None = None) -> ArticleText:
    """Fetch a page and read its article, in the `chosen` encoding if there is one. Raises CannotImport."""
    text = await read_again(url, CacheValidators(), chosen, member)
    return msgspec.structs.replace(text, passages=await _with_pictures(text, member))


async def _with_pictures(text: ArticleText, member: int | None) -> list[ImportedPassage]:
    return without_lost_pictures(await store_pictures(text.passages, member))


async def read_again(
    url: str, known: CacheValidators, chosen: str | None = None, member: int | None = None
) -> ArticleText:
    """Like `read_url`, without fetching the pictures. Raises Unchanged if the page still matches `known`."""
    fetched = await fetch(
        url, allow=settings().fetch_allow, accept=ARTICLES, etag=known.etag, last_modified=known.last_modified
    )
    return await read_fetched(fetched, chosen, member)


async def read_fetched(fetched: fetching.Download, chosen: str | None = None, member: int | None = None) -> ArticleText:
    """Read the article of a fetched page, without pictures, in the `chosen` encoding. Raises CannotImport."""
    read = await sandboxed_page(fetched.body, url=fetched.final_url, charset=fetched.charset, chosen=chosen)
    text = _as_text(read, identity(read.extracted.canonical_url, fetched.final_url))
    reserved = tuple(dict.fromkeys((*fetched.reservations, *text.reservations)))
    return msgspec.structs.replace(
        text,
        reservations=reserved,
        chosen=chosen,
        fetched=validators_for(fetched, text.url),
        original=await originals.keep(fetched.body, member),
    )


def validators_for(fetched: fetching.Download, url: str | None) -> CacheValidators:
    """The validators to send with the next request for `url`, if they were sent for that address and no redirect."""
    same = canonical(fetched.final_url) == url
    return CacheValidators(fetched.etag, fetched.last_modified) if same else CacheValidators()


def identity(claimed: str | None, final_url: str) -> str:
    """The address that identifies an article: the one that its page claims, if that is on the same site."""
    return claimed if claimed and is_web_address(claimed) and same_site(claimed, final_url) else final_url


async def read_text(text: str, title: str = "", member: int | None = None, claimed: str | None = None) -> ArticleText:
    """Read a pasted text: HTML, Markdown or plain text. The `member` typed its title and the address it is from."""
    read = await finish(await sandboxed_paste(text, title), member=member)
    return msgspec.structs.replace(read, claimed_url=_address(claimed) or read.claimed_url)


def partial_text(extracted: Extracted | None) -> ArticleText | None:
    """What was found of an article whose text could not be read."""
    return _article_text(extracted, None, [], extracted.title or "") if extracted is not None else None


def complete(text: ArticleText, new: ArticleText) -> ArticleText:
    """A pasted text with what was found at its address before, where the text does not say it."""
    names = ("byline", "site", "lang", "published_at", "updated_at", "licence", "reservations", "section", "bio")
    known = {name: getattr(text, name) or getattr(new, name) for name in names}
    title = {} if text.title == new.title else {"title": ""}  # the member typed another one
    return msgspec.structs.replace(text, where=new.where | title | text.where, **known)


async def read_file(
    name: str,
    data: bytes,
    url: str | None = None,
    title: str = "",
    member: int | None = None,
    chosen: str | None = None,
) -> ArticleText:
    """Like `read_text`, for a file. `url` is where it came from."""
    text = await finish(await sandboxed_file(name, data, title, chosen), url, member)
    return msgspec.structs.replace(text, original=await originals.keep(data))


async def finish(read: ReadArticle, url: str | None = None, member: int | None = None) -> ArticleText:
    """Return the text of an article and store its pictures. Raises CannotImport when no text is left.

    An address that only the text claims does not identify it: anybody could paste a text and take the address of the
    article that is really there.
    """
    text = _as_text(read, url)
    claimed = _address(read.extracted.canonical_url) if url is None else None
    return msgspec.structs.replace(text, claimed_url=claimed, passages=await _with_pictures(text, member))


def _as_text(read: ReadArticle, url: str | None) -> ArticleText:
    extracted, passages = read.extracted, read.passages
    if not passages:
        raise CannotImport(N_("We found no article text there. Copy the text of the article and paste it instead."))
    return _article_text(extracted, url, passages, extracted.title or passages[0].text)


def _article_text(extracted: Extracted, url: str | None, passages: list[ImportedPassage], title: str) -> ArticleText:
    return ArticleText(
        title=one_line(title)[:LONGEST_TITLE],
        passages=passages,
        byline=one_line(", ".join(extracted.byline)) or None,
        site=one_line(extracted.site or "") or bare_host(url or "") or None,
        url=_address(url),
        lang=extracted.lang,
        dir=extracted.dir,
        published_at=extracted.published_at,
        updated_at=extracted.updated_at,
        licence=extracted.licence,
        reservations=extracted.reservations,
        section=one_line(extracted.section or "") or None,
        bio=one_line(extracted.bio or "") or None,
        where=extracted.where,
        encoding=extracted.encoding,
        sure=extracted.sure,
        fingerprint=fingerprint(passage.text for passage in passages),
    )


def _address(url: str | None) -> str | None:
    return canonical(url) if url and is_web_address(url) else None
