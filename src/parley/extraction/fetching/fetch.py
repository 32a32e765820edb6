"""Fetching a page, a picture or a small file from the web, and posting a message to it, within hard limits."""

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from email.message import Message
from importlib.metadata import version
from urllib.parse import urlencode

import anyio
import httpcore
import httpx
import msgspec

from parley.extraction.errors import EMPTY, CannotImport, PageGone, SiteBusy, Unchanged
from parley.extraction.fetching.addresses import Network, Resolve, resolve
from parley.extraction.fetching.connecting import LATER, PASTE, connecting, target_of, wire
from parley.extraction.limits import LARGEST_FILE, LARGEST_PDF, is_pdf
from parley.extraction.metadata.licences import reservations
from parley.platform.errors import Busy
from parley.platform.settings import settings
from parley.platform.text.messages import N_

FILE_TYPES = (
    "text/plain",
    "text/xml",
    "application/xml",
    "application/octet-stream",
    "binary/octet-stream",
    "application/x-pem-file",
    "application/x-x509-ca-cert",
)
LARGEST_SMALL_FILE = 100_000  # bytes
_GZIP_OR_ZLIB = 47  # zlib: detect the format from the header, with the full window size
Headers = list[tuple[bytes, bytes]]

PDF = "application/pdf"
PAGES = ("text/html", "application/xhtml+xml", "text/plain", "text/markdown")
ARTICLES = (*PAGES, PDF)
# What feeds are sent as is often wrong, so the reader of feeds decides by what is in them.
FEEDS = ("application/atom+xml", "application/rss+xml", "application/feed+json", "application/xml", "*/*")
PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/bmp", "image/tiff")

PRODUCT = f"Parley/{version('parley-forum')}"
_USER_AGENT = PRODUCT.encode() + b" (articles and feeds that members and moderators named)"
_REDIRECTS = {301, 302, 303, 307, 308}
_PERMANENT = {301, 308}
_MOST_REDIRECTS = 3
_NOT_MODIFIED = 304
_GONE = 410
_LONGEST_TYPE = 1_000
_CHARSET = re.compile(r"""\bcharset\s*=\s*["']?\s*([\w.:+-]{1,60})""", re.IGNORECASE)
_SIGNATURE_WITHIN = 1_024  # bytes in which the signature of a PDF is
_PDF_SECONDS = 20.0  # more, as a PDF may be ten times as large as a page


class Download(msgspec.Struct, frozen=True):
    """A fetched page or picture. `body` is decompressed, `charset` is from the HTTP header."""

    url: str
    final_url: str
    content_type: str
    charset: str | None
    body: bytes
    etag: str | None
    last_modified: str | None
    # What its headers reserve (metadata/licences.py).
    reservations: tuple[str, ...] = ()
    # Only permanent redirects led to `final_url`, and at least one.
    moved: bool = False
    # By lower-case names.
    headers: Mapping[str, str] = {}


async def fetch(
    url: str,
    *,
    allow: Iterable[Network] = (),
    limit: int = LARGEST_FILE,
    deadline: float = 10.0,
    accept: Iterable[str] = PAGES,
    resolver: Resolve = resolve,
    etag: str | None = None,
    last_modified: str | None = None,
) -> Download:
    """Fetch `url` over http or https from a public address (or one in `allow`).

    `limit` is in bytes, for the body as sent and decompressed. `deadline` is in seconds, for everything including name
    resolution and redirects. A PDF, if `accept` has that type, may be larger and take longer.
    No cookies, no proxies, and at most three redirects, each checked like the first address.
    Raises CannotImport, and Unchanged when the page still has this `etag` or `last_modified`.
    """
    known = {b"If-None-Match": etag, b"If-Modified-Since": last_modified}
    unless = [(name, value.encode()) for name, value in known.items() if value and value.isascii()]
    async with connecting(allow, deadline, resolver) as (pool, scope):
        return await _follow(pool, url, Limits(limit, tuple(accept), scope), unless)


