"""Signing in with an account at an OpenID provider: which answers are accepted."""

import asyncio
from collections.abc import Awaitable, Callable
from time import time
from typing import Any

import httpx
import pytest
from joserfc.jwk import RSAKey
from litestar import Litestar

from parley.people.accounts import sessions
from parley.people.sso import discovery, pending, web
from parley.platform import db
from parley.platform.http import cookies
from tests import make
from tests.make import browser
from tests.people.accounts.person import Person
from tests.people.sso.provider import CLIENT, Provider, signed_with_secret, unsigned

pytestmark = pytest.mark.anyio

Mailed = Callable[[str], Awaitable[str]]
MEMBER = "select name, email, state, password_hash from member where name = $1"


async def go(client: httpx.AsyncClient, corp: Provider, address: str = "/sso/corp") -> httpx.Response:
    """Sign in at the provider, and come back."""
    begun = await client.get(address)
    assert begun.status_code == 303
    return await client.get(corp.authorize(begun.headers["location"]))


async def link(who: Person, corp: Provider, subject: str = "42") -> None:
    await db.execute("insert into identity (member, source, subject) values ($1, $2, $3)", who.id, corp.issuer, subject)


def is_in(client: httpx.AsyncClient) -> bool:
    return sessions.cookie_name() in client.cookies


async def test_the_pages_offer_the_providers(client: httpx.AsyncClient, corp: Provider) -> None:
    for path in ("/login", "/signup"):
        text = (await client.get(f"{path}?next=/t/1/a")).text
        assert 'href="/sso/corp?next=/t/1/a">Continue with Corp' in text
        assert 'href="/sso/news?next=/t/1/a">Continue with The News' in text


async def test_a_member_signs_in_and_comes_back_to_the_page(
    client: httpx.AsyncClient, corp: Provider, mira: Person
) -> None:
    await link(mira, corp)
    answer = await go(client, corp, "/sso/corp?next=/settings/security")
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings/security")
    assert (await client.get("/settings/security")).status_code == 200
    assert await db.values("select kind from mail") == ["device"]
    assert await db.value("select proved_at from session") is None, "this is no step-up"


@pytest.mark.parametrize("trust", [[], ["email"]])
async def test_a_newcomer_chooses_a_name(
    client: httpx.AsyncClient, corp: Provider, trust: list[str], mailed: Mailed
) -> None:
    corp.account |= {"preferred_username": "Ada Lovelace!"}
    answer = await go(client, corp, "/sso/corp?next=/for-you")
    assert answer.headers["location"] == "/sso/corp/signup"
    assert not is_in(client)
    shown = await client.get("/sso/corp/signup")
    assert 'value="Ada-Lovelace"' in shown.text
    wrong = await client.post("/sso/corp/signup", data={"name": "a", "email": "ada@example.org"})
    assert (wrong.status_code, 'id="f-name-error"' in wrong.text) == (422, True)

    done = await client.post("/sso/corp/signup", data={"name": "ada", "email": "ada@example.org"})

    assert done.headers["location"] == ("/for-you" if trust else "/signup/done?next=/for-you")
    assert await db.value("select state from member") == ("active" if trust else "unverified")
    assert await db.value("select password_hash from member") is None
    if not trust:
        await client.post(await mailed("verify"))
    client.cookies.clear()
    assert (await go(client, corp)).headers["location"] == "/"
    assert is_in(client)


async def test_an_address_from_the_user_info_counts_for_the_same_subject(
    client: httpx.AsyncClient, corp: Provider
) -> None:
    corp.account = {"sub": "42"}
    corp.user_info = {"sub": "42", "email": "ada@example.org", "email_verified": True, "name": "ada"}
    await go(client, corp)
    assert 'value="ada@example.org"' in (await client.get("/sso/corp/signup")).text
    corp.user_info["sub"] = "43"
    assert (await go(client, corp)).status_code == 422


