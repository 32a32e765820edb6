"""Changing one's address."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from litestar import Litestar

from parley.platform import db
from tests.make import browser
from tests.people.accounts.person import PASSWORD, Person

pytestmark = pytest.mark.anyio

PAGE = "/settings/email"
NEW = "new@example.net"
Mailed = Callable[[str], Awaitable[str]]


async def email_of(who: Person) -> str:
    found: str = await db.value("select email from member where id = $1", who.id)
    return found


async def sent_to(address: str) -> list[str]:
    return await db.values("select subject from mail where recipient = $1 and kind = 'address' order by id", address)


async def link(words: str) -> str:
    text = await db.value("select text from mail where text like $1 order by id desc limit 1", f"%/email/{words}/%")
    return f"{PAGE}/{words}/" + text.split(f"/email/{words}/")[1].split()[0]


async def changed(client: httpx.AsyncClient, who: Person) -> None:
    await who.sign_in(client)
    assert (await client.post(PAGE, data={"email": NEW})).headers["location"] == f"{PAGE}?sent"
    assert (await client.post(await link("confirm"))).headers["location"] == "/email/confirm"


async def test_the_new_mailbox_confirms_the_change_and_the_old_one_gets_a_letter(
    client: httpx.AsyncClient, mira: Person
) -> None:
    await mira.sign_in(client)
    await client.post(PAGE, data={"email": NEW})
    assert await email_of(mira) == mira.email
    confirm = await link("confirm")
    assert "Confirm it" in (await client.get(confirm)).text
    assert await email_of(mira) == mira.email
    assert (await client.post(confirm)).status_code == 303
    assert await email_of(mira) == NEW
    assert await sent_to(mira.email) == [
        "Your address on Parley is about to change",
        "Your address on Parley was changed",
    ]
    assert (await client.post(confirm)).status_code == 410
    assert "no longer works" in (await client.get(confirm)).text


async def test_the_old_mailbox_undoes_the_change_and_everything_after_it(app: Litestar, mira: Person) -> None:
    async with browser(app) as thief, browser(app) as owner:
        await changed(thief, mira)
        await db.execute("insert into authenticator (member, seed, step) values ($1, '', 0)", mira.id)
        undo = await link("undo")
        assert "Undo the change" in (await owner.get(undo)).text
        assert (await owner.post(undo)).headers["location"] == "/email/undo"
        assert await email_of(mira) == mira.email
        assert (await thief.get("/settings/security")).status_code == 303
        assert await db.value("select count(*) from authenticator") == 0
        assert (await mira.sign_in(thief)).status_code == 422
        assert await db.value("select recipient from mail where kind = 'reset'") == mira.email
        assert "no longer works" in (await owner.post(undo)).text


async def test_undoing_a_change_ends_the_links_of_later_changes(app: Litestar, mira: Person) -> None:
    async with browser(app) as thief, browser(app) as owner:
        await changed(thief, mira)
        undo = await link("undo")
        await thief.post(PAGE, data={"email": "second@example.net"})
        await thief.post(await link("confirm"))
        later = await link("undo")
        await thief.post(PAGE, data={"email": "third@example.net"})
        await owner.post(undo)
        for step in (later, await link("confirm")):
            assert (await thief.post(step)).status_code == 410
    assert await email_of(mira) == mira.email


async def test_a_new_password_ends_a_change_that_is_not_confirmed(app: Litestar, mira: Person) -> None:
    async with browser(app) as thief, browser(app) as owner:
        await mira.sign_in(thief)
        await thief.post(PAGE, data={"email": NEW})
        confirm = await link("confirm")
        await owner.post("/forgot", data={"email": mira.email})
        text = await db.value("select text from mail where kind = 'reset'")
        reset = "/reset/" + text.split("/reset/")[1].split()[0]
        assert (await owner.post(reset, data={"password": "another-quiet-harbour-9"})).status_code == 303
        assert (await thief.post(confirm)).status_code == 410
    assert await email_of(mira) == mira.email


async def test_undoing_removes_passkeys_added_since_the_change_and_notifies_the_old_mailbox(
    client: httpx.AsyncClient, mira: Person
) -> None:
    await changed(client, mira)
    for name, age in (("old", "1 day"), ("thief's", "0")):
        await db.execute(
            "insert into passkey (member, name, credential, handle, public_key, created_at)"
            " values ($1, $2::text, convert_to($2::text, 'UTF8'), '', '', now() - $3::text::interval)",
            mira.id,
            name,
            age,
        )
    await client.post(await link("undo"))
    assert await db.values("select name from passkey") == ["old"]
    letters = await db.values("select text from mail where kind = 'second' and recipient = $1", mira.email)
    assert ["thief's" in letter for letter in letters] == [True]


async def test_an_app_from_before_the_change_survives_undoing_it(client: httpx.AsyncClient, mira: Person) -> None:
    await changed(client, mira)
    await db.execute(
        "insert into authenticator (member, seed, step, created_at) values ($1, '', 0, now() - interval '1 day')",
        mira.id,
    )
    await client.post(await link("undo"))
    assert await db.value("select count(*) from authenticator") == 1


async def test_after_seven_days_a_change_cannot_be_undone(client: httpx.AsyncClient, mira: Person) -> None:
    await changed(client, mira)
    await db.execute("update address_change set expires_at = now()")
    await client.post(await link("undo"))
    assert await email_of(mira) == NEW


async def test_a_member_whose_suspension_has_ended_can_confirm_the_change(
    client: httpx.AsyncClient, mira: Person
) -> None:
    await mira.sign_in(client)
    await client.post(PAGE, data={"email": NEW})
    await db.execute("update member set state = 'suspended', state_until = now() where id = $1", mira.id)
    assert (await client.post(await link("confirm"))).headers["location"] == "/email/confirm"
    assert await email_of(mira) == NEW


async def test_a_change_of_address_needs_a_session_and_a_proof(client: httpx.AsyncClient, mira: Person) -> None:
    assert (await client.post(PAGE, data={"email": NEW})).status_code == 401
    await mira.sign_in(client)
    await db.execute("update session set proved_at = null")
    assert (await client.get(PAGE)).headers["location"] == f"/prove?next={PAGE}"
    assert (await client.post(PAGE, data={"email": NEW})).headers["location"] == f"/prove?next={PAGE}"


@pytest.mark.parametrize("typed", ["nowhere", "mira@example.org", "MIRA@example.org", ""])
async def test_a_mistake_keeps_the_typed_text(client: httpx.AsyncClient, mira: Person, typed: str) -> None:
    await mira.sign_in(client)
    answer = await client.post(PAGE, data={"email": typed})
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert 'id="f-email-error"' in answer.text


async def test_an_address_of_another_member_gets_the_same_answer_and_is_never_assigned(
    client: httpx.AsyncClient, mira: Person, jon: Person
) -> None:
    await mira.sign_in(client)
    answer = await client.post(PAGE, data={"email": jon.email})
    assert answer.headers["location"] == f"{PAGE}?sent"
    assert await sent_to(jon.email) == []


async def test_of_two_members_who_request_an_address_the_first_to_confirm_it_has_it(
    client: httpx.AsyncClient, mira: Person, jon: Person
) -> None:
    await mira.sign_in(client)
    await client.post(PAGE, data={"email": NEW})
    await db.execute("update member set email = $1, email_key = $1 where id = $2", NEW, jon.id)
    assert (await client.post(await link("confirm"))).status_code == 422
    assert await email_of(mira) == mira.email


async def test_a_mistyped_address_can_be_corrected_before_it_is_confirmed(client: httpx.AsyncClient) -> None:
    await client.post("/signup", data={"name": "newby", "email": "wrong@example.org", "password": PASSWORD})
    await client.post("/prove", data={"password": PASSWORD})
    await client.post(PAGE, data={"email": NEW})
    await client.post(await link("confirm"))
    assert await db.value("select state || email from member where name = 'newby'") == f"active{NEW}"
    assert await sent_to("wrong@example.org") == []
