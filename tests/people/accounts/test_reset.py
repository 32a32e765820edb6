from collections.abc import Awaitable, Callable

import httpx
import pytest
from litestar import Litestar

from parley.people.accounts import mailed_links
from parley.people.accounts.viewer import Viewer
from parley.people.sign_in import ops, passwords
from parley.people.sign_in.passwords import Asker
from parley.platform import db, ratelimit
from tests.make import browser, sign_in
from tests.people.accounts.person import PASSWORD, Person

pytestmark = pytest.mark.anyio

Mailed = Callable[[str], Awaitable[str]]
NEW = "five entirely different blue words"


async def forgot(client: httpx.AsyncClient, email: str) -> httpx.Response:
    return await client.post("/forgot", data={"email": email})


async def test_a_mailed_link_sets_a_new_password_and_ends_every_other_sign_in(
    app: Litestar, mira: Person, mailed: Mailed
) -> None:
    async with browser(app) as elsewhere, browser(app) as here:
        await mira.sign_in(elsewhere)
        assert (await forgot(here, "MIRA@example.org")).headers["location"] == "/forgot/done"
        link = await mailed("reset")
        assert (await here.get(link)).status_code == 200
        assert (await elsewhere.get("/settings/security")).status_code == 200
        answer = await here.post(link, data={"password": NEW})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert (await here.get("/settings/security")).status_code == 200
        assert (await elsewhere.get("/settings/security")).status_code == 303
        assert (await mira.sign_in(elsewhere)).status_code == 422
        mira.password = NEW
        assert (await mira.sign_in(elsewhere)).status_code == 303
    assert await db.values("select kind from mail where kind <> 'device' order by id") == ["reset", "password"]


@pytest.fixture
def reset_meanwhile(mira: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set a new password by a mailed link while the old one, which was right, is being hashed."""
    matches = passwords.matches

    async def slow(password: str, stored: str | None, asker: Asker) -> bool:
        found = await matches(password, stored, asker)
        if found:
            link = await mailed_links.create(mira.id, "reset", mailed_links.LINK_LASTS)
            await ops.reset(link.rpartition("/")[2], NEW, ops.Client(agent="", address="127.0.0.1"))
        return found

    monkeypatch.setattr(passwords, "matches", slow)


@pytest.mark.parametrize("stored", ["today's", "weaker"])
@pytest.mark.usefixtures("reset_meanwhile")
async def test_an_old_password_that_is_still_being_hashed_signs_nobody_in(
    client: httpx.AsyncClient, mira: Person, stored: str
) -> None:
    if stored == "weaker":
        weak = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        await db.execute("update member set password_hash = $1", weak)

    answer = await mira.sign_in(client)

    assert answer.status_code == 422
    assert passwords.HASHER.verify(await db.value("select password_hash from member"), NEW)
    assert await db.value("select count(*) from session") == 1


@pytest.mark.usefixtures("reset_meanwhile")
async def test_an_old_password_that_is_still_being_hashed_sets_no_new_one(
    client: httpx.AsyncClient, mira: Person
) -> None:
    await sign_in(client, Viewer(id=mira.id, name=mira.name, role="member", verified=True, session=0))

    answer = await client.post("/settings/security", data={"current": PASSWORD, "password": "six other red words"})

    assert answer.status_code == 422
    assert passwords.HASHER.verify(await db.value("select password_hash from member"), NEW)


async def test_a_new_password_leads_back_to_the_page_before(
    client: httpx.AsyncClient, mira: Person, mailed: Mailed
) -> None:
    mistaken = await client.post("/forgot?next=/t/1/a", data={"email": "no address"})
    await client.post("/forgot?next=/t/1/a", data={"email": mira.email})
    answer = await client.post(await mailed("reset"), data={"password": NEW})
    await client.post("/forgot", data={"email": mira.email, "next": "//evil.example"})

    assert 'action="/forgot?next=/t/1/a"' in mistaken.text
    assert answer.headers["location"] == "/t/1/a"
    assert "next" not in await mailed("reset")


async def test_a_link_works_once_and_ends_all_others(client: httpx.AsyncClient, mira: Person, mailed: Mailed) -> None:
    await forgot(client, mira.email)
    first = await mailed("reset")
    await forgot(client, mira.email)
    second = await mailed("reset")
    assert (await client.post(second, data={"password": NEW})).status_code == 303
    for link in (first, second):
        page = await client.get(link)
        assert page.status_code == 410
        assert 'class="button" href="/forgot"' in page.text
        assert (await client.post(link, data={"password": "yet another password"})).status_code == 410


async def test_a_link_that_grows_old_while_its_page_is_open_is_refused(
    client: httpx.AsyncClient, mira: Person, mailed: Mailed
) -> None:
    await forgot(client, mira.email)
    link = await mailed("reset")
    assert (await client.get(link)).status_code == 200
    assert await db.value("select expires_at - created_at <= interval '1 hour' from token")
    await db.execute("update token set expires_at = now()")
    assert (await client.post(link, data={"password": NEW})).status_code == 410
    assert (await mira.sign_in(client)).status_code == 303


async def test_a_weak_password_is_refused_and_the_link_still_works(
    client: httpx.AsyncClient, mira: Person, mailed: Mailed
) -> None:
    await forgot(client, mira.email)
    link = await mailed("reset")
    answer = await client.post(link, data={"password": "mira1234"})
    assert answer.status_code == 422
    assert 'id="f-password-error"' in answer.text
    assert (await client.post(link, data={"password": NEW})).status_code == 303


async def test_pages_of_mailed_links_are_not_stored_and_send_no_referrer_to_other_sites(
    client: httpx.AsyncClient, mira: Person, mailed: Mailed
) -> None:
    await forgot(client, mira.email)
    answer = await client.get(await mailed("reset"))
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"


async def test_an_unknown_address_gets_the_same_answer_and_no_mail(client: httpx.AsyncClient, mira: Person) -> None:
    known, unknown = await forgot(client, mira.email), await forgot(client, "nobody@example.org")
    for answer in (known, unknown):
        # Random for each request.
        del answer.headers["x-request-id"]
    assert (known.status_code, known.headers, known.content) == (unknown.status_code, unknown.headers, unknown.content)
    assert await db.value("select count(*) from mail") == 1


async def test_no_address_is_flooded_and_known_ones_are_limited_like_unknown_ones(
    client: httpx.AsyncClient, mira: Person
) -> None:
    for email in (mira.email, "nobody@example.org"):
        seen = [(await forgot(client, email)).status_code for _ in range(ratelimit.FORGOT_ADDRESS.most + 1)]
        assert seen == [303] * (ratelimit.FORGOT_ADDRESS.most + 1)
    # Whoever requested them, the links in the mailbox work.
    assert await db.value("select count(*) from mail") == ratelimit.FORGOT_ADDRESS.most


async def test_links_lead_to_our_own_address_whatever_host_was_asked(client: httpx.AsyncClient, mira: Person) -> None:
    headers = {"host": "evil.example", "x-forwarded-host": "evil.example"}
    await client.post("/forgot", data={"email": mira.email}, headers=headers)
    text = await db.value("select text from mail")
    assert "http://localhost/reset/" in text
    assert "evil" not in text


async def test_a_suspended_member_cannot_come_in_by_a_link(
    client: httpx.AsyncClient, mira: Person, mailed: Mailed
) -> None:
    await forgot(client, mira.email)
    await db.execute("update member set state = 'suspended'")
    assert (await client.post(await mailed("reset"), data={"password": NEW})).status_code == 410
    assert mira.password == PASSWORD