ANOTHER = RSAKey.generate_key(2048, {"kid": "one"})
HOUR = 3_600
# Each changes one thing in an honest answer.
LIES: dict[str, dict[str, Any]] = {
    "another issuer": {"change": lambda claims: claims | {"iss": "https://evil.example"}},
    "nearly the issuer": {"change": lambda claims: claims | {"iss": claims["iss"] + "/"}},
    "another audience": {"change": lambda claims: claims | {"aud": "another"}},
    "several audiences": {"change": lambda claims: claims | {"aud": [CLIENT, "another"]}},
    "another party": {"change": lambda claims: claims | {"azp": "another"}},
    "another nonce": {"change": lambda claims: claims | {"nonce": "x" * 43}},
    "no nonce": {"change": lambda claims: {k: v for k, v in claims.items() if k != "nonce"}},
    "no subject": {"change": lambda claims: claims | {"sub": ""}},
    "a number as subject": {"change": lambda claims: claims | {"sub": 42}},
    "no expiry": {"change": lambda claims: {k: v for k, v in claims.items() if k != "exp"}},
    "expired": {"change": lambda claims: claims | {"exp": int(time()) - HOUR, "iat": int(time()) - 2 * HOUR}},
    "a clock of tomorrow": {"change": lambda claims: claims | {"iat": int(time()) + 24 * HOUR}},
    "the algorithm none": {"sign": unsigned},
    "signed with our secret": {"sign": signed_with_secret},
    "no token": {"sign": lambda _: ""},
    "no claims": {"sign": lambda _: "e30.e30."},
    "an unknown key": {"header": {"kid": "two"}},
    "another key of that name": {"key": ANOTHER},
    "no code": {"query": {"code": ""}},
    "an answer of another provider": {"query": {"iss": "https://evil.example"}},
    "another state": {"query": {"state": "x" * 43}},
    "an unknown code": {"query": {"code": "stolen"}},
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_forged_answer_signs_nobody_in(
    client: httpx.AsyncClient, corp: Provider, mira: Person, lie: str
) -> None:
    await link(mira, corp)
    told = LIES[lie]
    corp.change = told.get("change", corp.change)
    corp.sign = told.get("sign", lambda claims: corp.signed(claims, told.get("key"), told.get("header")))
    begun = await client.get("/sso/corp")
    path = httpx.URL(corp.authorize(begun.headers["location"])).copy_merge_params(told.get("query", {}))

    answer = await client.get(str(path))

    assert answer.status_code == 422
    assert "Please" in answer.text
    assert not is_in(client)
    assert await db.value("select count(*) from session") == 0


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": "https://10.0.0.1/keys"},
        {"jwks_uri": "https://127.0.0.1:99999/keys"},
        {"jwks_uri": "https://127.0.0.1/ké"},
        {"authorization_endpoint": "https://corp.example/\r\nSet-Cookie: a=b"},
    ],
)
async def test_a_document_of_another_issuer_redirects_nobody(
    client: httpx.AsyncClient, corp: Provider, metadata: dict[str, Any]
) -> None:
    corp.metadata = metadata
    answer = await client.get("/sso/corp")
    assert (answer.status_code, "cannot be reached" in answer.text) == (422, True)


async def test_a_provider_that_names_itself_in_its_answers_must_always_do_so(
    client: httpx.AsyncClient, corp: Provider, mira: Person
) -> None:
    await link(mira, corp)
    corp.metadata = {"authorization_response_iss_parameter_supported": True}
    assert (await go(client, corp)).status_code == 422
    path = corp.authorize((await client.get("/sso/corp")).headers["location"])
    assert (await client.get(str(httpx.URL(path).copy_merge_params({"iss": corp.issuer})))).status_code == 303


async def test_an_answer_is_accepted_once_and_only_in_the_browser_that_asked(
    app: Litestar, client: httpx.AsyncClient, corp: Provider, mira: Person
) -> None:
    await link(mira, corp)
    path = corp.authorize((await client.get("/sso/corp")).headers["location"])
    cookie = client.cookies[cookies.name(pending.COOKIE)]
    async with make.browser(app) as thief:
        assert (await thief.get(path)).status_code == 422
    assert (await client.get(path)).status_code == 303
    async with make.browser(app) as thief:
        thief.cookies.set(cookies.name(pending.COOKIE), cookie)
        corp.asked["code 0"] = {}
        assert (await thief.get(path)).status_code == 422
        assert "code 0" in corp.asked, "the provider was not even asked"
    assert await db.value("select count(*) from session") == 1


async def test_the_answer_of_one_provider_does_not_count_for_another(
    client: httpx.AsyncClient, corp: Provider, mira: Person
) -> None:
    await link(mira, corp)
    path = corp.authorize((await client.get("/sso/corp")).headers["location"])
    assert (await client.get(path.replace("/sso/corp", "/sso/news"))).status_code == 422


