"""Answering with HTML: one template gives the page, and its block alone when htmx asks."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import quote

import msgspec
from jinja2_fragments import render_block
from litestar import MediaType, Response
from litestar.status_codes import HTTP_429_TOO_MANY_REQUESTS, HTTP_503_SERVICE_UNAVAILABLE
from litestar.types import Scope

from parley.platform.errors import last_wait
from parley.platform.http.access import AnyRequest, header_of, principal_of
from parley.platform.http.encodings import ENCODINGS, IDENTITY, Part, compress, join
from parley.platform.http.environment import environment
from parley.platform.http.return_paths import came_from

# When to try again while the database is down.
RETRY_SECONDS = "5"
VARY = "HX-Request, Cookie, Accept-Encoding, Accept-Language, Page-Language"
# Of prepared HTML in what a template rendered.
MARK = re.compile("(\0[0-9]+\0)")


def wants_fragment(request: AnyRequest) -> bool:
    """Whether htmx requests a part of a page. A boosted link or a restored history entry needs the whole page."""
    headers = request.headers
    return (
        headers.get("hx-request") == "true"
        and headers.get("hx-boosted") != "true"
        and headers.get("hx-history-restore-request") != "true"
        and headers.get("hx-request-type") != "full"
    )


class Encoded(msgspec.Struct, frozen=True):
    """The bytes of a page in one encoding, and their ETag."""

    content: bytes
    etag: str


class Prepared:
    """Finished HTML as bytes, which a page takes as it is: joining and encoding it again took a tenth of its time.

    Only `render` and `render_parts` put it in its place, which the template marks by printing it. What is `shared` by
    many pages is compressed once.
    """

    def __init__(self, parts: Sequence[bytes], *, shared: bool = False) -> None:
        self.parts = parts
        self.shared = shared
        # No stored text can contain a NUL (platform/text/cleaning.py refuses it), and nobody knows the number.
        self.mark = f"\x00{id(self)}\x00"
        self._made: dict[str, Part] = {}

    @property
    def content(self) -> bytes:
        return b"".join(self.parts)

    def compressed(self, encoding: str) -> Part:
        part = self._made.get(encoding)
        if part is None:
            part = compress(self.content, encoding)
            if encoding != IDENTITY:
                self._made[encoding] = part
        return part

    @cached_property
    def length(self) -> int:
        return sum(map(len, self.parts))

    def __html__(self) -> str:
        return self.mark

    def __len__(self) -> int:
        return self.length


class Finished(msgspec.Struct, frozen=True):
    """A page that can be sent many times: it is compressed once for each encoding that somebody asks for."""

    plain: bytes | Sequence[bytes | Prepared]
    made: dict[str, Encoded] = {}

    def encoded(self, encoding: str) -> Encoded:
        answer = self.made.get(encoding)
        if answer is None:
            parts = [self.plain] if isinstance(self.plain, bytes) else self.plain
            content = join([_compressed(part, encoding) for part in parts], encoding)
            answer = Encoded(content, f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"')
            self.made[encoding] = answer
        return answer


def _compressed(part: bytes | Prepared, encoding: str) -> Part:
    return compress(part, encoding) if isinstance(part, bytes) else part.compressed(encoding)


def page_size(finished: Finished) -> int:
    """Return the bytes in memory, roughly: HTML compresses to less than a quarter in each encoding.

    Parts that it shares with other pages are not counted.
    """
    parts = [finished.plain] if isinstance(finished.plain, bytes) else finished.plain
    return sum(len(part) * 3 // 2 for part in parts if isinstance(part, bytes))


def render(template: str, block: str | None = None, **context: Any) -> bytes:
    """Render `template`, or only its `block`."""
    parts = _parts(_rendered(template, block, context), context)
    return b"".join([part if isinstance(part, bytes) else part.content for part in parts])


def render_parts(template: str, **context: Any) -> list[bytes | Prepared]:
    """Render `template` as the parts that it shares with other pages, and those between them."""
    made: list[bytes | Prepared] = []
    own: list[bytes] = []
    for part in _parts(_rendered(template, None, context), context):
        if isinstance(part, Prepared) and part.shared:
            made += [b"".join(own), part]
            own = []
        else:
            own += [part] if isinstance(part, bytes) else part.parts
    return [*made, b"".join(own)]


def _rendered(template: str, block: str | None, context: dict[str, Any]) -> str:
    if block:
        return str(render_block(environment(), template, block, context))
    return environment().get_template(template).render(context)


def _parts(html: str, context: Mapping[str, Any]) -> Iterator[bytes | Prepared]:
    """Split what a template rendered at the marks of what is prepared.

    A form that is shown again may contain what looks like a mark: that stays as it is.
    """
    prepared = {value.mark: value for value in context.values() if isinstance(value, Prepared)}
    for text in MARK.split(html):
        yield prepared[text] if text in prepared else text.encode()


def encoding_of(request: AnyRequest) -> str:
    """Return the best encoding that the browser reads."""
    return _best_of(header_of(request, b"accept-encoding"))


# Browsers send few different ones.
@lru_cache(100)
def _best_of(accepted: str) -> str:
    offers = [_offer(offer) for offer in accepted.split(",")]
    return next((encoding for encoding in ENCODINGS if encoding in offers), IDENTITY)


def _offer(text: str) -> str | None:
    """The encoding that an item of Accept-Encoding offers; None if it refuses it, by `q=0` (RFC 9110, 12.5.3)."""
    name, weighed, weight = "".join(text.split()).lower().partition(";q=")
    return None if weighed and not weight.strip("0.") else name


def respond(request: AnyRequest, finished: Finished, media_type: str = MediaType.HTML) -> Response[bytes | None]:
    """Respond with a finished page, or with 304 if the browser has the same bytes."""
    encoding = encoding_of(request)
    return respond_encoded(request, finished.encoded(encoding), encoding, media_type)


def respond_encoded(
    request: AnyRequest, encoded: Encoded, encoding: str, media_type: str = MediaType.HTML
) -> Response[bytes | None]:
    """Respond with the bytes of a page, or with 304 if the browser has the same."""
    headers = {"Vary": VARY, "ETag": encoded.etag}
    # It may name several, and proxies mark one as weak (W/"…"): both still have the bytes (RFC 9110, 13.1.2).
    if encoded.etag in header_of(request, b"if-none-match"):
        return Response(None, status_code=304, headers=headers)
    if encoding != IDENTITY:
        headers["Content-Encoding"] = encoding
    return Response(encoded.content, media_type=media_type, headers=headers)


def page(
    request: AnyRequest,
    template: str,
    block: str | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Response[Any]:
    """Render `template`, or only its `block` when htmx asks, for the viewer of this request."""
    extra = dict(headers or {})
    part = block if wants_fragment(request) else None
    if part and status >= 400:  # noqa: PLR2004 htmx shows an error at the form, not where a success would go
        extra |= {"HX-Retarget": f"#{part}", "HX-Reswap": "outerHTML"}
    html = render(template, part, status=status, **(base_context(request) | context))
    return _answer(request, html, status, extra)


def fragment(request: AnyRequest, template: str, status: int = 200, **context: Any) -> Response[Any]:
    """Render a whole small template, such as one component."""
    return _answer(request, render(template, status=status, **base_context(request), **context), status, {})


def pending_of(scope: Scope) -> Counter[str]:
    """Return how much waits for the viewer, by kind, as counted for this page. What was not counted is 0."""
    pending: Counter[str] = scope.setdefault("pending", Counter())  # type: ignore[typeddict-item]
    return pending


def base_context(request: AnyRequest) -> dict[str, Any]:
    """Return what every template gets: the viewer, what waits for them, and the path to return to after signing in.

    For a POST that is the page with the form, not the route it was sent to.
    """
    url = request.url
    path = came_from(request) if request.method == "POST" else quote(url.path) + (f"?{url.query}" if url.query else "")
    return {"viewer": principal_of(request), "pending": pending_of(request.scope), "path": path}


def _answer(request: AnyRequest, html: bytes, status: int, headers: dict[str, str]) -> Response[Any]:
    if status == 200 and request.method == "GET":  # noqa: PLR2004
        answer = respond(request, Finished(html))
        answer.headers.update(headers)
        return answer
    if status == HTTP_503_SERVICE_UNAVAILABLE:
        headers["Retry-After"] = RETRY_SECONDS
    if status == HTTP_429_TOO_MANY_REQUESTS:
        headers["Retry-After"] = str(last_wait.get())
    return Response(html, status_code=status, media_type=MediaType.HTML, headers=headers | {"Vary": VARY})
