"""Previews of threads and comments for other sites (oEmbed, https://oembed.com/)."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Response, get
from litestar.params import FromQuery
from lxml import etree

from parley.discussion.comments import queries as comments
from parley.discussion.thesis import queries as thesis
from parley.discussion.threads import queries as threads
from parley.discussion.threads.voices import voices
from parley.interfaces.feeds import formats, pictures
from parley.interfaces.feeds.drawing import LABELS
from parley.people.accounts.viewer import Viewer, viewer_of
from parley.platform.errors import NotFound, ParleyError
from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.settings import settings
from parley.platform.text.cleaning import as_id, shorten
from parley.platform.text.messages import N_, Message, as_text

# In pixels and characters. The height means nothing for a quotation, but the format requires one.
WIDTH, LEAST_WIDTH, HEIGHT = 600, 200, 200
PICTURE = (1_200, 630)
CLAIM = N_("The article claims: {thesis}")
TEXT = 300


class OtherFormat(ParleyError):
    """Only JSON and XML are written."""

    status = 501
    title = N_("Only JSON and XML")


class Side(msgspec.Struct, frozen=True):
    """A response to an article or to its words: how it stands to them, its own words and its author."""

    label: Message
    words: str
    author: str | None


class LinkPreview(msgspec.Struct, frozen=True):
    """What a preview shows: a title, the address of the page, and the words of a comment if it is one.

    A thread has what its article claims, two responses that disagree `about` words of it, and a picture.
    """

    title: str
    url: str
    author: str | None = None
    words: str | None = None
    claim: str | None = None
    about: str = ""
    pair: list[Side] = []
    picture: str | None = None


@get("/oembed", name="feeds:oembed", opt={"who": ANYONE, "reading": True})
async def oembed(
    request: AnyRequest,
    url: FromQuery[str] = "",
    maxwidth: FromQuery[str] = "",
    maxheight: FromQuery[str] = "",
    format: FromQuery[str] = "json",  # noqa: A002 the parameter's name in the standard
) -> Response[Any]:
    """Describe the thread or the comment at `url` as the viewer sees it. Nothing is fetched."""
    try:
        if format not in WRITERS:
            raise OtherFormat(N_("Parley describes pages as JSON or XML only: ask for format=json or format=xml."))
        preview = await _preview(url, viewer_of(request))
        if preview is None:
            raise NotFound
    except ParleyError as error:
        fields = {"status": error.status, "title": as_text(error.title), "detail": as_text(error.message)}
        return _answer(format, "error", fields, error.status)
    fields = _fields_of(preview, as_id(maxwidth) or PICTURE[0], as_id(maxheight) or PICTURE[1])
    return _answer(format, "oembed", fields, 200)


def _answer(format_: str, root: str, fields: Mapping[str, Any], status: int) -> Response[bytes]:
    media_type, write = WRITERS.get(format_, WRITERS["json"])
    headers = {"Access-Control-Allow-Origin": "*"}
    return Response(write(root, fields), media_type=media_type, status_code=status, headers=headers)


def _as_json(_: str, fields: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode(fields)


def _as_xml(root: str, fields: Mapping[str, Any]) -> bytes:
    element = etree.Element(root)
    for name, value in fields.items():
        formats.add(element, name, str(value))
    return formats.document(element)


WRITERS: dict[str, tuple[str, Callable[[str, Mapping[str, Any]], bytes]]] = {
    "json": ("application/json", _as_json),
    "xml": ("text/xml", _as_xml),
}


def _fields_of(preview: LinkPreview, most_width: int, most_height: int) -> dict[str, Any]:
    base = settings().base_url
    described = {
        "version": "1.0",
        "type": "rich",
        "title": preview.title,
        "author_name": preview.author,
        "provider_name": settings().name,
        "provider_url": f"{base}/",
        "html": _html(preview),
        "width": max(LEAST_WIDTH, min(WIDTH, most_width)),
        "height": min(HEIGHT, most_height),
    }
    # It must not be larger than what was asked for, and there is only one size of it.
    if preview.picture and most_width >= PICTURE[0] and most_height >= PICTURE[1]:
        names = ("thumbnail_url", "thumbnail_width", "thumbnail_height")
        described |= dict(zip(names, (preview.picture, *PICTURE), strict=True))
    return {name: value for name, value in described.items() if value is not None}


def _html(preview: LinkPreview) -> str:
    claim = as_text(CLAIM.format(thesis=preview.claim)) if preview.claim else ""
    paragraphs = [escape(words) for words in (preview.words, claim) if words]
    paragraphs += [f"<q>{escape(preview.about)}</q>"] if preview.about else []
    paragraphs += [
        f"<strong>{escape(as_text(one.label))}:</strong> {escape(one.words)} {escape(one.author or '')}".rstrip()
        for one in preview.pair
    ]
    by = f"{escape(preview.author)}, " if preview.author else ""
    paragraphs.append(f'{by}<a href="{escape(preview.url)}">{escape(preview.title)}</a>')
    return f"<blockquote>{''.join(f'<p>{one}</p>' for one in paragraphs)}</blockquote>"


async def _preview(url: str, viewer: Viewer | None) -> LinkPreview | None:
    match _path(url):
        case ["t", number, *slug] if len(slug) <= 1:
            return await _of_thread(as_id(number), viewer)
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


async def _of_thread(number: int | None, viewer: Viewer | None) -> LinkPreview | None:
    thread = await threads.one(number) if number is not None else None
    if thread is None:
        return None
    both = (await voices([thread.id])).get(thread.id)
    pair = both.both if both is not None and not both.hidden_from(viewer) else []
    claim, url = await thesis.of_thread(thread.id), f"{settings().base_url}{thread.address}"
    return LinkPreview(
        thread.title,
        url,
        claim=claim.text if claim else None,
        about=both.quote if both and pair else "",
        pair=[Side(LABELS[one.stance], one.words or "", one.author) for one in pair],
        picture=await pictures.address(thread.id, both),
    )


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
    return LinkPreview(thread.title, url, row.author, shorten(row.excerpt, TEXT))


handlers: list[object] = [oembed]