class Limits(msgspec.Struct):
    """What may be fetched: how many bytes, of which types, and in the time of `scope`."""

    size: int
    accept: Sequence[str]
    scope: anyio.CancelScope

    def allow_pdf(self) -> None:
        if self.size < LARGEST_PDF:
            self.size = LARGEST_PDF
            self.scope.deadline += _PDF_SECONDS


async def _follow(pool: httpcore.AsyncConnectionPool, url: str, limits: Limits, unless: Headers) -> Download:
    target = target_of(url.strip())
    seen: set[httpx.URL] = set()
    permanent: list[bool] = []
    while target not in seen and len(seen) <= _MOST_REDIRECTS:
        seen.add(target)
        # The validators belong to the first address only.
        conditions = unless if len(seen) == 1 else []
        async with pool.stream("GET", wire(target), headers=_headers(target, limits.accept) + conditions) as answer:
            headers = httpx.Headers(answer.headers)
            if answer.status in _REDIRECTS and "location" in headers:
                target = target_of(headers["location"], base=str(target))
                permanent.append(answer.status in _PERMANENT)
                continue
            if answer.status == _NOT_MODIFIED and conditions:
                raise Unchanged
            _refuse_status(answer.status, headers)
            body = await _body(answer, headers, limits)
        fetched = _as_download(url, str(target), headers, body, limits.accept)
        return msgspec.structs.replace(fetched, moved=bool(permanent) and all(permanent))
    raise CannotImport(N_("The site keeps redirecting."), PASTE)


def _headers(target: httpx.URL, accept: Sequence[str]) -> Headers:
    return [
        (b"Host", target.netloc),
        (b"User-Agent", _USER_AGENT),
        (b"Accept", ", ".join(accept).encode()),
        (b"Accept-Encoding", b"gzip"),
        (b"Connection", b"close"),
    ]


def _refuse_status(status: int, headers: httpx.Headers) -> None:
    match status:
        case 401 | 402 | 403 | 407 | 451:
            raise CannotImport(N_("The site shows this only after a login or a payment."), PASTE)
        case 404 | 410:
            gone = PageGone(N_("The site has no page at this address. Check it for a typing mistake."))
            gone.is_for_good = status == _GONE
            raise gone
        case 429 | 503:
            busy = SiteBusy(N_("The site is busy."), LATER)
            busy.retry_after = headers.get("retry-after", "")
            raise busy
        case _ if not httpx.codes.is_success(status):
            raise CannotImport(N_("The site answered with an error ({status})."), LATER, status=status)


async def _body(answer: httpcore.Response, headers: httpx.Headers, limits: Limits) -> bytes:
    inflating = Inflater(headers.get("content-encoding", ""), limits.size)
    async for chunk in answer.aiter_stream():
        inflating.feed(chunk)
        if PDF in limits.accept and is_pdf(bytes(inflating.body[:_SIGNATURE_WITHIN])):
            limits.allow_pdf()
            inflating.limit = limits.size
    return bytes(inflating.body)


def _as_download(url: str, final: str, headers: httpx.Headers, body: bytes, accept: Sequence[str]) -> Download:
    # Not `EmailMessage`: it takes a minute for 100 kB of quotes, and fails on nested brackets. `Message` does not read
    # the charset, since it fails on parameters that are split in two ways (RFC 2231).
    declared = Message()
    declared["content-type"] = (headers.get("content-type") or _guess(body))[:_LONGEST_TYPE]
    kind = declared.get_content_type()
    if is_pdf(body):
        kind = PDF
    elif kind == PDF:
        raise CannotImport(N_("The site says that this is a PDF, but it is none."), PASTE)
    if kind not in accept and "*/*" not in accept:
        raise CannotImport(N_("This is not a web page, but {kind}."), PASTE, kind=kind)
    if not body.strip():
        raise CannotImport(EMPTY)
    named = _CHARSET.search(declared["content-type"])
    charset = named[1].lower() if named else None
    reserved = reservations(headers.get_list("x-robots-tag"), headers.get("tdm-reservation"))
    validators = headers.get("etag"), headers.get("last-modified")
    return Download(url, final, kind, charset, body, *validators, reserved, headers=dict(headers))


