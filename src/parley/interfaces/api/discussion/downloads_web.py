"""Downloading a whole thread."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Stream

from parley.interfaces.api.answers import READING
from parley.interfaces.api.discussion import thread_formats
from parley.interfaces.api.discussion.reading_web import thread_with_article
from parley.interfaces.api.discussion.schemas import Thread
from parley.people.accounts.viewer import Viewer, viewer_of
from parley.platform import quotas
from parley.platform.errors import Busy, TooMany
from parley.platform.http.access import AnyRequest, address_of
from parley.platform.http.bodies import at_end
from parley.platform.networks import network, site
from parley.platform.ratelimit import API_NETWORK, take_network
from parley.platform.settings import settings
from parley.platform.text.messages import N_

LD_JSON = 'application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"'
Writer = Callable[[Thread, Viewer | None], AsyncIterator[bytes]]
# In one process: each download holds a batch of comments in memory for as long as its reader takes.
MOST_DOWNLOADS, MOST_OF_SITE = 30, 3
RETRY_SECONDS = 30

# By the network that one person may have (platform/networks.py).
running: Counter[str] = Counter()


async def _download(request: AnyRequest, thread: str, write: Writer, media_type: str) -> Response[Any]:
    client_network = network(address_of(request))
    left = await take_network(API_NETWORK, client_network)
    discussion = await thread_with_article(thread)
    begin(request.scope, site(client_network))
    # Pages of other sites may read what visitors can read, as in feeds.
    headers = {"Access-Control-Allow-Origin": "*", "X-Robots-Tag": "noindex"}
    if left is not None:
        headers |= quotas.headers([API_NETWORK.quota(left)])
    if "tdm-reservation" in discussion.article.reservations:
        headers["TDM-Reservation"] = "1"
    return Stream(write(discussion, viewer_of(request)), media_type=media_type, headers=headers)


def begin(scope: Any, site: str) -> None:
    """Count a download until its request ends. Raises TooMany where a network has many, Busy where all have."""
    if settings().limits and running[site] >= MOST_OF_SITE:
        raise TooMany(
            N_("Some downloads from your network are not finished yet. Please try again then."), RETRY_SECONDS
        )
    if running.total() >= MOST_DOWNLOADS:
        raise Busy(N_("Many downloads are running right now. Please try again in a moment."), RETRY_SECONDS)
    running[site] += 1
    at_end(scope, lambda: _end(site))


def _end(site: str) -> None:
    running[site] -= 1
    if not running[site]:
        del running[site]


@get("/t/{thread:str}/export.json", name="api:thread-json", opt=READING)
async def as_json(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    return await _download(request, thread, thread_formats.as_json, "application/json")


@get("/t/{thread:str}/export.md", name="api:thread-markdown", opt=READING)
async def as_markdown(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    return await _download(request, thread, thread_formats.as_markdown, "text/markdown")


@get("/t/{thread:str}/annotations.jsonld", name="api:thread-annotations", opt=READING)
async def as_annotations(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    return await _download(request, thread, thread_formats.as_annotations, LD_JSON)


handlers: list[object] = [as_json, as_markdown, as_annotations]
