"""Passkeys: added, used to sign in and as a proof, removed, and forged in every way."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.people.accounts import sessions, viewer_cache
from parley.people.second_factors import authenticators, passkey_settings, passkeys
from parley.people.second_factors.passkey_settings import MOST_PASSKEYS
from parley.people.sign_in import passwords, sign_in_ticket
from parley.platform import db
from parley.platform.http import cookies
from parley.platform.settings import settings
from tests import make
from tests.people.accounts.person import PASSWORD, Person
from tests.people.accounts.security_key import SecurityKey

pytestmark = pytest.mark.anyio

PAGE = "/settings/security/passkeys"


async def add(client: httpx.AsyncClient, key: SecurityKey, name: str = "my phone") -> httpx.Response:
    made = key.create((await client.post(f"{PAGE}/options")).json())
    return await client.post(PAGE, data={"credential": made, "name": name})


async def options(client: httpx.AsyncClient, path: str = "/login/passkey/options") -> dict[str, Any]:
    answer: dict[str, Any] = (await client.post(path)).json()
    return answer


async def sign_in(client: httpx.AsyncClient, key: SecurityKey) -> httpx.Response:
    return await client.post("/login/passkey", data={"credential": key.get(await options(client))})


def is_signed_in(client: httpx.AsyncClient) -> bool:
    return sessions.cookie_name() in client.cookies


async def letters() -> list[str]:
    return await db.values("select subject from mail where kind = 'second' order by id")


async def enter(client: httpx.AsyncClient, who: Person) -> None:
    """Start a session of somebody who just proved who they are."""
    client.cookies.clear()
    token = await sessions.start(who.id, "member", agent="a test", address="127.0.0.1", proven=True)
    client.cookies.set(sessions.cookie_name(), token)


@pytest.fixture
async def mira(app: Litestar) -> Person:
    return Person((await make.member("mira")).id, "mira")


@pytest.fixture
async def jon(app: Litestar) -> Person:
    return Person((await make.member("jon")).id, "jon")


@pytest.fixture
async def password(mira: Person) -> None:
    """Mira has a password, too."""
    await db.execute(
        "update member set password_hash = $2 where id = $1", mira.id, await passwords.hash_password(PASSWORD)
    )


@pytest.fixture
async def key(client: httpx.AsyncClient, mira: Person) -> SecurityKey:
    """Mira's passkey, added in a browser that is then signed out."""
    key = SecurityKey()
    await enter(client, mira)
    assert (await add(client, key)).status_code == 303
    client.cookies.clear()
    return key


