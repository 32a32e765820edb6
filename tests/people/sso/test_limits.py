"""One member does not keep neighbours from signing in at a provider, and few requests are made to it."""

from typing import Any

import httpx
import pytest
from litestar import Litestar

from parley.people.accounts import sessions
from parley.platform import db, ratelimit
from tests.make import browser
from tests.people.accounts.person import Person
from tests.people.sso.provider import Provider

pytestmark = pytest.mark.anyio

HOST = "127.0.0.1"


async def connect(who: Person, corp: Provider) -> None:
    await db.execute("insert into identity (member, source, subject) values ($1, $2, '42')", who.id, corp.issuer)


async def sign_in(client: httpx.AsyncClient, corp: Provider) -> int:
    client.cookies.delete(sessions.cookie_name())
    begun = await client.get("/sso/corp")
    return (await client.get(corp.authorize(begun.headers["location"]))).status_code


async def test_right_answers_use_up_no_limit(app: Litestar, corp: Provider, mira: Person) -> None:
    """The hundred and first member behind one address who signed in within a quarter of an hour was refused."""
    await connect(mira, corp)
    await ratelimit.take(ratelimit.PROVIDER_HOST, HOST, ratelimit.PROVIDER_HOST.most - 1)
    for _ in range(4):
        async with browser(app) as new:
            assert await sign_in(new, corp) == 303


async def test_wrong_answers_are_counted_and_keep_out_no_browser_that_signed_in_before(
    app: Litestar, client: httpx.AsyncClient, corp: Provider, mira: Person
) -> None:
    await connect(mira, corp)
    assert await sign_in(client, corp) == 303
    await ratelimit.take(ratelimit.PROVIDER_HOST, HOST, ratelimit.PROVIDER_HOST.most - 1)
    async with browser(app) as stranger:
        begun = await stranger.get("/sso/corp")
        back = corp.authorize(begun.headers["location"])
        assert (await stranger.get(back.replace("code+0", "code+7").replace("code+1", "code+7"))).status_code == 422
        assert await sign_in(stranger, corp) == 429

    assert await sign_in(client, corp) == 303


async def test_a_provider_that_fails_is_not_asked_by_everybody(
    client: httpx.AsyncClient, corp: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    answer = corp.answer

    def noted(path: str, *rest: Any) -> Any:
        asked.append(path)
        return answer(path, *rest)

    monkeypatch.setattr(corp, "answer", noted)
    corp.metadata = {"issuer": "https://somebody.example"}
    for _ in range(3):
        assert "cannot be reached" in (await client.get("/sso/corp")).text
    assert len(asked) == 1