async def test_the_code_is_bound_to_the_browser_that_began(client: httpx.AsyncClient, corp: Provider) -> None:
    """PKCE: a code of another browser's sign-in does not fit this browser's verifier."""
    stolen = corp.authorize((await client.get("/sso/corp")).headers["location"])
    own = corp.authorize((await client.get("/sso/corp")).headers["location"])
    code = httpx.URL(stolen).params["code"]
    answer = await client.get(str(httpx.URL(own).copy_merge_params({"code": code})))
    assert answer.status_code == 422


async def test_new_keys_of_a_provider_are_read(client: httpx.AsyncClient, corp: Provider, mira: Person) -> None:
    await link(mira, corp)
    path = corp.authorize((await client.get("/sso/corp")).headers["location"])
    corp.key = RSAKey.generate_key(2048, {"kid": "new"})
    corp.sign = lambda claims: corp.signed(claims, header={"kid": "new"})
    assert (await client.get(path)).status_code == 303
    corp.key = RSAKey.generate_key(2048, {"kid": "one"})


async def test_a_provider_that_answers_nobody_is_asked_once_and_for_a_limited_time(
    client: httpx.AsyncClient, corp: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each who signed in waited 20 seconds for the provider's document and its keys, or 50 when they came back."""
    monkeypatch.setattr(web, "MOST_SECONDS", 0.3)
    corp.may_answer.clear()
    answers = await asyncio.gather(*(client.get("/sso/corp") for _ in range(5)))
    corp.may_answer.set()

    assert all(answer.status_code == 422 and "cannot be reached" in answer.text for answer in answers)
    assert len(corp.requested) == 1


async def test_a_failed_provider_is_left_alone_for_a_moment(
    client: httpx.AsyncClient, corp: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    corp.metadata = {"jwks_uri": None}
    for _ in range(3):
        assert (await client.get("/sso/corp")).status_code == 422
    assert len(corp.requested) == 1

    corp.metadata = {}
    discovery._known.clear()
    discovery._failures.clear()
    assert (await client.get("/sso/corp")).status_code == 303


async def test_many_who_sign_in_at_once_wait_for_one_request(client: httpx.AsyncClient, corp: Provider) -> None:
    answers = await asyncio.gather(*(client.get("/sso/corp") for _ in range(5)))
    assert [answer.status_code for answer in answers] == [303] * 5
    assert len(corp.requested) == 2, "the document and the keys"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_no_other_site_begins_a_sign_in(client: httpx.AsyncClient, corp: Provider, site: str) -> None:
    answer = await client.get("/sso/corp?next=/for-you", headers={"sec-fetch-site": site})
    assert answer.headers["location"] == "/login?next=/for-you"
    assert cookies.name(pending.COOKIE) not in client.cookies


async def test_an_unknown_provider_is_not_found(client: httpx.AsyncClient, corp: Provider) -> None:
    for path in ("/sso/other", "/sso/other/back", "/sso/other/signup"):
        assert (await client.get(path)).status_code == 404
    assert (await client.post("/sso/corp/signup", data={"name": "ada"})).status_code == 422
    assert (await client.get("/sso/corp/signup")).headers["location"] == "/login"


# Taking over, from either side.


async def test_an_address_that_a_member_confirmed_is_never_linked(
    client: httpx.AsyncClient, corp: Provider, mira: Person
) -> None:
    corp.account["email"] = mira.email
    answer = await go(client, corp)
    assert answer.status_code == 422
    assert "then connect Corp under Settings, Privacy and security" in answer.text
    assert not is_in(client)
    assert await db.value("select count(*) from identity") == 0


@pytest.mark.parametrize("trust", [["email"]])
async def test_an_address_that_the_provider_did_not_check_is_not_trusted(
    client: httpx.AsyncClient, corp: Provider, mira: Person, trust: list[str]
) -> None:
    corp.account |= {"email": mira.email, "email_verified": False}
    assert (await go(client, corp)).headers["location"] == "/sso/corp/signup"
    answer = await client.post("/sso/corp/signup", data={"name": "mallory", "email": mira.email})
    assert answer.headers["location"] == "/signup/done", "as for an unknown address"
    mallory = await db.value("select id from member where name = 'mallory'")
    assert await db.values("select state from member order by id") == ["active", "unverified"]
    assert await db.values("select member from identity") == [mallory]
    assert await db.values("select kind from mail") == ["known"], "the mailbox is told, and holds no link that confirms"


async def test_only_the_member_who_signs_in_elsewhere_confirms_the_address(
    app: Litestar, client: httpx.AsyncClient, corp: Provider, mailed: Mailed
) -> None:
    """The link to the provider outlasts every new password, so the owner of the mailbox would not be alone."""
    corp.account |= {"email_verified": False}
    await go(client, corp)
    await client.post("/sso/corp/signup", data={"name": "mallory", "email": "owner@example.org"})
    verify = await mailed("verify")
    async with browser(app) as owner:
        assert (await owner.get(verify)).headers["location"] == f"/login?next={verify}"
        assert (await owner.post(verify)).status_code == 401
    assert await db.value("select state from member") == "unverified"
    assert (await client.post(verify)).headers["location"] == "/verify/done"


@pytest.mark.parametrize("trust", [["email"]])
async def test_an_older_account_with_the_same_address_is_not_signed_in(
    app: Litestar, client: httpx.AsyncClient, corp: Provider, trust: list[str]
) -> None:
    """Somebody signs up with another's address and their own password, and waits for the other to come."""
    async with make.browser(app) as squatter:
        form = {"name": "squatter", "email": "ada@example.org", "password": "four unrelated green words"}
        await squatter.post("/signup", data=form)
    await go(client, corp)
    await client.post("/sso/corp/signup", data={"name": "ada"})
    assert await db.values("select name from member where state = 'active'") == ["ada"]
    assert await db.value("select name from member join identity i on i.member = member.id") == "ada"


# The second step.


@pytest.mark.parametrize("trust", [[], ["second-factor"]])
@pytest.mark.parametrize("said", [{}, {"amr": ["pwd", "mfa"]}, {"acr": "phr"}, {"amr": "mfa"}, {"amr": ["otp"]}])
async def test_the_second_step_is_required_unless_a_trusted_provider_asked_for_one(
    client: httpx.AsyncClient, corp: Provider, mira: Person, trust: list[str], said: dict[str, Any]
) -> None:
    await link(mira, corp)
    await db.execute("insert into authenticator (member, seed, step) values ($1, '', 0)", mira.id)
    corp.account |= said
    answer = await go(client, corp)
    is_done = bool(trust) and (said.get("amr") == ["pwd", "mfa"] or "acr" in said)
    assert answer.headers["location"] == ("/" if is_done else "/login/second")
    assert is_in(client) == is_done


async def test_a_second_factor_that_is_not_in_a_standard_form_does_not_count(
    client: httpx.AsyncClient, corp: Provider, mira: Person
) -> None:
    await link(mira, corp)
    corp.change = lambda claims: claims | {"acr": ["phr"], "amr": {"mfa": 1}}
    assert (await go(client, corp)).status_code == 303


async def test_a_suspended_member_reads_why(client: httpx.AsyncClient, corp: Provider, mira: Person) -> None:
    await link(mira, corp)
    await db.execute("update member set state = 'suspended', state_reason = 'Insults.' where id = $1", mira.id)
    answer = await go(client, corp)
    assert answer.status_code == 403
    assert "Insults." in answer.text
    assert "Have your account erased" in answer.text
    assert not is_in(client)


# Who may sign up.


@pytest.mark.parametrize("trust", [["email"]])
async def test_a_newcomer_needs_what_every_sign_up_needs(
    client: httpx.AsyncClient, corp: Provider, trust: list[str]
) -> None:
    await db.execute("update community set sign_up = 'invited'")
    await go(client, corp)
    assert "whom a member invited" in (await client.get("/sso/corp/signup")).text
    assert (await client.post("/sso/corp/signup", data={"name": "ada"})).status_code == 422
    await db.execute("update community set sign_up = 'approved'")
    assert (await client.post("/sso/corp/signup", data={"name": "ada"})).status_code == 303
    assert await db.value("select state from member") == "unverified"
    assert await db.value("select confirmed_at is not null and waits from sign_up") is True


@pytest.mark.parametrize("trust", [["email"]])
async def test_an_invitation_goes_along(
    client: httpx.AsyncClient, corp: Provider, mira: Person, trust: list[str]
) -> None:
    await db.execute("update community set sign_up = 'invited'")
    await mira.sign_in(client)
    token = (await client.post("/settings/invitations")).text.partition("/invite/")[2][:43]
    await client.post("/logout")
    offered = (await client.get(f"/signup?invitation={token}")).text
    assert f'href="/sso/corp?invitation={token}"' in offered
    await go(client, corp, f"/sso/corp?invitation={token}")
    assert (await client.post("/sso/corp/signup", data={"name": "ada"})).status_code == 303
    assert await db.value("select inviter from sign_up") == mira.id
