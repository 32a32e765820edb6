"""Connecting and disconnecting accounts elsewhere, in the settings."""

import httpx
import pytest
from litestar import Litestar

from parley.platform import db
from tests import make
from tests.people.accounts.person import Person
from tests.people.sso.provider import Provider
from tests.people.sso.test_openid import go, link

pytestmark = pytest.mark.anyio

PAGE, SECTION = "/settings/security/links", "/settings/security#links"
CONNECT = "/sso/corp?connect=1"


async def end(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post(f"{PAGE}/{await db.value('select max(id) from identity')}/end")


async def test_a_member_connects_and_disconnects(client: httpx.AsyncClient, corp: Provider, mira: Person) -> None:
    await mira.sign_in(client)
    assert 'href="/sso/corp?connect=1"' in (await client.get(SECTION)).text
    answer = await go(client, corp, CONNECT)
    assert answer.headers["location"] == "/settings/security?saved=links#links"
    shown = (await client.get(SECTION)).text
    assert "Corp" in shown and CONNECT not in shown
    assert await db.value("select subject from mail where kind = 'linked'") == (
        "Corp was connected to your account on Parley"
    )
    assert (await end(client)).headers["location"] == "/settings/security?saved=links#links"
    assert await db.value("select count(*) from identity") == 0
    assert await db.value("select count(*) from mail where kind = 'linked'") == 2


async def test_connecting_asks_for_step_up(client: httpx.AsyncClient, corp: Provider, mira: Person) -> None:
    await mira.sign_in(client)
    await link(mira, corp)
    await db.execute("update session set proved_at = null")
    assert (await client.get(CONNECT)).headers["location"] == "/prove?next=/settings/security%23links"
    assert (await end(client)).headers["location"] == "/prove?next=/settings/security%23links"


async def test_the_only_way_in_stays(client: httpx.AsyncClient, corp: Provider, mira: Person) -> None:
    await mira.sign_in(client)
    await link(mira, corp)
    await db.execute("update member set password_hash = null where id = $1", mira.id)
    answer = await end(client)
    assert (answer.status_code, "your only way to sign in" in answer.text) == (422, True)
    await link(mira, corp, "43")
    assert (await end(client)).status_code == 303


async def test_a_passkey_is_a_way_in_too(client: httpx.AsyncClient, corp: Provider, mira: Person) -> None:
    await mira.sign_in(client)
    await link(mira, corp)
    await db.execute("update member set password_hash = null where id = $1", mira.id)
    await db.execute(
        "insert into passkey (member, name, credential, handle, public_key) values ($1, 'key', 'a', 'b', 'c')", mira.id
    )
    assert (await end(client)).status_code == 303


async def test_an_account_of_another_member_is_not_connected(
    client: httpx.AsyncClient, corp: Provider, mira: Person, jon: Person
) -> None:
    await link(jon, corp)
    await mira.sign_in(client)
    answer = await go(client, corp, CONNECT)
    assert (answer.status_code, "belongs to another member" in answer.text) == (422, True)
    assert await db.values("select member from identity") == [jon.id]


async def test_nothing_is_connected_before_the_address_is_confirmed(client: httpx.AsyncClient, corp: Provider) -> None:
    await make.sign_in(client, await make.member("squatter", state="unverified"))
    answer = await client.get(CONNECT)
    assert (answer.status_code, "confirm your e-mail address first" in answer.text) == (403, True)


async def test_an_account_of_an_unconfirmed_member_can_be_connected_by_another(
    client: httpx.AsyncClient, corp: Provider, mira: Person
) -> None:
    squatter = await make.member("squatter", state="unverified")
    await link(Person(squatter.id, squatter.name), corp)
    await mira.sign_in(client)
    await go(client, corp, CONNECT)
    assert await db.values("select member from identity") == [mira.id]


async def test_only_the_member_who_began_gets_the_account(
    app: Litestar, client: httpx.AsyncClient, corp: Provider, mira: Person, jon: Person
) -> None:
    await mira.sign_in(client)
    path = corp.authorize((await client.get(CONNECT)).headers["location"])
    await jon.sign_in(client)
    answer = await client.get(path)
    assert (answer.status_code, "somebody else now" in answer.text) == (422, True)
    assert await db.value("select count(*) from identity") == 0


async def test_links_of_others_are_not_found(
    client: httpx.AsyncClient, corp: Provider, mira: Person, jon: Person
) -> None:
    await link(jon, corp)
    await mira.sign_in(client)
    assert (await end(client)).status_code == 404
    assert (await client.post(f"{PAGE}/x/end")).status_code == 404
    assert await db.value("select count(*) from identity") == 1


async def test_undoing_a_change_of_address_drops_what_was_connected_since(
    app: Litestar, client: httpx.AsyncClient, corp: Provider, mira: Person
) -> None:
    await mira.sign_in(client)
    await link(mira, corp, "before")
    await db.execute("update identity set created_at = now() - interval '1 day'")
    await client.post("/settings/email", data={"email": "new@example.org"})
    await client.post(await newest("confirm"))
    await link(mira, corp, "since")
    async with make.browser(app) as other:
        assert (await other.post(await newest("undo"))).status_code in {200, 303}
    assert await db.values("select subject from identity") == ["before"]


async def newest(step: str) -> str:
    text = await db.value("select text from mail where text like $1 order by id desc limit 1", f"%/{step}/%")
    return f"/settings/email/{step}/{text.partition(f'/{step}/')[2].split()[0]}"