def _guess(body: bytes) -> str:
    return "text/html" if body.lstrip()[:1] == b"<" else "application/octet-stream"


class Inflater:
    """Collects a body that is sent plain, gzip or deflate. Stops at `limit` bytes, as sent or decompressed."""

    def __init__(self, encoding: str, limit: int) -> None:
        names = {name.strip().lower() for name in encoding.split(",")} - {"", "identity"}
        if not names <= {"gzip", "x-gzip", "deflate"} or len(names) > 1:
            raise CannotImport(N_("The site's answer is damaged. Try again, or paste the text instead."))
        self._unpack = zlib.decompressobj(_GZIP_OR_ZLIB) if names else None
        self.limit = limit
        self._sent = 0
        self.body = bytearray()

    def feed(self, chunk: bytes) -> None:
        self._sent += len(chunk)
        room = self.limit - len(self.body) + 1
        try:
            if self._unpack is None:
                self.body += chunk[:room]
            # zlib copies what follows the end again with each chunk: 20 MB of it would take ten seconds.
            elif not self._unpack.eof:
                self.body += self._unpack.decompress(chunk, room)
        except zlib.error:
            raise CannotImport(N_("The site's answer is damaged. Try again, or paste the text instead.")) from None
        if self._sent > self.limit or len(self.body) > self.limit:
            megabytes = self.limit / 1_000_000
            raise CannotImport(
                N_("It is larger than {megabytes:g} MB. Paste the article's text instead."), megabytes=megabytes
            )


async def fetch_body(url: str) -> bytes:
    """Return the body at `url`, within the limits of an import. Raises Busy when it cannot be fetched now."""
    try:
        rows = await fetch(url, allow=settings().fetch_allow, limit=LARGEST_SMALL_FILE, accept=FILE_TYPES)
    except CannotImport as error:
        raise Busy(N_("{url} cannot be fetched. Nothing was changed; please send this again."), 60, url=url) from error
    if rows.final_url != url:
        raise Busy(N_("{url} redirects to another address, so it is not used. Nothing was changed."), 60, url=url)
    return rows.body


async def post(
    url: str, body: bytes, headers: Mapping[str, str], *, allow: Iterable[Network] = (), deadline: float = 10.0
) -> int:
    """Post `body` to a public address (or one in `allow`), and return the status of the answer.

    The body of the answer is not read, and no redirect is followed: it could lead anywhere. `deadline` is in seconds.
    Raises CannotImport when there is no answer.
    """
    return (await ask(url, body, headers, allow=allow, deadline=deadline, limit=0))[0]


async def ask(
    url: str, body: bytes, headers: Mapping[str, str], *, allow: Iterable[Network], deadline: float, limit: int
) -> tuple[int, bytes]:
    """As `post`, with the first `limit` bytes of the answer's body, as they were sent."""
    target, found = target_of(url), bytearray()
    async with (
        connecting(allow, deadline) as (pool, _),
        pool.stream("POST", wire(target), headers=_post_headers(target, body, headers), content=body) as answer,
    ):
        if limit:
            async for chunk in answer.aiter_stream():
                found += chunk[: limit - len(found)]
                if len(found) == limit:
                    break
        return answer.status, bytes(found)


async def post_form(url: str, fields: Mapping[str, str | Sequence[str]], *, allow: Iterable[Network] = ()) -> int:
    """Post the fields of a form, as `post` does. A list is a field that is repeated."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return await post(url, urlencode(fields, doseq=True).encode(), headers, allow=allow)


def _post_headers(target: httpx.URL, body: bytes, headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    given = [(name.encode(), value.encode()) for name, value in headers.items()]
    return [
        (b"Host", target.netloc),
        (b"User-Agent", PRODUCT.encode()),
        (b"Content-Length", str(len(body)).encode()),
        (b"Connection", b"close"),
        *given,
    ]
