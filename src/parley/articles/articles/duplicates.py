"""Finding the article that a text copies: the same address spelled differently, or the same words elsewhere."""

from collections.abc import Iterable
from heapq import nsmallest
from itertools import product
from urllib.parse import urlsplit, urlunsplit
from zlib import crc32

from parley.extraction.text.words import WORD
from parley.platform import db

_VARIANTS = ("www.", "m.", "amp.", "mobile.")
_ENDINGS = ("/amp", "/amp.html", ".amp", "/print", "/print.html")
_PARAMETERS = frozenset(
    {"amp", "amp=1", "amp=true", "outputType=amp", "print", "print=1", "print=true", "output=print"}
)
_SHINGLE = 6  # words
_KEPT = 48  # hashes of a text
_SHARED = 30  # of these: about three quarters of the runs of words in either text are in both
_FEWEST_WORDS = 60
# The index finds revisions that share any hash; few texts share one by chance.
SELECT_SIMILAR = """
select article from (
    select r.article, (select count(*) from unnest(r.fingerprint) one where one = any($1::bigint[])) as shared
    from revision r where r.fingerprint && $1::bigint[]
) candidates where shared >= $2 order by shared desc, article limit 1
"""


def address_stem(url: str) -> tuple[str, str, str]:
    """The host, path and query that all ways to write one article's address have in common."""
    parts = urlsplit(url)
    host, path = parts.netloc.lower(), parts.path.rstrip("/")
    host = next((host.removeprefix(variant) for variant in _VARIANTS if host.startswith(variant)), host)
    path = next((path.removesuffix(ending) for ending in _ENDINGS if path.endswith(ending)), path)
    return host, path, "&".join(part for part in parts.query.split("&") if part not in _PARAMETERS)


def address_variants(url: str) -> list[str]:
    """The ways in which one article's address is written: with and without www, for print, for phones, as AMP."""
    host, path, query = address_stem(url)
    hosts = (host, *(f"{variant}{host}" for variant in _VARIANTS))
    paths = (path, f"{path}/", *(f"{path}{ending}" for ending in _ENDINGS), f"{path}/amp/", f"{path}/print/")
    return [
        urlunsplit((scheme, each_host, way or "/", asked, ""))
        for scheme, each_host, way, asked in product(("https", "http"), hosts, paths, {query, urlsplit(url).query})
    ]


def fingerprint(passages: Iterable[str]) -> list[int]:
    """The smallest hashes of the runs of six words in a text: texts that share most runs share most of these.

    (Broder, "On the resemblance and containment of documents", 1997.) Empty for a short text.
    """
    words = [word for text in passages for word in WORD.findall(text.casefold())]
    if len(words) < _FEWEST_WORDS:
        return []
    runs = {crc32(" ".join(words[at : at + _SHINGLE]).encode()) for at in range(len(words) - _SHINGLE + 1)}
    return nsmallest(_KEPT, runs)


async def find_similar(fingerprint: list[int]) -> int | None:
    """The id of an article with nearly the same text, whatever its address."""
    if not fingerprint:
        return None
    article: int | None = await db.value(SELECT_SIMILAR, fingerprint, _SHARED * len(fingerprint) // _KEPT)
    return article
