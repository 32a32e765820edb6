"""Of twenty requests at once for what may happen once, exactly one succeeds."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import httpx
import pyotp
import pytest
from litestar import Litestar

from parley.interfaces.webhooks import ops as webhooks
from parley.people.accounts import mailed_links, sessions
from parley.people.second_factors import authenticators
from parley.platform import db
from parley.platform.settings import settings
from tests import make
from tests.people.accounts.person import Person
from tests.people.accounts.security_key import SecurityKey
from tests.people.accounts.test_address import link as address_link
from tests.people.accounts.test_passkeys import PAGE as PASSKEYS
from tests.people.accounts.test_passkeys import enter
from tests.people.accounts.test_two_step import APP, Phone, phone
from tests.people.sso.provider import Provider
from tests.people.sso.test_openid import Mailed, link
from tests.people.sso.test_publisher import ACCOUNT, begin, signed
from tests.people.sso.test_publisher import link as link_reader

__all__ = ["phone"]
pytestmark = [pytest.mark.anyio, pytest.mark.committed]

TIMES = 20


@pytest.fixture(autouse=True)
def without_limits(corp: Provider, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Without rate limits, which would refuse most of the requests before they compete."""
    monkeypatch.setenv("PARLEY_LIMITS", "off")
    settings.cache_clear()
    yield
    settings.cache_clear()


@asynccontextmanager
async def browsers(app: Litestar, like: httpx.AsyncClient) -> AsyncIterator[list[httpx.AsyncClient]]:
    async with AsyncExitStack() as stack:
        found = [await stack.enter_async_context(make.browser(app)) for _ in range(TIMES)]
        for one in found:
            one.cookies.update(like.cookies)
        yield found


async def at_once(
    app: Litestar, like: httpx.AsyncClient, method: str, path: str, fields: dict[str, str] | None = None
) -> list[httpx.Response]:
    """The answers to one request that twenty browsers with the cookies of `like` send at once."""
    async with browsers(app, like) as found:
        return await asyncio.gather(*(one.request(method, path, data=fields) for one in found))


def signed_in(answers: list[httpx.Response]) -> int:
    return sum(bool(one.cookies.get(sessions.cookie_name())) for one in answers)


async def count(sql: str) -> int:
    found: int = await db.value(f"select count(*) from {sql}")
    return found


async def test_the_answer_of_a_provider(app: Litestar, client: httpx.AsyncClient, corp: Provider, mira: Person) -> None:
    await link(mira, corp)
    back = corp.authorize((await client.get("/sso/corp")).headers["location"])
    answers = await at_once(app, client, "GET", back)
    assert (signed_in(answers), await count("session")) == (1, 1)


async def test_the_answer_of_a_publishers_site(app: Litestar, client: httpx.AsyncClient, mira: Person) -> None:
    await link_reader(mira)
    back = signed(ACCOUNT | {"nonce": (await begin(client))["nonce"]})
    answers = await at_once(app, client, "GET", back)
    assert (signed_in(answers), await count("session")) == (1, 1)


async def test_a_passkey_that_is_added_and_one_that_signs_in(
    app: Litestar, client: httpx.AsyncClient, mira: Person
) -> None:
    key = SecurityKey()
    await enter(client, mira)
    made = key.create((await client.post(f"{PASSKEYS}/options")).json())
    added = await at_once(app, client, "POST", PASSKEYS, {"credential": made, "name": "a key"})
    assert (sum(one.status_code == 303 for one in added), await count("passkey")) == (1, 1)
    client.cookies.clear()
    credential = key.get((await client.post("/login/passkey/options")).json())
    answers = await at_once(app, client, "POST", "/login/passkey", {"credential": credential})
    assert signed_in(answers) == 1


async def test_mailed_links(app: Litestar, client: httpx.AsyncClient, mira: Person, mailed: Mailed) -> None:
    await client.post("/forgot", data={"email": mira.email})
    new = {"password": "another four green words"}
    path = await mailed("reset")
    answers = await at_once(app, client, "POST", path, new)
    assert sorted({one.status_code for one in answers}) == [303, 410]
    assert sum(one.status_code == 303 for one in answers) == 1

    client.cookies.clear()
    for purpose in ("login", "verify"):
        path = await mailed_links.create(mira.id, purpose, timedelta(hours=1))
        answers = await at_once(app, client, "POST", path)
        assert sum(one.status_code == 303 for one in answers) == 1, purpose


async def test_a_change_of_address_and_its_undoing(app: Litestar, client: httpx.AsyncClient, mira: Person) -> None:
    await enter(client, mira)
    assert (await client.post("/settings/email", data={"email": "new@example.org"})).status_code == 303
    for word in ("confirm", "undo"):
        path = await address_link(word)
        answers = await at_once(app, client, "POST", path)
        assert sum(one.status_code in {200, 303} for one in answers) == 1, word


async def test_codes_of_the_second_step(app: Litestar, client: httpx.AsyncClient, mira: Person, phone: Phone) -> None:
    for code in (await phone.code(mira), phone.codes[0]):  # type: ignore[attr-defined]
        client.cookies.clear()
        await mira.sign_in(client)
        answers = await at_once(app, client, "POST", "/login/second", {"code": code})
        assert signed_in(answers) == 1


async def test_a_code_that_proves_who_somebody_is(
    app: Litestar, client: httpx.AsyncClient, mira: Person, phone: Phone
) -> None:
    client.cookies.set(sessions.cookie_name(), await sessions.start(mira.id, "member", agent="", address="127.0.0.1"))
    code = await phone.code(mira)
    answers = await at_once(app, client, "POST", "/prove", {"code": code})
    assert sum(one.status_code == 303 for one in answers) == 1


async def test_an_authenticator_app_that_is_added(app: Litestar, client: httpx.AsyncClient, mira: Person) -> None:
    """The recovery codes of the one answer that shows some are valid."""
    await mira.sign_in(client)
    shown = (await client.get(APP)).text
    sealed = re.search(r'name="sealed" value="([^"]+)"', shown)
    seed = re.search(r'<code dir="ltr">([A-Z2-7 ]+)', shown)
    assert sealed and seed
    data = {"sealed": sealed[1], "code": pyotp.TOTP(seed[1].replace(" ", "")).now()}
    answers = await at_once(app, client, "POST", APP, data)
    assert sorted(one.status_code for one in answers) == [200] + [422] * (TIMES - 1)
    assert await count("recovery_code") == 10


async def test_new_recovery_codes(app: Litestar, mira: Person) -> None:
    """Only the newest codes are valid."""
    await asyncio.gather(*(authenticators.renew_codes(mira.id) for _ in range(TIMES)))
    assert await count("recovery_code") == authenticators.RECOVERY_CODES


async def test_a_new_secret_of_a_webhook(app: Litestar, client: httpx.AsyncClient) -> None:
    """A receiver that knows the former secret still knows one that signs."""
    ada = await make.member("ada", role="admin")
    number, _ = await webhooks.make("https://receiver.example/", ["comment"])
    former = await db.value("select secret from webhook")
    token = await sessions.start(ada.id, "admin", agent="", address="127.0.0.1", proven=True)
    client.cookies.set(sessions.cookie_name(), token)
    page = f"/settings/webhooks/{number}"
    rotation = re.search(r'name="rotation" value="([0-9]+)"', (await client.get(page)).text)
    assert rotation
    data = {"rotation": rotation[1]}
    answers = await at_once(app, client, "POST", f"{page}/secret", data)
    assert sorted(one.status_code for one in answers) == [201] + [422] * (TIMES - 1)
    assert await db.value("select former_secret from webhook") == former
