"""The outermost middleware: security headers on every response, a request id, and no changes from other sites."""

import asyncio
import re
from random import getrandbits
from time import perf_counter
from typing import Any

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from litestar.utils.path import normalize_path

from parley.platform.http import bodies
from parley.platform.http.bodies import Draining
from parley.platform.http.plain_answer import answer
from parley.platform.observability import metrics, watchdog
from parley.platform.settings import Settings

log = structlog.get_logger(__name__)

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
ONE_CLICK_UNSUBSCRIBE = "/mail/off/"
TOKEN_PAGES = (
    *("/claims/", "/decision/", "/invite/", "/leave/", "/login/", "/mail/", "/recover/", "/reports/", "/reset/"),
    *("/settings/email/", "/signup/", "/sso/", "/verify/"),
)
REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{8,64}")
NEVER_STORED = (*TOKEN_PAGES, "/settings", "/mod", "/dev/mail")

# The window in which a reader of a publisher's page signs in must keep its opener, to answer it (embed/login_web.py).
POPUPS = ("/embed/login", "/login")
OPENER = b"challenge"

CSP = "; ".join(  # noqa: FLY002 one directive a line reads better than one long string
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
        "manifest-src 'self'",
        "require-trusted-types-for 'script'",
        "trusted-types htmx",
    ]
)
HEADERS = {
    b"content-security-policy": CSP.encode(),
    b"x-content-type-options": b"nosniff",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
REFERRER = b"strict-origin-when-cross-origin"
STRICT_TRANSPORT = b"max-age=31536000; includeSubDomains"
# Of an address. A longer one would fill caches, and none of ours is as long.
MOST_PATH_BYTES, MOST_QUERY_BYTES = 2_048, 16_384
TOO_LONG = b"This address is too long. Nothing was changed."
REFUSAL = b"This request came from another site, so nothing was changed. Please use the form on our site."


class RequestChecks:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        start = perf_counter()
        # The router ignores repeated and last slashes. So that no check below it is passed by as `//embed/…`, all see
        # the path that the router sees.
        scope["path"] = normalize_path(scope["path"])
        # It names a request in the logs, and is no secret.
        request_id = _id_of_proxy(scope) or f"{getrandbits(64):016x}"
        structlog.contextvars.bind_contextvars(request=request_id)
        scope["request_id"] = request_id  # type: ignore[typeddict-unknown-key]
        if scope["method"] in UNSAFE:
            draining = Draining(receive, send)
            receive, send = draining.receive, draining.send
        if scope["method"] == "HEAD":
            # Handled as GET, without the body in the response (RFC 9110, 9.3.2).
            scope = {**scope, "method": "GET"}
            send = _without_body(send)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add_headers(scope, message, request_id)
                seconds = perf_counter() - start
                metrics.count_response(scope, message["status"], seconds)
                log.debug("answered", route=scope.get("path_template"), status=message["status"], ms=seconds * 1_000)
            await send(message)

        task = asyncio.current_task()
        watchdog.begin(task, scope)
        try:
            with metrics.OPEN.track_inprogress():
                if len(scope["path"]) > MOST_PATH_BYTES or len(scope["query_string"]) > MOST_QUERY_BYTES:
                    await answer(send_with_headers, 414, TOO_LONG)
                elif scope["method"] in UNSAFE and not self._same_site(scope):
                    await answer(send_with_headers, 403, REFUSAL)
                else:
                    await self.app(scope, receive, send_with_headers)
        finally:
            watchdog.requests.pop(task, None)
            bodies.end(scope)
        structlog.contextvars.clear_contextvars()

    def _same_site(self, scope: Any) -> bool:
        """Whether the browser states that this request comes from one of our pages."""
        if scope["path"].startswith(ONE_CLICK_UNSUBSCRIBE):
            return True
        headers = dict(scope["headers"])
        fetch_site = headers.get(b"sec-fetch-site")
        if fetch_site is not None:
            return bool(fetch_site == b"same-origin")
        origin = headers.get(b"origin")
        return origin is None or origin.decode("latin-1") == self.settings.base_url

    def _add_headers(self, scope: Scope, message: Any, request_id: str) -> None:
        """Add our headers. A response may override the usual ones, but not the forced ones."""
        path = scope["path"]
        usual = HEADERS | {b"cache-control": b"private, no-cache" if scope.get("viewer") else b"no-cache"}
        if not self.settings.training:
            # W3C TDM Reservation Protocol.
            usual[b"tdm-reservation"] = b"1"
        if path in POPUPS and OPENER in scope["query_string"]:
            usual[b"cross-origin-opener-policy"] = b"unsafe-none"
        forced = {b"referrer-policy": b"same-origin" if path.startswith(TOKEN_PAGES) else REFERRER}
        forced[b"x-request-id"] = request_id.encode()
        if self.settings.secure:
            forced[b"strict-transport-security"] = STRICT_TRANSPORT
        if path.startswith(NEVER_STORED):
            forced[b"cache-control"] = b"no-store"
        kept = [header for header in message.get("headers", ()) if header[0] not in forced]
        named = {name for name, _ in kept}
        added = [header for header in (usual | forced).items() if header[0] not in named]
        message["headers"] = [*kept, *added]


def _id_of_proxy(scope: Any) -> str | None:
    """Return the request id that a trusted proxy sent, so that both logs have the same. Other clients' are ignored."""
    if not scope.get("from_proxy"):
        return None
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode() if REQUEST_ID.fullmatch(given) else None


def _without_body(send: Send) -> Send:
    """Send the status and the headers of a response and end it there.

    A live stream would not end, and a proxy would reuse the connection and wait.
    """

    async def send_start(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return send_start
