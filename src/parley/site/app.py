"""The web application: its routes and lifespan."""

import asyncio
import ctypes
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import process_time
from types import ModuleType

from litestar import Litestar
from litestar.types import ASGIApp

from parley.articles.articles.rules import may_edit
from parley.discussion.threads import topic_menu
from parley.interfaces.api.authentication import TokenMiddleware
from parley.interfaces.embed.middleware import EmbedSessions
from parley.interfaces.feeds.making import fix_authority
from parley.interfaces.live.broadcast import Broadcaster
from parley.interfaces.pages import stored, thread
from parley.interfaces.pages.moderation_counts import ModerationCounter
from parley.letters.notifications.counter import UnreadCounter
from parley.people.accounts.middleware import ViewerMiddleware
from parley.platform import cache, tasks
from parley.platform.db import close_pool, open_pool
from parley.platform.db.outages import OUTAGES
from parley.platform.db.replica import open_replica
from parley.platform.events.notify import flush
from parley.platform.events.redis import close_redis, open_redis
from parley.platform.http import assets, environment, failures
from parley.platform.http.access import check_access
from parley.platform.http.fair_share import FairShare
from parley.platform.http.languages import Languages, offered
from parley.platform.http.members_first import MembersFirst
from parley.platform.http.scrape import serve_metrics
from parley.platform.http.security_headers import RequestChecks
from parley.platform.observability.load_shedding import LOOP_LAG
from parley.platform.patches import patch_parsers, share_handlers_with_guards
from parley.platform.settings import Settings
from parley.site import hooks
from parley.site.administration.web import read_pages
from parley.site.routes import FEATURES, PLATFORM

BODY_LIMIT = 131_072
POOL_SIZE = 16
# Compiling all templates takes longer than the rest of a start.
COMPILE_AFTER_SECONDS = 5.0
TOPICS_SECONDS = 60.0
# Returning 300 MB takes 25 ms.
MEMORY_SECONDS, LITTLE_CPU_SECONDS = 15.0, 0.1
# A larger allocation, such as a very long page, has a mapping of its own: `M_MMAP_THRESHOLD` of mallopt(3).
MMAP_THRESHOLD, LARGE_BYTES = -3, 2**20


def create_app(settings: Settings) -> Litestar:
    patch_parsers()
    share_handlers_with_guards()
    hooks.connect()
    map_large_allocations()
    app = Litestar(
        route_handlers=[handler for feature in (*FEATURES, *PLATFORM) for handler in feature.handlers],
        guards=[check_access],
        exception_handlers=failures.handlers,
        lifespan=[_lifespan(settings)],
        request_max_body_size=BODY_LIMIT,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    counted: ASGIApp = MembersFirst(UnreadCounter(ModerationCounter(TokenMiddleware(app.asgi_handler))))
    handler: ASGIApp = ViewerMiddleware(EmbedSessions(Languages(counted)))
    if settings.limits:
        handler = FairShare(handler)
    app.asgi_handler = RequestChecks(_with_tracing(handler) if settings.traces else handler, settings)
    app.state.broadcaster = Broadcaster(enforce_limits=settings.limits)
    # Set by the server when it stops.
    app.state.ending = False
    return app


async def _compile_templates() -> None:
    """Compile the templates that the first page did not need, once those who waited for the process are served."""
    await asyncio.sleep(COMPILE_AFTER_SECONDS)
    await environment.compile_all(offered().values())
    _keep()


async def _read_topics() -> None:
    """Let masthead and foot follow `parley topic` and what admins write, without end."""
    while True:
        await asyncio.sleep(TOPICS_SECONDS)
        with suppress(*OUTAGES):
            await topic_menu.read()
            await read_pages()


def _keep() -> None:
    """Let garbage collection skip everything loaded so far, which stays, and give back what loading it took."""
    gc.freeze()
    gc.enable()
    return_memory()


def return_memory() -> None:
    """Return the memory of freed objects to the system. glibc keeps it: after a start, 11 MB of the template compiler.

    It takes less than a millisecond where there is nothing to return.
    """
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)


def map_large_allocations() -> None:
    """Give each large allocation a mapping of its own, which is returned to the system when it is freed.

    By default glibc stops this after the first. Each of the two threads that hash passwords then keeps 19 MB: what is
    free at the end of a thread's heap `malloc_trim` does not return.
    """
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(MMAP_THRESHOLD, LARGE_BYTES)


async def _return_memory() -> None:
    """Return what a flood of streams or requests took, without end. A process that did little has freed little."""
    used = 0.0
    while True:
        await asyncio.sleep(MEMORY_SECONDS)
        if process_time() - used > LITTLE_CPU_SECONDS:
            return_memory()
            used = process_time()


def _tracing() -> ModuleType:
    from parley.platform.observability import tracing  # noqa: PLC0415 most installations have no tracing

    return tracing


def _with_tracing(app: ASGIApp) -> ASGIApp:
    traced: ASGIApp = _tracing().Traced(app, _tracing().start("parley-web"))
    return traced


def _lifespan(settings: Settings):  # type: ignore[no-untyped-def] # noqa: ANN202 Litestar's own type
    @asynccontextmanager
    async def run(app: Litestar) -> AsyncIterator[None]:
        await open_pool(settings.database_url, size=POOL_SIZE)
        replica = await open_replica(settings.replica_url, size=POOL_SIZE) if settings.replica_url else None
        open_redis(settings.redis_url)
        site = {
            "name": settings.name,
            "base_url": settings.base_url,
            "local": settings.local,
            "mail_to_files": settings.smtp_url is None,
        }
        environment.set_globals(site=site, may_edit_article=may_edit)
        await topic_menu.read()
        await read_pages()
        await stored.prepare()
        await thread.warm()
        failures.warm()
        assets.assets()
        await fix_authority()
        _keep()
        app.state.broadcaster.start()
        loops = (LOOP_LAG.watch(), cache.sweep(), _read_topics(), _compile_templates(), _return_memory())
        background = [asyncio.create_task(loop) for loop in loops]
        async with serve_metrics(settings.metrics, app.state.broadcaster.measure):
            yield
        await tasks.end(background)
        await app.state.broadcaster.stop()
        await flush()
        await close_redis()
        if replica is not None:
            await replica.close()
        await close_pool()
        if settings.traces:
            await _tracing().stop()

    return run
