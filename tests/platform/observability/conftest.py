"""Asking a process for its figures as Prometheus does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from litestar import Litestar
from prometheus_client.parser import text_string_to_metric_families

from parley.platform.http import scrape
from parley.platform.http.scrape import serve_metrics
from tests.ports import free_port

PATIENCE = 60.0

Ask = Callable[[], Awaitable[dict[str, float]]]


def read(text: str) -> dict[str, float]:
    """Every figure by its name and labels, as they are written: `name{label="value"}`."""
    return {
        sample.name + "".join(f'{{{name}="{value}"}}' for name, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
async def ask(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ask]:
    """The figures of the web process as they are now, however long that takes on a busy machine."""
    monkeypatch.setattr(scrape, "UPDATE_SECONDS", PATIENCE)
    port = free_port()

    async def asking() -> dict[str, float]:
        answer = await asyncio.to_thread(httpx.get, f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE)
        return read(answer.text)

    async with serve_metrics(("127.0.0.1", port), app.state.broadcaster.measure):
        yield asking
