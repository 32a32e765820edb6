import asyncio

import httpx
import pytest
import structlog
from litestar import Litestar

from parley.people.sign_in import devices, ops, passwords, sign_in_limits
from parley.people.sign_in.authentication import Client
from parley.people.sign_in.passwords import HASHER as DEPLOYED
from parley.people.sign_in.passwords import Asker
from parley.platform import db, ratelimit
from parley.platform.errors import Refused
from parley.platform.ratelimit import ALERT_ACCOUNT
from tests import make
from tests.make import browser, put_state
from tests.people.accounts.person import PASSWORD, Person

pytestmark = pytest.mark.anyio


async def test_a_member_signs_in_by_name_and_by_address(client: httpx.AsyncClient, mira: Person) -> None:
    for login in ("mira", "MIRA", "mira@example.org", " Mira@Example.org "):
        client.cookies.clear()
        answer = await client.post("/login", data={"login": login, "password": PASSWORD})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert (await client.get("/settings/security")).status_code == 200


async def test_letters_about_new_browsers_are_limited(app: Litestar, mira: Person) -> None:
    """Each new browser sent a letter: forty in seven seconds, to any address that somebody had signed up with."""
    async with browser(app) as stranger:
        typed = {"name": "stranger", "email": "owner@example.org", "password": PASSWORD}
        await stranger.post("/signup", data=typed)
    stranger_account = Person(0, "stranger")
    for who, most in ((mira, ALERT_ACCOUNT.most), (stranger_account, 0)):
        for _ in range(ALERT_ACCOUNT.most + 2):
            async with browser(app) as new:
                assert (await who.sign_in(new)).status_code == 303
        to = mira.email if who is mira else "owner@example.org"
        assert await db.value("select count(*) from mail where kind = 'device' and recipient = $1", to) == most


async def test_an_unconfirmed_address_gets_no_letter_about_a_new_password(client: httpx.AsyncClient) -> None:
    await client.post("/signup", data={"name": "stranger", "email": "owner@example.org", "password": PASSWORD})
    new = {"current": PASSWORD, "password": "another-quiet-harbour-9"}
    assert (await client.post("/settings/security", data=new)).status_code == 303
    assert await db.values("select kind from mail") == ["verify"]


async def test_the_cookie_is_for_this_site_and_no_script(client: httpx.AsyncClient, mira: Person) -> None:
    cookie = (await mira.sign_in(client)).headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "path=/" in cookie
    assert "domain" not in cookie and "secure" not in cookie


async def test_a_wrong_password_says_so_and_keeps_the_name(client: httpx.AsyncClient, mira: Person) -> None:
    answer = await client.post("/login", data={"login": "mira", "password": "not my password"})
    assert answer.status_code == 422
    assert 'value="mira"' in answer.text
    assert "not my password" not in answer.text
    assert "set-cookie" not in answer.headers


async def test_an_unknown_name_is_answered_like_a_wrong_password(client: httpx.AsyncClient, mira: Person) -> None:
    wrong = await client.post("/login", data={"login": "mira", "password": "not my password"})
    unknown = await client.post("/login", data={"login": "mora", "password": "not my password"})
    assert (wrong.status_code, wrong.text) == (unknown.status_code, unknown.text.replace("mora", "mira"))


