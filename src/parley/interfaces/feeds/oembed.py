"""Previews of threads and comments for other sites (oEmbed, https://oembed.com/)."""

from html import escape
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Response, get
from litestar.params import FromQuery

from parley.discussion.comments import queries as comments
from parley.discussion.threads import queries as threads
from parley.people.accounts.viewer import Viewer, viewer_of
from parley.platform.errors import NotFound, ParleyError
from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.settings import settings
from parley.platform.text.cleaning import as_id
from parley.platform.text.markdown import excerpt
from parley.platform.text.messages import N_

# In pixels and characters. The height means nothing for a quotation, but the format requires one.
WIDTH, LEAST_WIDTH, HEIGHT = 600, 200, 200
TEXT = 300


class OtherFormat(ParleyError):
    """Only JSON is written."""

    status = 501
    title = N_("Only JSON")


class LinkPreview(msgspec.Struct, frozen=True):
    """What a preview shows: a title, the address of the page, and the words of a comment if it is one."""

    title: str
    url: str
    author: str | None = None
    words: str | None = None


@get("/oembed", name="feeds:oembed", opt={"who": ANYONE, "reading": True})
async def oembed(
    request: AnyRequest,
    url: FromQuery[str] = "",
    maxwidth: FromQuery[str] = "",
    format: FromQuery[str] = "json",  # noqa: A002 the parameter's name in the standard
) -> Response[Any]:
    """Describe the thread or the comment at `url` as the viewer sees it. Nothing is fetched."""
    if format != "json":
        raise OtherFormat(N_("Parley describes pages as JSON only: leave out the format, or ask for json."))
    preview = await _preview(url, viewer_of(request))
    if preview is None:
        raise NotFound(N_("There is no thread or comment at this address."))
    width = max(LEAST_WIDTH, min(WIDTH, as_id(maxwidth) or WIDTH))
    return Response(_fields_of(preview, width), headers={"Access-Control-Allow-Origin": "*"})


def _fields_of(preview: LinkPreview, width: int) -> dict[str, Any]:
    base = settings().base_url
    words = f"<p>{escape(preview.words)}</p>" if preview.words else ""
    by = f"{escape(preview.author)}, " if preview.author else ""
    link = f'<a href="{escape(preview.url)}">{escape(preview.title)}</a>'
    described = {
        "version": "1.0",
        "type": "rich",
        "title": preview.title,
        "author_name": preview.author,
        "provider_name": settings().name,
        "provider_url": f"{base}/",
        "html": f"<blockquote>{words}<p>{by}{link}</p></blockquote>",
        "width": width,
        "height": HEIGHT,
    }
    return {name: value for name, value in described.items() if value is not None}


async def _preview(url: str, viewer: Viewer | None) -> LinkPreview | None:
    match _path(url):
        case ["t", number, *slug] if len(slug) <= 1:
            return await _of_thread(as_id(number))
        case ["c", number]:
            return await _of_comment(as_id(number), viewer)
    return None


def _path(url: str) -> list[str]:
    """Return the parts of the path of a page of ours; none for other addresses."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return []
    return parts.path.strip("/").split("/") if f"{parts.scheme}://{parts.netloc}" == settings().base_url else []


async def _of_thread(number: int | None) -> LinkPreview | None:
    thread = await threads.one(number) if number is not None else None
    return LinkPreview(thread.title, f"{settings().base_url}{thread.address}") if thread else None


async def _of_comment(number: int | None, viewer: Viewer | None) -> LinkPreview | None:
    comment = await comments.one(number) if number is not None else None
    row = comments.seen_by(comment, viewer) if comment is not None else None
    thread = await threads.one(row.thread) if row is not None and row.state == "visible" else None
    if row is None or thread is None:
        return None
    url = f"{settings().base_url}/c/{row.id}"
    if row.collapsed:
        # Readers of the page choose to open it; a preview on another site would show its words to all.
        return LinkPreview(thread.title, url)
    return LinkPreview(thread.title, url, row.author, excerpt(row.raw_html, TEXT))


handlers: list[object] = [oembed]
