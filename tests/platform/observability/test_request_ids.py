"""One id for a request: in its answer, on its error page, in every line of the log that it caused."""

import re
from typing import Any

import httpx
import pytest
import structlog
from litestar import Litestar
from msgspec.structs import replace

from parley.platform import db
from parley.platform.db import slow_queries
from parley.platform.settings import settings
from parley.site.cli.serve import BehindProxy

pytestmark = pytest.mark.anyio


def lines() -> Any:
    return structlog.testing.capture_logs([structlog.contextvars.merge_contextvars])


def behind_proxy(app: Litestar, came_from: str) -> httpx.AsyncClient:
    """A client of the proxy at 192.0.2.1, or of nobody."""
    transport = httpx.ASGITransport(BehindProxy(app, "192.0.2.1"), client=(came_from, 50_000))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


async def test_a_fault_has_the_same_id_in_its_answer_on_its_page_and_in_the_log(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_address: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("parley.interfaces.pages.home.listing_for", fail)

    with lines() as said:
        answer = await client.get("/")

    number = answer.headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{16}", number)
    assert number in answer.text
    assert [line["event"] for line in said] == ["unhandled error", "answered"]
    assert {(line["request"], line["route"]) for line in said} == {(number, "/")}


async def test_every_request_has_an_id_of_its_own_whatever_a_visitor_sends(client: httpx.AsyncClient) -> None:
    answers = [await client.get("/healthz", headers={"x-request-id": "their-own-choice"}) for _ in range(2)]

    found = {answer.headers["x-request-id"] for answer in answers}
    assert len(found) == 2
    assert "their-own-choice" not in found


@pytest.mark.parametrize(
    ("came_from", "given", "taken"),
    [
        ("192.0.2.1", "7f9c2ba4-e88f-4b2c", True),
        ("192.0.2.2", "7f9c2ba4-e88f-4b2c", False),
        ("192.0.2.1", "a line\u00e9break", False),
        ("192.0.2.1", "x" * 65, False),
        ("192.0.2.1", "", False),
    ],
)
async def test_an_id_is_taken_from_the_trusted_proxy_alone(
    app: Litestar, came_from: str, given: str, taken: bool
) -> None:
    async with behind_proxy(app, came_from) as proxy:
        answer = await proxy.get("/healthz", headers={b"x-request-id": given.encode(), b"x-forwarded-for": b"1.2.3.4"})

    assert (answer.headers["x-request-id"] == given) is taken


async def test_a_slow_statement_is_in_the_log_without_its_values(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parley.platform.db.slow_queries.settings", lambda: replace(settings(), slow_query=15))
    structlog.contextvars.bind_contextvars(request="a request")

    with lines() as said:
        await db.value("select pg_sleep($1::float8),\n  $2::text", 0.02, "a secret")
        slow_queries.record("as fast as it may be", 0.0149)
        slow_queries.record("slower", 0.0151)
    structlog.contextvars.clear_contextvars()

    # A machine that is busy may let other statements wait, such as the one that takes a connection.
    found = {line["sql"]: line for line in said}
    line = found["select pg_sleep($1::float8), $2::text"]
    assert (line["event"], line["request"], line["log_level"]) == ("slow statement", "a request", "info")
    assert line["ms"] >= 20
    assert "slower" in found
    assert "as fast as it may be" not in found