async def test_an_unknown_name_costs_a_hash_too(
    client: httpx.AsyncClient, mira: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes: list[str] = []

    async def note(password: str, _asker: Asker) -> str:
        hashes.append(password)
        return ""

    monkeypatch.setattr(passwords, "hash_password", note)
    await client.post("/login", data={"login": "nobody-here", "password": "not my password"})
    assert hashes == ["not my password"]


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """The hashes that passwords are compared with, in order; None for an account that does not exist."""
    hashes: list[str | None] = []
    matches = passwords.matches

    async def noting(password: str, stored: str | None, asker: Asker) -> bool:
        hashes.append(stored)
        return await matches(password, stored, asker)

    monkeypatch.setattr(passwords, "matches", noting)
    return hashes


async def test_a_right_password_with_an_address_costs_one_hash(
    client: httpx.AsyncClient, mira: Person, compared: list[str | None]
) -> None:
    """A hundred members who signed in by their addresses waited for two hundred hashes."""
    for password in (PASSWORD, "not my password"):
        await client.post("/login", data={"login": mira.email, "password": password})

    assert [stored is None for stored in compared] == [False, False, True]


@pytest.mark.slow
async def test_unknown_names_cost_a_hash_as_wrong_passwords_do(
    client: httpx.AsyncClient, mira: Person, compared: list[str | None]
) -> None:
    for login in ("mira", "nobody-here"):
        await client.post("/login", data={"login": login, "password": "not my password"})

    assert len(compared) == 2 and compared[1] is None


@pytest.mark.parametrize("field", ["login", "password"])
@pytest.mark.parametrize("value", ["", "\x00", "é" * 300, "%", "' or 1=1 --", "\ufeff", "🦜" * 100])
async def test_odd_input_is_refused_and_never_fails(
    client: httpx.AsyncClient, mira: Person, field: str, value: str
) -> None:
    data = {"login": "mira", "password": "not my password"} | {field: value}
    assert (await client.post("/login", data=data)).status_code == 422


async def test_bytes_that_are_not_text_never_fail(client: httpx.AsyncClient, mira: Person) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = await client.post("/login", content=b"login=mira&password=%ff%fe%ed%a0%80", headers=headers)
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize(
    "next_url",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "\\/evil",
        "javascript:alert(1)",
        "/\t/evil",
        "/%0d",
        "/a\r\nX: y",
    ],
)
async def test_signing_in_never_leads_to_another_site(client: httpx.AsyncClient, mira: Person, next_url: str) -> None:
    data = {"login": "mira", "password": PASSWORD, "next": next_url}
    location = (await client.post("/login", data=data)).headers["location"]
    assert location in {"/", "/%0d"}


async def test_signing_in_leads_back_to_the_page_before(client: httpx.AsyncClient, mira: Person) -> None:
    shown = await client.get("/login?next=/t/1/a%3Fsort=new")
    assert 'value="/t/1/a?sort=new"' in shown.text
    data = {"login": "mira", "password": PASSWORD}
    assert (await client.post("/login?next=/t/1/a", data=data)).headers["location"] == "/t/1/a"
    assert (await client.get("/login?next=/t/1/a")).headers["location"] == "/t/1/a"


async def test_a_planted_session_cookie_has_no_member_and_is_replaced(client: httpx.AsyncClient, mira: Person) -> None:
    planted = "A" * 43
    client.cookies.set("parley", planted)
    assert (await client.get("/settings/security")).status_code == 303
    client.cookies.clear()
    answer = await client.post(
        "/login", data={"login": "mira", "password": PASSWORD}, headers={"cookie": f"parley={planted}"}
    )
    assert answer.cookies["parley"] != planted
    client.cookies.clear()
    answer = await client.get("/settings/security", headers={"cookie": f"parley={planted}"})
    assert answer.status_code == 303


async def test_each_sign_in_has_a_new_token_and_ends_the_browsers_earlier_one(
    client: httpx.AsyncClient, mira: Person
) -> None:
    await mira.sign_in(client)
    first = client.cookies["parley"]
    await mira.sign_in(client)
    assert client.cookies["parley"] != first
    client.cookies.clear()
    assert (await client.get("/settings/security", headers={"cookie": f"parley={first}"})).status_code == 303
    assert await db.value("select count(*) from session") == 1


async def test_signing_out_ends_it_at_once_and_clears_the_browsers_pages(
    client: httpx.AsyncClient, mira: Person
) -> None:
    await mira.sign_in(client)
    token = client.cookies["parley"]
    assert (await client.get("/settings/security")).status_code == 200
    answer = await client.post("/logout")
    assert answer.status_code == 303
    assert answer.headers["clear-site-data"] == '"cache"'
    assert "parley" not in client.cookies
    assert (await client.get("/settings/security", headers={"cookie": f"parley={token}"})).status_code == 303
    assert await db.value("select count(*) from session") == 0
    assert (await client.post("/logout")).status_code == 303


async def test_asking_to_sign_out_by_a_link_changes_nothing(client: httpx.AsyncClient, mira: Person) -> None:
    await mira.sign_in(client)
    assert (await client.get("/logout")).status_code in {404, 405}
    assert (await client.get("/settings/security")).status_code == 200


