"""The web application: routes and lifespan. It imports all; nothing imports it."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import ModuleType

import structlog
from litestar import Litestar
from litestar.types import ASGIApp

from parley import features
from parley.accounts import web as accounts
from parley.accounts.sessions import Sessions
from parley.articles import web as articles
from parley.articles.rules import may_edit
from parley.comments import own, page, profile
from parley.comments import web as comments
from parley.community import web as community
from parley.core import assets, cache, failures, health, pages, tasks
from parley.core.access import entrance
from parley.core.db import close_pool, open_pool
from parley.core.fixes import unwrap_form_parser
from parley.core.guard import Guard
from parley.core.mail import web as mailbox
from parley.core.mail.coming import webhooks
from parley.core.redis import close_redis, open_redis
from parley.core.replica import open_replica
from parley.core.scrape import scraped
from parley.core.settings import Settings
from parley.core.strain import STRAIN
from parley.digests import web as digests
from parley.live import web as live
from parley.live.hub import Hub
from parley.moderation import web as workbench
from parley.notices import web as notices
from parley.notices.counter import Counter
from parley.threads import publishing, revise, revisions, updates
from parley.threads import web as threads
from parley.threads.queries import topics
from parley.votes import web as votes

log = structlog.get_logger(__name__)

BODY_LIMIT = 131_072
POOL_SIZE = 16

FEATURES = (
    accounts,
    community,
    articles,
    threads,
    publishing,
    revise,
    revisions,
    updates,
    page,
    comments,
    own,
    profile,
    votes,
    workbench,
    notices,
    digests,
    live,
)
PLATFORM = (assets, health, mailbox, webhooks)


def create_app(settings: Settings) -> Litestar:
    """Build the application for `settings`."""
    unwrap_form_parser()
    features.connect()
    app = Litestar(
        route_handlers=[handler for feature in (*FEATURES, *PLATFORM) for handler in feature.handlers],
        guards=[entrance],
        exception_handlers=failures.handlers,
        lifespan=[_lifespan(settings)],
        request_max_body_size=BODY_LIMIT,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    handler: ASGIApp = Sessions(Counter(app.asgi_handler))
    app.asgi_handler = Guard(_traced(handler) if settings.traces else handler, settings)
    app.state.hub = Hub(limits=settings.limits)
    # Set by whoever runs the server, when it is about to leave.
    app.state.ending = False
    return app


def _tracing() -> ModuleType:
    from parley.core import tracing  # noqa: PLC0415 most installations are without

    return tracing


def _traced(app: ASGIApp) -> ASGIApp:
    traced: ASGIApp = _tracing().Traced(app, _tracing().start("parley-web"))
    return traced


def _lifespan(settings: Settings):  # type: ignore[no-untyped-def] # noqa: ANN202 Litestar's own shape
    @asynccontextmanager
    async def run(app: Litestar) -> AsyncIterator[None]:
        await open_pool(settings.database_url, size=POOL_SIZE)
        replica = await open_replica(settings.replica_url, size=POOL_SIZE) if settings.replica_url else None
        open_redis(settings.redis_url)
        site = {
            "name": "Parley",
            "base_url": settings.base_url,
            "local": settings.local,
            "mail_to_files": settings.smtp_url is None,
        }
        pages.set_globals(site=site, topics=await topics(), may_edit_article=may_edit)
        pages.warm()
        await page.warm()
        assets.assets()
        # What is here now stays: no collection in the middle of the first pages need look through it.
        gc.collect()
        gc.freeze()
        app.state.hub.start()
        background = [asyncio.create_task(STRAIN.watch()), asyncio.create_task(cache.sweep())]
        async with scraped(settings.metrics, app.state.hub.measure):
            yield
        await tasks.end(background)
        await app.state.hub.stop()
        await close_redis()
        if replica is not None:
            await replica.close()
        await close_pool()
        if settings.traces:
            await _tracing().stop()

    return run
