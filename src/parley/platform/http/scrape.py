"""`/metrics` for Prometheus, at its own address and in its own thread, so that it answers while the loop is busy."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from time import perf_counter

import structlog
from prometheus_client import REGISTRY, CollectorRegistry, Metric, disable_created_metrics, start_http_server

from parley.platform import db
from parley.platform.observability import metrics

log = structlog.get_logger(__name__)

UPDATE_SECONDS = 3.0

Update = Callable[[], Awaitable[None]]


class Registry(CollectorRegistry):
    """All metrics. Those of the event loop and of PostgreSQL are updated for each scrape."""

    def __init__(self, update: Update) -> None:
        super().__init__()
        self._update = update
        self._loop = asyncio.get_running_loop()

    def collect(self) -> Iterable[Metric]:
        updating = asyncio.run_coroutine_threadsafe(self._update_all(perf_counter()), self._loop)
        try:
            updating.result(UPDATE_SECONDS)
        except Exception as error:  # noqa: BLE001 the other metrics are needed most when something is wrong
            updating.cancel()
            log.warning("some metrics not updated", error=repr(error))
        return REGISTRY.collect()

    async def _update_all(self, started: float) -> None:
        metrics.LOOP_DELAY.set(perf_counter() - started)
        if db.DB.connections is not None:
            metrics.POOL.labels("idle").set(db.DB.connections.idle)
            metrics.POOL.labels("used").set(db.DB.connections.in_use)
            metrics.POOL_WAITING.set(db.DB.connections.waiting)
        await self._update()


@asynccontextmanager
async def serve_metrics(address: tuple[str, int] | None, update: Update) -> AsyncIterator[None]:
    """Serve metrics at `address`, if one is set, while the block runs. `update` updates the gauges.

    If the address is in use, the process runs without metrics.
    """
    if address is None:
        yield
        return
    disable_created_metrics()  # type: ignore[no-untyped-call]
    host, port = address
    try:
        server, thread = start_http_server(port, host, Registry(update))
    except OSError as error:
        log.error("no metrics: cannot listen", address=f"{host}:{port}", error=error.strerror)  # noqa: TRY400 the traceback adds nothing
        yield
        return
    try:
        yield
    finally:
        # In a thread, since the server's thread may wait for this loop.
        await asyncio.to_thread(server.shutdown)
        server.server_close()
        thread.join()