@pytest.mark.parametrize(("state", "words"), [("suspended", "suspended"), ("anonymised", "closed")])
async def test_a_refused_account_sees_why_only_with_the_right_password(
    client: httpx.AsyncClient, mira: Person, state: str, words: str
) -> None:
    await put_state("member", mira.id, state)
    answer = await mira.sign_in(client)
    assert answer.status_code == 403
    assert words in answer.text
    answer = await client.post("/login", data={"login": "mira", "password": "not my password"})
    assert words not in answer.text


async def test_guesses_from_one_network_are_slowed_down(client: httpx.AsyncClient, mira: Person) -> None:
    for _ in range(ratelimit.SIGN_IN_HERE.most):
        await client.post("/login", data={"login": "mira", "password": "not my password"})
    answer = await mira.sign_in(client)
    assert answer.status_code == 429
    assert 60 <= int(answer.headers["retry-after"]) <= 120
    assert "data-challenge" in answer.text


async def test_a_thousand_guesses_from_everywhere_do_not_lock_the_owner_out(
    client: httpx.AsyncClient, mira: Person
) -> None:
    await mira.sign_in(client)
    client.cookies.delete("parley")
    for number in range(1_000):
        try:
            await ratelimit.take(ratelimit.SIGN_IN_ACCOUNT, sign_in_limits.login_key("mira"))
        except ratelimit.TooMany:
            assert number >= ratelimit.SIGN_IN_ACCOUNT.most - 1
    stranger = ops.Client(agent="", address="203.0.113.9")
    with pytest.raises(ratelimit.TooMany):
        await ops.sign_in(login="mira", password=PASSWORD, client=stranger)
    assert (await mira.sign_in(client)).status_code == 303


async def test_other_pages_are_served_while_fifty_sign_ins_are_hashed(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "HASHER", DEPLOYED)
    # No account is needed: an unknown name costs the same hash, and holds no database connection meanwhile.
    served = 0
    async with browser(app) as client:
        guesses = asyncio.gather(*(passwords.matches("not my password", None) for _ in range(50)))
        while not guesses.done():
            assert (await client.get("/signup")).status_code == 200
            served += not guesses.done()
            await asyncio.sleep(0)
        await guesses
    assert served > 10


async def test_a_hash_of_weaker_parameters_is_renewed(client: httpx.AsyncClient, mira: Person) -> None:
    weak = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    await db.execute("update member set password_hash = $1", weak)
    assert (await mira.sign_in(client)).status_code == 303
    assert not passwords.is_outdated(await db.value("select password_hash from member"))
    assert (await mira.sign_in(client)).status_code == 303


async def test_sign_ins_and_refusals_are_logged_without_names_or_secrets(
    client: httpx.AsyncClient, mira: Person
) -> None:
    with structlog.testing.capture_logs() as logs:
        await client.post("/login", data={"login": "mira", "password": "canary password"})
        await mira.sign_in(client)
        await client.post("/logout")
    entries = [entry for entry in logs if entry["log_level"] != "debug"]
    assert [entry["event"] for entry in entries] == ["sign-in refused", "signed in", "signed out"]
    assert {entry["member"] for entry in entries} == {mira.id}
    written = repr(logs)
    for secret in ("canary", PASSWORD, "mira@", "127.0.0.1"):
        assert secret not in written


async def test_a_request_from_another_site_signs_nobody_in(client: httpx.AsyncClient, mira: Person) -> None:
    data = {"login": "mira", "password": PASSWORD}
    answer = await client.post("/login", data=data, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_each_unconfirmed_account_is_asked_for_by_its_own_device(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    askers = []

    async def matches(password: str, stored: str | None, asker: Asker) -> bool:
        askers.append(asker.of.host)
        return False

    monkeypatch.setattr(passwords, "matches", matches)
    mira = await make.member("mira", state="unverified")
    known = Client("", "127.0.0.1", device=devices.issue(mira.id, None))

    with pytest.raises(Refused):
        await ops.sign_in(login="mira@example.org", password="a guess", client=known)

    assert set(askers) == {f"device {mira.id}"}
