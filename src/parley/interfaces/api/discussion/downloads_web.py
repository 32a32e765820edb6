"""Downloading a whole thread."""

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
from parley.platform.networks import Holdings, Source, source
from parley.platform.quotas import Quota
from parley.platform.ratelimit import API_ACCOUNT, API_HOST, of_source, take, take_all
from parley.platform.settings import settings
from parley.platform.text.messages import N_

LD_JSON = 'application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"'
Writer = Callable[[Thread, Viewer | None], AsyncIterator[bytes]]
# In one process: each download holds a batch of comments in memory for as long as its reader takes.
MOST_DOWNLOADS, MOST_OF_HOST = 30, 3
RETRY_SECONDS = 30

running = Holdings(MOST_OF_HOST)


async def _download(request: AnyRequest, thread: str, write: Writer, media_type: str) -> Response[Any]:
    viewer, client = viewer_of(request), source(address_of(request))
    used: list[Quota] = []
    quotas.used.set(used)
    if viewer is not None:
        await take(API_ACCOUNT, str(viewer.id))
    else:
        await take_all(of_source(API_HOST, client))
    discussion = await thread_with_article(thread, viewer)
    begin(request.scope, client)
    # Pages of other sites may read what visitors can read, as in feeds.
    reserved = discussion.article.reservations
    robots = ", ".join(["noindex", *(one for one in reserved if one in {"noai", "noimageai"})])
    headers = {"Access-Control-Allow-Origin": "*", "X-Robots-Tag": robots, **quotas.headers(used)}
    if "tdm-reservation" in reserved:
        headers["TDM-Reservation"] = "1"
    return Stream(write(discussion, viewer), media_type=media_type, headers=headers)


def begin(scope: Any, client: Source) -> None:
    """Count a download until its request ends. Raises TooMany where a host or network has many, Busy where all have."""
    if settings().limits and not running.may_add(client):
        raise TooMany(
            N_("Some downloads from your network are not finished yet. Please try again then."), RETRY_SECONDS
        )
    if running.of_host.total() >= MOST_DOWNLOADS:
        raise Busy(N_("Many downloads are running right now. Please try again in a moment."), RETRY_SECONDS)
    running.add(client)
    at_end(scope, lambda: running.remove(client))


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
