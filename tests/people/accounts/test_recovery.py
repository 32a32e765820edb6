"""Recovery without a second step: the wait, the letter, stopping it, and two admins for staff."""

import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
from litestar import Litestar

from parley.people.accounts import sessions
from parley.people.accounts.viewer import Viewer
from parley.people.second_factors import factor_recovery
from parley.people.sign_in import sign_in_ticket
from parley.platform import db
from parley.platform.http import cookies
from tests import make
from tests.people.accounts.person import Person

pytestmark = pytest.mark.anyio

ASK = "/login/recovery"
Mailed = Callable[[str], Awaitable[str]]


@pytest.fixture
async def mira(app: Litestar) -> Person:
    """She has an app and a passkey, which she lost."""
    mira = Person((await make.member("mira")).id, "mira")
    await db.execute("insert into authenticator (member, seed, step) values ($1, '', 0)", mira.id)
    await db.execute(
        "insert into passkey (member, name, credential, handle, public_key) values ($1, 'key', '1', '', '')", mira.id
    )
    return mira


async def ask(client: httpx.AsyncClient, who: Person) -> httpx.Response:
    """Ask for recovery, after the first factor was given."""
    client.cookies.clear()
    client.cookies.set(cookies.name(sign_in_ticket.COOKIE), sign_in_ticket.issue(who.id, frozenset({"password"}), None))
    return await client.post(ASK)


async def told_of_the_passkey() -> bool:
    subjects = await db.values("select subject from mail where kind = 'second'")
    return "A passkey was removed from your account on Parley" in subjects


async def three_days_later() -> None:
    await db.execute("update factor_recovery set due_at = due_at - interval '73 hours'")


async def factors() -> int:
    found: int = await db.value("select (select count(*) from authenticator) + (select count(*) from passkey)")
    return found


async def test_after_three_days_the_link_removes_the_second_step(
    client: httpx.AsyncClient, mira: Person, mailed: Mailed
) -> None:
    await sessions.start(mira.id, "member", agent="a test", address="127.0.0.1")
    assert (await ask(client, mira)).headers["location"] == f"{ASK}?asked"
    assert "We mailed you a link" in (await client.get(f"{ASK}?asked")).text
    link = await mailed("recover")
    assert await db.value("select subject from mail") == "Somebody asked to remove your second step on Parley"
    assert "From " in (await client.get(link)).text
    early = await client.post(link)
    assert (early.status_code, await factors()) == (422, 2)
    await three_days_later()
    assert "You can now remove" in (await client.get(link)).text
    assert await factors() == 2, "opening it changes nothing"
    assert (await client.post(link)).headers["location"] == "/recovered/removed"
    assert (await factors(), await db.value("select count(*) from session")) == (0, 0)
    assert await told_of_the_passkey()
    assert (await client.post(link)).status_code == 410
    assert (await client.get("/recovered/removed")).status_code == 200


@pytest.mark.parametrize("way", ["letter", "session", "signing in"])
async def test_a_recovery_can_be_stopped(client: httpx.AsyncClient, mira: Person, mailed: Mailed, way: str) -> None:
    await ask(client, mira)
    link = await mailed("recover")
    if way == "letter":
        assert (await client.post(link, data={"stop": "1"})).headers["location"] == "/recovered/stopped"
    elif way == "session":
        await make.sign_in(client, Viewer(id=mira.id, name="mira", role="member", verified=True, session=0))
        assert "Somebody asked to remove" in (await client.get("/settings/security")).text
        assert (await client.post("/settings/security/recovery/stop")).status_code == 303
    else:
        from parley.people.sign_in.authentication import Client, complete

        await complete(mira.id, frozenset({"password", "app"}), Client("", "127.0.0.1"))
    await three_days_later()
    assert (await client.post(link)).status_code == 410
    assert await factors() == 2


async def test_a_recovery_needs_the_first_factor_and_is_requested_once(client: httpx.AsyncClient, mira: Person) -> None:
    for answer in (await client.post(ASK), await client.get(ASK)):
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    await ask(client, mira)
    again = await ask(client, mira)
    assert (again.status_code, "already" in again.text) == (422, True)
    client.cookies.clear()
    assert (await client.post("/settings/security/recovery/stop")).status_code == 401


async def test_for_staff_two_admins_have_to_agree(client: httpx.AsyncClient, mira: Person, mailed: Mailed) -> None:
    await db.execute("update member set role = 'admin' where id = $1", mira.id)
    ada, bob = [await make.member(name, role="admin") for name in ("ada", "bob")]
    mo = await make.member("mo", role="moderator")
    await ask(client, mira)
    link = await mailed("recover")
    assert "Two admins have to agree" in (await client.get(link)).text
    again = await ask(client, mira)
    assert ("Two admins have to agree" in again.text, "72 hours" in again.text) == (True, False)
    agree = "/mod/members/mira/recovery"
    await make.sign_in(client, mo)
    assert (await client.post(agree)).status_code == 404
    for admin in (ada, ada, bob):
        await make.sign_in(client, admin)
        assert (await client.post(agree)).headers["location"] == "/prove?next=/mod/members/mira"
        await db.execute("update session set proved_at = now()")
        assert re.search("ask that it be removed", (await client.get("/mod/members/mira")).text)
        assert (await client.post(link)).status_code == 422
        assert (await client.post(agree)).status_code == 303
    agreed = await db.values("select actor from mod_action where action = 'recovery' order by id")
    assert agreed == [ada.id, ada.id, bob.id]
    assert (await client.post(link)).headers["location"] == "/recovered/removed"
    assert await factors() == 0


async def test_the_approval_of_a_former_admin_does_not_count(client: httpx.AsyncClient, mira: Person) -> None:
    await db.execute("update member set role = 'admin' where id = $1", mira.id)
    ada, bob, cem = [await make.member(name, role="admin") for name in ("ada", "bob", "cem")]
    await ask(client, mira)
    await factor_recovery.agree(ada, mira.id)
    await db.execute("update member set role = 'member' where id = $1", ada.id)
    await factor_recovery.agree(bob, mira.id)
    assert await db.value("select due_at from factor_recovery") is None
    await factor_recovery.agree(cem, mira.id)
    assert await db.value("select due_at <= now() from factor_recovery")


async def test_giving_a_role_asks_for_proof_and_keeps_what_was_typed(client: httpx.AsyncClient, mira: Person) -> None:
    await make.sign_in(client, await make.member("ada", role="admin"))
    answer = await client.post("/mod/members/mira/role", data={"role": "moderator", "reason": "Fair and awake."})
    assert answer.headers["location"].startswith("/prove?next=/mod/members/mira")
    assert await db.value("select role from member where name = 'mira'") == "member"
    page = await client.get(httpx.URL(answer.headers["location"]).params["next"])
    assert "Fair and awake." in page.text
    assert 'value="moderator" checked' in page.text
