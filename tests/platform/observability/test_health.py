"""Whether a process can serve, and which part is why it cannot."""

import re
from typing import Any

import httpx
import pytest
from litestar import Litestar

from parley.platform.db import migrated
from parley.platform.db.pool import NO_ANSWER
from parley.platform.errors import Unavailable
from parley.platform.http import health

pytestmark = pytest.mark.anyio


async def away(*_: Any) -> Any:
    raise Unavailable(NO_ANSWER)


async def test_whoever_is_ready_says_how_each_part_is(client: httpx.AsyncClient) -> None:
    answer = await client.get("/readyz")

    assert answer.status_code == 200
    assert re.fullmatch(
        r"ready\n"
        r"ok    process   It takes requests\.\n"
        r"ok    client    It is 127\.0\.0\.1, directly\.\n"
        r"ok    database  PostgreSQL answers in [\d.]+ ms, and is migrated\.\n"
        r"ok    redis     Redis answers in [\d.]+ ms\.\n",
        answer.text,
    )


async def test_without_the_database_a_process_is_up_but_not_ready(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrated, "value", away)

    answer = await client.get("/readyz")

    assert answer.status_code == 503
    assert answer.text.startswith("not ready\n")
    assert "fail  database  PostgreSQL does not answer." in answer.text
    assert (await client.get("/healthz")).status_code == 200


async def test_a_database_that_lacks_a_migration_is_told(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrated, "known_migrations", lambda: {"2999-01-01T00:00:00:000000"})

    answer = await client.get("/readyz")

    assert answer.status_code == 503
    assert "Run `parley migrate`" in answer.text


async def test_without_redis_a_process_is_ready_and_says_what_is_slower(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing() -> Any:
        raise ConnectionError

    monkeypatch.setattr(health, "asking", nothing)

    answer = await client.get("/readyz")

    assert answer.status_code == 200
    assert "warn  redis     Redis does not answer." in answer.text


async def test_a_process_that_is_about_to_end_is_neither(app: Litestar, client: httpx.AsyncClient) -> None:
    app.state.ending = True
    try:
        answers = [await client.get(path) for path in ("/healthz", "/readyz")]
    finally:
        app.state.ending = False

    assert [answer.status_code for answer in answers] == [503, 503]
    assert all("This process is stopping." in answer.text for answer in answers)
