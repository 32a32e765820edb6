"""One member does not keep neighbours from signing in at a provider, and few requests are made to it."""

from typing import Any

import httpx
import pytest
from litestar import Litestar

from parley.people.accounts import proof_of_work, sessions
from parley.platform import db, ratelimit
from parley.platform.errors import TooMany
from tests import make
from tests.make import browser
from tests.people.accounts.person import Person
from tests.people.accounts.test_attacks import challenge_in, solved
from tests.people.sso.provider import Provider

pytestmark = pytest.mark.anyio

HOST = "127.0.0.1"
PLAIN, PROVEN, HARD = ratelimit.PROVIDER_HOST


async def connect(who: Person, corp: Provider) -> None:
    await db.execute("insert into identity (member, source, subject) values ($1, $2, '42')", who.id, corp.issuer)


async def sign_in(client: httpx.AsyncClient, corp: Provider) -> int:
    client.cookies.delete(sessions.cookie_name())
    begun = await client.get("/sso/corp")
    return (await client.get(corp.authorize(begun.headers["location"]))).status_code


async def test_right_answers_use_up_no_limit(app: Litestar, corp: Provider, mira: Person) -> None:
    """The hundred and first member behind one address who signed in within a quarter of an hour was refused."""
    await connect(mira, corp)
    await ratelimit.take(PLAIN, HOST, PLAIN.most - 1)
    for _ in range(4):
        async with browser(app) as new:
            assert await sign_in(new, corp) == 303


async def test_wrong_answers_are_counted_and_keep_out_no_browser_that_signed_in_before(
    app: Litestar, client: httpx.AsyncClient, corp: Provider, mira: Person
) -> None:
    await connect(mira, corp)
    assert await sign_in(client, corp) == 303
    await ratelimit.take(PLAIN, HOST, PLAIN.most - 1)
    async with browser(app) as stranger:
        begun = await stranger.get("/sso/corp")
        back = corp.authorize(begun.headers["location"])
        assert (await stranger.get(back.replace("code+0", "code+7").replace("code+1", "code+7"))).status_code == 422
        assert await sign_in(stranger, corp) == 429

    assert await sign_in(client, corp) == 303


async def test_above_the_limit_of_a_host_the_browser_does_a_calculation_and_goes_on(
    app: Litestar, corp: Provider, mira: Person
) -> None:
    await connect(mira, corp)
    await ratelimit.take(PLAIN, HOST, PLAIN.most)
    async with browser(app) as new:
        begun = await new.get("/sso/corp")
        back = corp.authorize(begun.headers["location"])
        asked = await new.get(back)
        assert asked.status_code == 429
        assert int(asked.headers["Retry-After"]) > 0
        assert "press Continue" in asked.text and "/login/link" in asked.text
        answered = {"state": make.hidden(asked, "state"), "code": make.hidden(asked, "code")}
        assert "" not in answered.values()

        wrong = await new.get("/sso/corp/back", params=answered | {"answer": "1." + challenge_in(asked)})
        assert wrong.status_code == 429
        right = await new.get(back, params=dict(httpx.URL(back).params) | {"answer": solved(challenge_in(asked))})
        assert (right.status_code, right.headers["location"]) == (303, "/")
    # What was right costs neither limit anything.
    await ratelimit.take(PROVEN, HOST, PROVEN.most)
    with pytest.raises(TooMany):
        await ratelimit.take(PROVEN, HOST)


async def test_above_the_limit_of_answers_the_calculation_is_hard_and_above_that_one_waits(
    app: Litestar, corp: Provider, mira: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await connect(mira, corp)
    for limit in (PLAIN, PROVEN):
        await ratelimit.take(limit, HOST, limit.most)
    # A hard one takes this machine some seconds.
    monkeypatch.setattr(proof_of_work, "ROUNDS", 1)
    async with browser(app) as new:
        back = corp.authorize((await new.get("/sso/corp")).headers["location"])
        plain = challenge_in(await new.get(back))
        hard = challenge_in(await new.get(back, params=dict(httpx.URL(back).params) | {"answer": solved(plain)}))
        assert [one.split(".")[1] for one in (plain, hard)] == ["8", "12"]
        await ratelimit.take(HARD, HOST, HARD.most)
        refused = await new.get(back, params=dict(httpx.URL(back).params) | {"answer": solved(hard)})
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) > 0
        assert "try again in" in refused.text and "data-challenge" not in refused.text


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
