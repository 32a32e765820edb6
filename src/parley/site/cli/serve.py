"""`parley web` and `parley worker`: the processes of a deployment."""

import asyncio
import gc
import resource
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

import rich_click as click
import uvicorn
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from parley.platform.http.header_limits import BoundedHeaders
from parley.platform.http.listener import Listener
from parley.platform.observability.watchdog import Watchdog
from parley.site.cli.running import exit_on_error, fail, process_settings

if TYPE_CHECKING:
    from litestar import Litestar

GRACE_SECONDS = 5
# The idle time of a connection. It is longer than the proxy's (deploy/Caddyfile).
KEEP_ALIVE_SECONDS = 30
LAST_REQUESTS_SECONDS = 0.5
TICK_SECONDS = 0.5
# A client that reads nothing for this long loses its connection. Otherwise closing it would wait for the client.
UNREAD_SECONDS = 20.0
# What the system keeps for a client that reads slowly. By default it grows to 4 MB. Three hundred clients that ask for
# page after page in one go and read nothing would have thousands of pages made, and take a gigabyte of memory.
UNSENT_BYTES = 131_072
# Connections, streams and files together. Many systems allow 1,024 unless a program asks for more.
MOST_OPEN_FILES = 65_536
# A process whose event loop hangs for this long ends itself, and its supervisor restarts it.
HANG_SECONDS = 30.0


class Server(uvicorn.Server):
    """uvicorn with a listener of our own and a graceful shutdown.

    For `drain` seconds it still serves, but is not ready and closes connections after each response, so that a proxy
    switches to other processes. Then the live streams are ended, since uvicorn would wait for them without end.
    """

    def __init__(
        self, config: uvicorn.Config, app: "Litestar", drain: float, is_limited: Callable[[str], bool]
    ) -> None:
        super().__init__(config)
        self._app = app
        self._drain = drain
        self._is_limited = is_limited
        self._watchdog: Watchdog | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup([])
        self.servers = [cast("Any", Listener(sockets or [], self._protocol, self._is_limited))]
        # Not on macOS, where a thread cannot read the CPU time of another.
        if sys.platform != "darwin":
            self._watchdog = Watchdog(asyncio.get_running_loop(), HANG_SECONDS)
            self._watchdog.start()

    async def main_loop(self) -> None:
        """Update the date header, and return when the server is to stop.

        uvicorn's own loop runs ten times a second, which took half of the CPU time of an idle process.
        """
        while not await self.on_tick(0):  # noqa: ASYNC110 set by uvicorn at a signal
            await asyncio.sleep(TICK_SECONDS)

    def _protocol(self) -> BoundedHeaders:
        return BoundedHeaders(self.config, self.server_state, self.lifespan.state)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.state.ending = True
        self.server_state.default_headers.append((b"connection", b"close"))
        until = monotonic() + self._drain
        while monotonic() < until and not self.force_exit:  # noqa: ASYNC110 set by uvicorn at the second Ctrl-C
            await asyncio.sleep(0.1)
        self._app.state.broadcaster.close()
        if self._drain:
            await self._stop_accepting()
        await super().shutdown(sockets)
        if self._watchdog is not None:
            self._watchdog.stop()

    async def _stop_accepting(self) -> None:
        """Accept the last connections, and let them send their request.

        uvicorn would close them unread, and a proxy would answer 502 to a form that it has already sent.
        """
        for server in self.servers:
            cast("Listener", server).accept_last()
            server.close()
        await asyncio.sleep(LAST_REQUESTS_SECONDS)


class BehindProxy(ProxyHeadersMiddleware):
    """Also records whether a request came from the trusted proxy, before the client's address replaces the proxy's."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        client = scope.get("client")
        scope["from_proxy"] = client is not None and client[0] in self.trusted_hosts
        await super().__call__(scope, receive, send)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535))
@click.option("--proxy", default="", help="Address of the proxy whose X-Forwarded-For and X-Request-ID are believed.")
@click.option(
    "--drain",
    default=0.0,
    type=click.FloatRange(0, 60),
    metavar="SECONDS",
    help="How long to serve on after SIGTERM, not ready any more, until a proxy has turned to others.",
)
def web(host: str, port: int, proxy: str, drain: float) -> None:
    """Serve the pages."""
    # Nearly all that a start creates stays, so looking for garbage in it takes a tenth of the start for nothing. The
    # application enables it when it has started (app.py).
    gc.disable()
    from parley.site.app import create_app  # noqa: PLC0415 other commands do not need the application

    given = process_settings()
    allow_open_files()
    app = create_app(given)
    behind = BehindProxy(cast("Any", app), proxy) if proxy else None
    config = uvicorn.Config(
        behind or app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        # BehindProxy handles them.
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        http=BoundedHeaders,
        lifespan="on",
    )

    def is_limited(address: str) -> bool:
        return given.limits and (behind is None or address not in behind.trusted_hosts)

    Server(config, app, drain, is_limited).run(sockets=listening(host, port))


def allow_open_files() -> None:
    """Let this process open as many files as the system's hard limit allows, up to `MOST_OPEN_FILES`.

    With 1,024, a thousand connections that send nothing would let nobody else in for half a minute.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        # macOS has a lower limit than it states.
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def listening(host: str, port: int) -> list[socket.socket]:
    """Return listening sockets for `host`; for localhost also on IPv6, since browsers may try that first."""
    hosts = [host, "::1"] if host == "127.0.0.1" else [host]
    sockets: list[socket.socket] = []
    for name in hosts:
        family = socket.AF_INET6 if ":" in name else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(UNREAD_SECONDS * 1_000))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNSENT_BYTES)
            listener.bind((name, port))
            sockets.append(listener)
        except OSError as error:
            listener.close()
            if not sockets:
                fail(f"Cannot listen on {name} port {port}: {error.strerror}.")
    return sockets


@click.command()
@click.option(
    "--heartbeat",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Touch this file every few seconds, as long as the worker finds its work in the database.",
)
def worker(heartbeat: Path | None) -> None:
    """Run the background jobs: imports, mail, statistics, checks."""
    from parley.site.worker import run  # noqa: PLC0415 as in web

    config = process_settings()
    exit_on_error(lambda: asyncio.run(run(config, heartbeat)))
