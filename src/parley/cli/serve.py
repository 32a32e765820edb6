"""`parley web`, `parley worker`, `parley migrate`: the parts of a real deployment."""

import asyncio
import socket
import sys
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

import rich_click as click
import uvicorn
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from parley.cli.running import fail, guarded
from parley.core.http.header_limits import BoundedHeaders
from parley.core.observability import log
from parley.core.observability.watchdog import Watchdog
from parley.core.settings import Settings, SettingsError, settings

if TYPE_CHECKING:
    from litestar import Litestar

GRACE_SECONDS = 5
BACKLOG = 2_048
# How long a connection may be idle: longer than a proxy keeps one (deploy/Caddyfile).
KEEP_ALIVE_SECONDS = 30
HEARD_SECONDS = 0.5
# A reader that takes nothing for so long loses its connection: closing one politely would wait for it to read.
UNREAD_SECONDS = 20.0
# A process whose event loop stands still for so long ends itself, and its supervisor starts another one.
STILL_SECONDS = 30.0


def _settings() -> Settings:
    try:
        found = settings()
    except SettingsError as error:
        fail(str(error))
    log.set_up(found.log, readable=found.local)
    return found


class Server(uvicorn.Server):
    """uvicorn, leaving in good order.

    For `drain` seconds it serves on, but says that it is not ready and keeps no connection, so that a proxy turns to
    others. Then the live streams are told to end: uvicorn would wait for them for ever (T14).
    """

    def __init__(self, config: uvicorn.Config, app: "Litestar", drain: float) -> None:
        super().__init__(config)
        self._app = app
        self._drain = drain
        self._watchdog: Watchdog | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # Not on macOS, which does not tell the CPU time of one thread to another.
        if sys.platform != "darwin":
            self._watchdog = Watchdog(asyncio.get_running_loop(), STILL_SECONDS)
            self._watchdog.start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.state.ending = True
        self.server_state.default_headers.append((b"connection", b"close"))
        until = monotonic() + self._drain
        while monotonic() < until and not self.force_exit:  # noqa: ASYNC110 set by uvicorn at the second Ctrl-C
            await asyncio.sleep(0.1)
        self._app.state.hub.close()
        if self._drain:
            await self._shut_the_door()
        await super().shutdown(sockets)
        if self._watchdog is not None:
            self._watchdog.stop()

    async def _shut_the_door(self) -> None:
        """Take no connection any more, and let those who came in just now say what they want.

        uvicorn would close their connections unheard, and a proxy tell somebody 502 whose form it has sent by then.
        """
        for server in self.servers:
            server.close()
        await asyncio.sleep(HEARD_SECONDS)


class BehindProxy(ProxyHeadersMiddleware):
    """uvicorn's, noting besides that a request came from the trusted proxy, before its true address is put in."""

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
    from parley.app import create_app  # noqa: PLC0415 the other parts need not load the whole application

    found = _settings()
    app = create_app(found)
    config = uvicorn.Config(
        BehindProxy(cast("Any", app), proxy) if proxy else app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        # BehindProxy does that.
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        http=BoundedHeaders,
        backlog=BACKLOG,
        lifespan="on",
    )
    Server(config, app, drain).run(sockets=_sockets(host, port))


def _sockets(host: str, port: int) -> list[socket.socket]:
    """Listening sockets for `host`; for localhost on IPv6 too, since browsers may try that first."""
    hosts = [host, "::1"] if host == "127.0.0.1" else [host]
    made: list[socket.socket] = []
    for one in hosts:
        family = socket.AF_INET6 if ":" in one else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(UNREAD_SECONDS * 1_000))
            listener.bind((one, port))
            made.append(listener)
        except OSError as error:
            listener.close()
            if not made:
                fail(f"Cannot listen on {one} port {port}: {error.strerror}.")
    return made


@click.command()
def worker() -> None:
    """Run the jobs: imports, mail, standings, checks."""
    from parley.worker import run  # noqa: PLC0415 as in web

    found = _settings()
    guarded(lambda: asyncio.run(run(found)))


@click.command()
def migrate() -> None:
    """Bring the database to the tables of this version."""
    from parley.core.db.migrate import migrate as bring  # noqa: PLC0415 as in web

    url = _settings().database_url
    try:
        guarded(lambda: asyncio.run(bring(url)))
    except RuntimeError as error:
        fail(str(error))
    click.echo("The database is up to date.")
