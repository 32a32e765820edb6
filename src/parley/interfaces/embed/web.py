"""The script for publishers' pages, and what it asks."""

from functools import cache
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, get
from litestar.params import FromQuery
from litestar.response import Redirect

from parley.interfaces.embed import page as pages
from parley.interfaces.embed import queries
from parley.platform.cache import PAGE_SECONDS, MicroCache
from parley.platform.errors import BadRequest, ParleyError
from parley.platform.http import problems
from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.http.assets import assets
from parley.platform.http.members_first import visitors_turn
from parley.platform.http.pages import Finished, page_size, respond
from parley.platform.text.messages import N_

READING = {"who": ANYONE, "reading": True}
# Pages of all sites may read these answers: they contain only what visitors can read.
OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Robots-Tag": "noindex",
}
# How long browsers use the script before they ask for a newer one.
SCRIPT_AGE = "public, max-age=600"
MOST_COUNTS, LONGEST_COUNTS = 50, 12_000  # addresses, and characters of all of them


def on_refusal(request: AnyRequest, error: ParleyError) -> Response[Any]:
    """Tell the script what is wrong, such as a site that is not registered: it says so in the browser's console."""
    return problems.answer(request, error.status, error.title, error.message, OPEN)


# For what the script asks.
ASKED: dict[str, Any] = {"opt": READING, "exception_handlers": {ParleyError: on_refusal}}

_pages: MicroCache[Finished] = MicroCache("embeds", PAGE_SECONDS, size=page_size)


@get("/embed/v1.js", name="embed:script", opt=READING, sync_to_thread=False)
def script(request: AnyRequest) -> Response[Any]:
    """The script that a publisher's page loads."""
    answer = respond(request, _script(), "text/javascript")
    answer.headers.update(OPEN | {"Cache-Control": SCRIPT_AGE, "Vary": "Accept-Encoding"})
    return answer


@cache
def _script() -> Finished:
    return Finished(assets()["embed-v1.js"].data, {})


@get("/embed/v1/page", name="embed:page", **ASKED)
async def page(request: AnyRequest, site: FromQuery[str] = "", url: FromQuery[str] = "") -> Response[Any]:
    """Describe the article at `url`: its passages, and how many comments each has."""

    async def make() -> Finished:
        _check([url])
        await queries.site(site)
        async with visitors_turn():
            return Finished(msgspec.json.encode(await pages.page(url)), {})

    return _answer(request, await _pages.get((site, url), make))


@get("/embed/v1/counts", name="embed:counts", **ASKED)
async def counts(
    request: AnyRequest, site: FromQuery[str] = "", url: FromQuery[list[str] | None] = None
) -> Response[Any]:
    """The numbers of comments on articles, by their addresses; 0 for those without a thread."""
    await queries.site(site)
    urls = (url or [])[:MOST_COUNTS]
    _check(urls)
    if sum(map(len, urls)) > LONGEST_COUNTS:
        raise BadRequest(N_("These addresses are too long together. Ask for fewer at once."))
    threads = await queries.threads_at(urls)
    numbers = {url: threads[url].comment_count if url in threads else 0 for url in urls}
    return _answer(request, Finished(msgspec.json.encode(numbers), {}))


def _check(urls: list[str]) -> None:
    if not all(queries.is_address(url) for url in urls):
        raise BadRequest(N_("This is not a web address. It should look like https://example.org/article."))


def _answer(request: AnyRequest, finished: Finished) -> Response[Any]:
    answer = respond(request, finished, "application/json")
    # The same for all viewers, so `Cookie` is not named.
    answer.headers.update(OPEN | {"Vary": "Accept-Encoding, Accept-Language"})
    return answer


@get("/at", name="embed:at", opt=READING)
async def at(url: FromQuery[str] = "") -> Redirect:
    """Redirect from an article's address to its thread, or to the form that opens one."""
    _check([url])
    thread = (await queries.threads_at([url])).get(url)
    path = f"/t/{thread.id}/{thread.slug}" if thread else f"/new?url={quote(url, safe='')}"
    return Redirect(path, status_code=303)


handlers: list[object] = [script, page, counts, at]
