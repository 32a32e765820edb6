"""`/metrics` for Prometheus: an address of its own, answered by a thread, also while the event loop is busy."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from time import perf_counter

import structlog
from prometheus_client import REGISTRY, CollectorRegistry, Metric, disable_created_metrics, start_http_server

from parley.core import db
from parley.core.observability import metrics

log = structlog.get_logger(__name__)

LOOK_SECONDS = 3.0

Look = Callable[[], Awaitable[None]]


class Registry(CollectorRegistry):
    """All that is measured. What only the event loop knows, and PostgreSQL, is looked at whenever somebody asks."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._loop = asyncio.get_running_loop()

    def collect(self) -> Iterable[Metric]:
        looking = asyncio.run_coroutine_threadsafe(self._look_around(perf_counter()), self._loop)
        try:
            looking.result(LOOK_SECONDS)
        except Exception as error:  # noqa: BLE001 the rest is worth having, most of all when something is wrong
            looking.cancel()
            log.warning("not all could be measured", error=repr(error))
        return REGISTRY.collect()

    async def _look_around(self, asked: float) -> None:
        metrics.LOOP_DELAY.set(perf_counter() - asked)
        if db.DB.connections is not None:
            metrics.POOL.labels("idle").set(db.DB.connections.idle)
            metrics.POOL.labels("used").set(db.DB.connections.in_use)
            metrics.POOL_WAITING.set(db.DB.connections.waiting)
        await self._look()


@asynccontextmanager
async def scraped(address: tuple[str, int] | None, look: Look) -> AsyncIterator[None]:
    """Answer Prometheus at `address` for the time of the block, if there is one; `look` brings gauges up to date.

    Where something else listens there, the process works on without: pages matter more than their figures.
    """
    if address is None:
        yield
        return
    disable_created_metrics()  # type: ignore[no-untyped-call]
    host, port = address
    try:
        server, thread = start_http_server(port, host, Registry(look))
    except OSError as error:
        log.error("no metrics: cannot listen", address=f"{host}:{port}", error=error.strerror)  # noqa: TRY400 said in full
        yield
        return
    try:
        yield
    finally:
        # Its thread may be waiting for this loop.
        await asyncio.to_thread(server.shutdown)
        server.server_close()
        thread.join()