async def test_a_passkey_is_added_with_a_letter_and_signs_in_without_a_name(
    client: httpx.AsyncClient, mira: Person, key: SecurityKey
) -> None:
    assert await letters() == ["A passkey was added to your account on Parley"]
    asked = await options(client)
    assert (asked["rpId"], asked["userVerification"], asked["allowCredentials"]) == ("localhost", "preferred", [])
    answer = await client.post("/login/passkey?next=/for-you", data={"credential": key.get(asked)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/unread")
    assert "my phone" in (await client.get("/settings/security")).text
    assert (await client.get(PAGE)).status_code == 200, "signing in by it is proof"


async def test_refused_passkeys_do_not_use_up_a_limit_of_their_network(
    client: httpx.AsyncClient, mira: Person, key: SecurityKey
) -> None:
    """Three hundred of them, which cost nothing to make, kept everybody of a network from signing in by passkey."""
    for _ in range(301):
        assert (await client.post("/login/passkey", data={"credential": "{}"})).status_code == 422
    assert (await sign_in(client, key)).status_code == 303


@pytest.mark.usefixtures("password")
async def test_the_password_alone_still_signs_members_in(
    client: httpx.AsyncClient, mira: Person, key: SecurityKey
) -> None:
    assert (await mira.sign_in(client)).headers["location"] == "/"


async def test_a_signed_challenge_works_once(client: httpx.AsyncClient, key: SecurityKey) -> None:
    signed = key.get(await options(client))
    assert (await client.post("/login/passkey", data={"credential": signed})).status_code == 303
    client.cookies.clear()
    again = await client.post("/login/passkey", data={"credential": signed})
    assert (again.status_code, is_signed_in(client)) == (422, False)
    assert await db.value("select count(*) from passkey") == 1, "a resent form does not look like a copy"


async def test_a_counter_that_fell_ends_the_passkey_with_a_letter(client: httpx.AsyncClient, key: SecurityKey) -> None:
    assert (await sign_in(client, key)).status_code == 303
    client.cookies.clear()
    key.count = 0
    answer = await sign_in(client, key)
    assert (answer.status_code, "copied" in answer.text, is_signed_in(client)) == (422, True, False)
    assert await db.value("select count(*) from passkey") == 0
    assert (await letters())[-1] == "We removed a passkey that may have been copied"
    unknown = await sign_in(client, key)
    assert (unknown.status_code, "data-unknown=" in unknown.text) == (422, True)


async def test_a_passkey_that_does_not_count_signs_in_again_and_again(
    client: httpx.AsyncClient, key: SecurityKey
) -> None:
    for _ in range(3):
        key.count = -1
        assert (await sign_in(client, key)).status_code == 303


@pytest.mark.parametrize("wrong", ["origin", "site", "handle", "key", "challenge", "absent", "other purpose", "late"])
async def test_a_wrong_signature_signs_nobody_in(
    client: httpx.AsyncClient, mira: Person, key: SecurityKey, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await options(client)
    if wrong == "origin":
        key.origin = "http://localhost.evil.example"
    elif wrong == "site":
        key.site = "evil.example"
    elif wrong == "handle":
        key.handle = b"another member's"
    elif wrong == "key":
        key.key = SecurityKey().key
    elif wrong == "challenge":
        asked["challenge"] = asked["challenge"][:-4] + "AAAA"
    elif wrong == "other purpose":
        await enter(client, mira)
        asked = await options(client, "/prove/options")
        client.cookies.clear()
    signed = key.get(asked)
    if wrong == "absent":
        signed = json.dumps(json.loads(signed) | {"response": {}})
    elif wrong == "late":
        later = passkeys.time() + passkeys.LASTS_SECONDS + 1
        monkeypatch.setattr(passkeys, "time", lambda: later)
    answer = await client.post("/login/passkey", data={"credential": signed})
    assert (answer.status_code, is_signed_in(client)) == (422, False)
    assert 'role="alert"' in answer.text
    assert await db.value("select count(*) from passkey") == 1


@pytest.mark.parametrize("text", ["", "x", "null", "[]", "{}", '{"id": 1}', '{"id": "é", "response": {}}', "[" * 9_000])
async def test_input_that_is_not_a_passkey_is_refused(client: httpx.AsyncClient, text: str) -> None:
    assert (await client.post("/login/passkey", data={"credential": text})).status_code == 422


async def test_a_passkey_that_does_not_check_its_holder_is_one_factor(
    client: httpx.AsyncClient, mira: Person, key: SecurityKey
) -> None:
    key.verifies = False
    alone = await sign_in(client, key)
    assert (alone.status_code, "cannot sign you in alone" in alone.text, is_signed_in(client)) == (422, True, False)
    await db.execute("insert into authenticator (member, seed, step) values ($1, '', 0)", mira.id)
    assert (await sign_in(client, key)).headers["location"] == "/login/second"
    assert "data-passkey" not in (await client.get("/login/second")).text, "the same passkey is no second factor"
    again = await options(client, "/login/second/options")
    assert (await client.post("/login/second", data={"credential": key.get(again)})).headers[
        "location"
    ] == "/login/second"
    assert not is_signed_in(client)
    key.verifies = True
    assert (await sign_in(client, key)).headers["location"] == "/"


@pytest.mark.usefixtures("password")
async def test_a_passkey_is_a_second_factor_after_the_password(
    client: httpx.AsyncClient, mira: Person, key: SecurityKey
) -> None:
    await db.execute("insert into authenticator (member, seed, step) values ($1, '', 0)", mira.id)
    key.verifies = False
    assert (await mira.sign_in(client)).headers["location"] == "/login/second"
    assert 'data-options="/login/second/options"' in (await client.get("/login/second")).text
    asked = await options(client, "/login/second/options")
    assert (len(asked["allowCredentials"]), asked["userVerification"]) == (1, "discouraged")
    answer = await client.post("/login/second", data={"credential": key.get(asked)})
    assert (answer.headers["location"], is_signed_in(client)) == ("/", True)
    client.cookies.clear()
    assert (await client.post("/login/second/options")).status_code == 410


async def test_another_members_passkey_is_no_second_factor_and_no_proof(
    client: httpx.AsyncClient, mira: Person, jon: Person, key: SecurityKey
) -> None:
    client.cookies.set(cookies.name(sign_in_ticket.COOKIE), sign_in_ticket.issue(jon.id, frozenset({"link"}), None))
    asked = await options(client, "/login/second/options")
    answer = await client.post("/login/second", data={"credential": key.get(asked)})
    assert (answer.status_code, is_signed_in(client)) == (422, False)
    await enter(client, jon)
    await db.execute("update session set proved_at = null")
    signed = key.get(await options(client, "/prove/options"))
    assert (await client.post("/prove", data={"credential": signed})).status_code == 422
    assert await db.value("select count(*) from session where proved_at is not null") == 0


async def test_a_proof_by_passkey_counts_in_this_session_only(
    client: httpx.AsyncClient, mira: Person, key: SecurityKey
) -> None:
    await enter(client, mira)
    other = await options(client, "/prove/options")
    client.cookies.clear()
    await enter(client, mira)
    await db.execute("update session set proved_at = null")
    assert (await client.post("/prove", data={"credential": key.get(other)})).status_code == 422
    page = (await client.get(f"/prove?next={PAGE}")).text
    assert 'data-options="/prove/options"' in page and 'name="password"' in page
    signed = key.get(await options(client, "/prove/options"))
    answer = await client.post("/prove", data={"credential": signed, "next": PAGE})
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert (await client.get(PAGE)).status_code == 200


async def test_adding_asks_for_proof_a_name_and_javascript(client: httpx.AsyncClient, mira: Person) -> None:
    assert (await client.get(PAGE)).headers["location"] == f"/login?next={PAGE}"
    await enter(client, mira)
    assert "Passkeys need JavaScript" in (await client.get(PAGE)).text
    assert "Nothing was changed" in (await client.post(PAGE, data={"name": "my phone"})).text
    key = SecurityKey()
    nameless = await add(client, key, "")
    assert (nameless.status_code, 'id="f-name-error"' in nameless.text) == (422, True)
    key.origin = "https://evil.example"
    wrong = await add(client, key)
    assert (wrong.status_code, 'value="my phone"' in wrong.text) == (422, True)
    await db.execute("update session set proved_at = null")
    assert (await client.get(PAGE)).headers["location"] == f"/prove?next={PAGE}"
    assert (await add(client, SecurityKey())).headers["location"] == f"/prove?next={PAGE}"
    assert await db.value("select count(*) from passkey") == 0


async def test_a_security_key_without_a_pin_is_added_as_a_second_step_only(
    client: httpx.AsyncClient, mira: Person
) -> None:
    await enter(client, mira)
    key = SecurityKey(verifies=False)
    asked = await options(client, f"{PAGE}/options?second")
    wishes = asked["authenticatorSelection"]
    assert (wishes["userVerification"], wishes["residentKey"]) == ("discouraged", "discouraged")
    answer = await client.post(PAGE, data={"credential": key.create(asked), "name": "my USB key"})
    assert answer.headers["location"].startswith("/settings/security?passkey=added")
    assert "as a second step." in (await client.get(answer.headers["location"])).text


async def test_ten_passkeys_are_enough_and_none_is_stored_twice(client: httpx.AsyncClient, mira: Person) -> None:
    await enter(client, mira)
    key = SecurityKey()
    assert (await add(client, key)).status_code == 303
    assert "stored here already" in (await add(client, key)).text
    for _ in range(MOST_PASSKEYS - 1):
        assert (await add(client, SecurityKey())).status_code == 303
    assert "cannot have more" in (await add(client, SecurityKey())).text


async def test_a_member_removes_their_own_passkey_only(
    client: httpx.AsyncClient, mira: Person, jon: Person, key: SecurityKey
) -> None:
    number = await db.value("select id from passkey")
    await enter(client, jon)
    assert (await client.post(f"{PAGE}/{number}/end")).status_code == 404
    assert (await client.post(f"{PAGE}/x/end")).status_code == 404
    client.cookies.clear()
    await enter(client, mira)
    await db.execute("update session set proved_at = null")
    assert (await client.post(f"{PAGE}/{number}/end")).headers["location"] == "/prove?next=/settings/security"
    await db.execute("update session set proved_at = now()")
    assert (await client.post(f"{PAGE}/{number}/end")).status_code == 303
    assert (await letters())[-1] == "A passkey was removed from your account on Parley"
    client.cookies.clear()
    assert (await sign_in(client, key)).status_code == 422


async def test_a_suspended_member_sees_why_and_is_not_signed_in(
    client: httpx.AsyncClient, mira: Person, key: SecurityKey
) -> None:
    await db.execute("update member set state = 'suspended', state_reason = 'Spam.' where id = $1", mira.id)
    answer = await sign_in(client, key)
    assert (answer.status_code, "Spam." in answer.text, is_signed_in(client)) == (403, True, False)


@pytest.mark.usefixtures("password")
async def test_staff_with_a_passkey_need_it_after_the_password_and_to_keep_their_rights(
    app: Litestar, client: httpx.AsyncClient, mira: Person, key: SecurityKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = msgspec.structs.replace(settings(), staff_factor_days=14)
    for module in (sessions, authenticators):
        monkeypatch.setattr(module, "settings", lambda: changed)
    await db.execute("update member set role = 'moderator', staff_since = now() - interval '15 days'")
    viewer_cache.clear()
    assert (await mira.sign_in(client)).headers["location"] == "/login/second"
    assert 'name="code"' not in (await client.get("/login/second")).text
    signed = key.get(await options(client, "/login/second/options"))
    assert (await client.post("/login/second", data={"credential": signed})).headers["location"] == "/"
    assert (await client.get("/mod/queue")).status_code == 200
    assert "we ask for one of your passkeys" in (await client.get("/settings/security")).text
    await db.execute("update session set proved_at = null")
    assert (await client.post("/prove", data={"password": mira.password})).status_code == 422
    await db.execute("update session set proved_at = now()")
    number = await db.value("select id from passkey")
    assert (await client.post(f"{PAGE}/{number}/end")).status_code == 422
    assert (await add(client, SecurityKey())).status_code == 303
    assert (await client.post(f"{PAGE}/{number}/end")).status_code == 303


async def test_an_undone_change_of_address_removes_the_passkeys_added_since(
    client: httpx.AsyncClient, key: SecurityKey
) -> None:
    member = await db.value("select member from passkey")
    assert not await passkey_settings.end_all(member, since=datetime.now(UTC) + timedelta(minutes=1))
    assert await db.value("select count(*) from passkey") == 1
    assert await passkey_settings.end_all(member, since=datetime.now(UTC) - timedelta(minutes=1))
    assert await db.value("select count(*) from passkey") == 0
