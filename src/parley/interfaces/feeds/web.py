"""Feeds over HTTP: Atom, and JSON Feed at the same address with another ending."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath, FromQuery

from parley.discussion.threads import queries as threads
from parley.interfaces.feeds import making, websub
from parley.interfaces.feeds.formats import ATOM_TYPE, JSON_TYPE, Feed, atom, json_feed
from parley.interfaces.search.forms import SearchForm
from parley.interfaces.search.web import count_search
from parley.people.accounts import queries as accounts
from parley.people.accounts.viewer import viewer_of
from parley.platform.cache import PAGE_SECONDS, MicroCache
from parley.platform.concurrency import in_thread
from parley.platform.errors import NotFound
from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.http.members_first import visitors_turn
from parley.platform.http.pages import Finished, page_size, respond
from parley.platform.settings import settings
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

FORMATS = {"atom": (ATOM_TYPE, atom), "json": (JSON_TYPE, json_feed)}
# Any page may read a feed, which says nothing that a visitor cannot read. Search engines list the pages, not the feeds.
HEADERS = {"Access-Control-Allow-Origin": "*", "X-Robots-Tag": "noindex"}
READING = {"who": ANYONE, "reading": True}

_cache: MicroCache[Finished] = MicroCache("feeds", PAGE_SECONDS, size=page_size)


@get(["/feed.atom", "/feed.json"], name="feeds:site", opt=READING)
async def site(request: AnyRequest) -> Response[Any]:
    return _with_hub(request, await _answer(request, lambda: making.of_site(None)))


@get(["/topic/{topic:str}/feed.atom", "/topic/{topic:str}/feed.json"], name="feeds:topic", opt=READING)
async def of_topic(request: AnyRequest, topic: FromPath[str]) -> Response[Any]:
    async def make() -> Feed:
        chosen = next((row for row in await threads.topics() if row.slug == topic), None)
        if chosen is None:
            raise NotFound
        return await making.of_site(chosen)

    return _with_hub(request, await _answer(request, make))


@get(["/t/{thread:str}/feed.atom", "/t/{thread:str}/feed.json"], name="feeds:thread", opt=READING)
async def of_thread(request: AnyRequest, thread: FromPath[str], passage: FromQuery[str] = "") -> Response[Any]:
    async def make() -> Feed:
        number = as_id(thread)
        row = await threads.one(number) if number is not None else None
        if row is None:
            raise NotFound(N_("This thread does not exist."))
        return await making.of_thread(row, as_id(passage))

    answer = await _answer(request, make, str(as_id(passage)))
    return answer if passage else _with_hub(request, answer)


def _with_hub(request: AnyRequest, answer: Response[Any]) -> Response[Any]:
    """Name the hub that is told when this feed changes."""
    answer.headers.update(websub.links(request.url.path))
    return answer


@get(["/search.atom", "/search.json"], name="feeds:search", opt=READING)
async def of_search(request: AnyRequest) -> Response[Any]:
    """The newest comments that a search finds."""
    viewer = viewer_of(request)
    form = SearchForm(request.query_params)
    if not form.is_empty and not form.errors:
        await count_search(request, viewer)
    return await _answer(request, lambda: making.of_search(form, viewer), request.url.query)


@get(["/u/{name:str}/feed.atom", "/u/{name:str}/feed.json"], name="feeds:member", opt=READING)
async def of_member(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    async def make() -> Feed:
        member = await accounts.by_name(name)
        if member is None or member.state == "unverified" or not member.has_feed:
            raise NotFound
        return await making.of_member(member)

    return await _answer(request, make)


async def _answer(request: AnyRequest, make: Callable[[], Awaitable[Feed]], parameters: str = "") -> Response[Any]:
    """Write the feed in the format that the address names: once a moment for all, without those a viewer blocked.

    `parameters` are what it depends on besides its path.
    """
    content_type, write = FORMATS[request.url.path.rpartition(".")[2]]
    viewer = viewer_of(request)
    blocked = viewer.blocked if viewer else frozenset()
    # Whom the feed is for, as a search leaves out what its viewer hides.
    reader = (blocked, viewer.assisted if viewer else "show")

    async def finished() -> Finished:
        async with visitors_turn():
            feed = _without(await make(), blocked)
            # Writing fifty of the longest comments as XML takes up to 100 ms.
            return Finished(await in_thread(write, feed, settings().base_url))

    cached = await _cache.get((request.url.path, parameters, reader), finished)
    answer = respond(request, cached, f"{content_type}; charset=utf-8")
    answer.headers.update(HEADERS)
    return answer


def _without(feed: Feed, blocked: frozenset[int]) -> Feed:
    if not blocked:
        return feed
    return msgspec.structs.replace(feed, entries=[entry for entry in feed.entries if entry.author_id not in blocked])


handlers: list[object] = [site, of_topic, of_thread, of_search, of_member]
