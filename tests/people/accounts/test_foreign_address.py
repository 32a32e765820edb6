"""Somebody who signs up with another person's address, or has it confirmed by mistake, does not keep its owner out."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from litestar import Litestar

from parley.platform import db
from tests.make import browser
from tests.people.accounts.person import PASSWORD, Person

pytestmark = pytest.mark.anyio

PASSKEYS, APP, EMAIL = "/settings/security/passkeys", "/settings/security/totp", "/settings/email"
OWNER = "owner@example.org"
Mailed = Callable[[str], Awaitable[str]]


async def sign_up(client: httpx.AsyncClient) -> None:
    await client.post("/signup", data={"name": "stranger", "email": OWNER, "password": PASSWORD})
    await client.post("/prove", data={"password": PASSWORD})


async def test_no_way_to_sign_in_is_added_before_the_address_is_confirmed(app: Litestar, mailed: Mailed) -> None:
    async with browser(app) as stranger, browser(app) as owner:
        await sign_up(stranger)
        for answer in (
            await stranger.post(f"{PASSKEYS}/options"),
            await stranger.post(PASSKEYS, data={"name": "mine", "credential": "{}"}),
            await stranger.get(APP),
            await stranger.post(APP, data={"sealed": "", "code": "123456"}),
        ):
            assert (answer.status_code, "confirm your e-mail address first" in answer.text) == (403, True)
        # By mistake, its owner confirms the address; a new password then makes the account theirs alone.
        await owner.post(await mailed("verify"))
        await owner.post("/forgot", data={"email": OWNER})
        done = await owner.post(await mailed("reset"), data={"password": "another-quiet-harbour-9"})
        assert done.headers["location"] == "/", "no second step is asked for"
        assert (await stranger.get("/settings/security")).status_code == 303


async def test_a_member_who_waits_for_a_moderator_has_confirmed_the_address(client: httpx.AsyncClient) -> None:
    await sign_up(client)
    await db.execute("insert into sign_up (member, waits, confirmed_at) select id, true, now() from member")
    assert (await client.get(APP)).status_code == 200


async def test_a_new_address_is_confirmed_by_the_member_only(app: Litestar, mira: Person, jon: Person) -> None:
    async with browser(app) as stranger, browser(app) as owner:
        await mira.sign_in(stranger)
        await stranger.post(EMAIL, data={"email": OWNER})
        text = await db.value("select text from mail where recipient = $1", OWNER)
        confirm = f"{EMAIL}/confirm/" + text.split("/confirm/")[1].split()[0]
        assert (await owner.get(confirm)).headers["location"] == f"/login?next={confirm}"
        assert (await owner.post(confirm)).status_code == 401
        await jon.sign_in(owner)
        answer = await owner.post(confirm)
        assert (answer.status_code, "for another account" in answer.text) == (403, True)
        assert await db.value("select email from member where id = $1", mira.id) == mira.email
        assert (await stranger.post(confirm)).status_code == 303
