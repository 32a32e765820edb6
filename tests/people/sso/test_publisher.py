"""Signing in with an account of a publisher's site, by the payload of DiscourseConnect."""

import base64
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from parley.people.sso.publisher import signature
from parley.platform import db
from tests.people.accounts.person import Person
from tests.people.sso.conftest import PUBLISHER
from tests.people.sso.provider import Provider
from tests.people.sso.test_openid import is_in

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("corp")]

ACCOUNT = {"external_id": "7", "email": "ada@example.org", "username": "ada"}


async def begin(client: httpx.AsyncClient) -> dict[str, str]:
    """Begin a sign-in; return the fields of the payload that the site gets."""
    location = (await client.get("/sso/news?next=/for-you")).headers["location"]
    assert location.startswith("https://news.example/sso?site=1&")
    asked = dict(parse_qsl(urlsplit(location).query))
    expected = hmac.digest(PUBLISHER["secret"].encode(), asked["sso"].encode(), "sha256").hex()
    assert asked["sig"] == expected
    fields = dict(parse_qsl(base64.b64decode(asked["sso"]).decode()))
    assert fields["return_sso_url"] == "http://localhost/sso/news/back"
    return fields


def signed(fields: Mapping[str, str], secret: str = PUBLISHER["secret"]) -> str:
    """The path to which the site leads back."""
    payload = base64.b64encode(urlencode(fields).encode()).decode()
    return f"/sso/news/back?{urlencode({'sso': payload, 'sig': signature(secret, payload)})}"


async def link(who: Person) -> None:
    await db.execute(
        "insert into identity (member, source, subject) values ($1, $2, '7')", who.id, PUBLISHER["address"]
    )


async def test_a_reader_signs_in(client: httpx.AsyncClient, mira: Person) -> None:
    await link(mira)
    asked = await begin(client)
    answer = await client.get(signed(ACCOUNT | {"nonce": asked["nonce"], "admin": "true", "groups": "moderators"}))
    assert (answer.status_code, answer.headers["location"]) == (303, "/unread")
    assert await db.value("select role from member where id = $1", mira.id) == "member"


@pytest.mark.parametrize("said", [{}, {"require_activation": "true"}, {"email": "not an address"}, {"email": ""}])
async def test_a_new_reader_chooses_a_name(client: httpx.AsyncClient, said: dict[str, str]) -> None:
    asked = await begin(client)
    answer = await client.get(signed(ACCOUNT | said | {"nonce": asked["nonce"]}))
    assert answer.headers["location"] == "/sso/news/signup"
    assert 'value="ada"' in (await client.get("/sso/news/signup")).text
    await client.post("/sso/news/signup", data={"name": "ada", "email": "ada@example.org"})
    assert await db.value("select state from member") == "unverified", "the site is not trusted with addresses"


async def test_an_address_of_a_member_is_never_linked(client: httpx.AsyncClient, mira: Person) -> None:
    asked = await begin(client)
    answer = await client.get(signed(ACCOUNT | {"email": mira.email, "nonce": asked["nonce"]}))
    assert (answer.status_code, "then connect The News" in answer.text) == (422, True)
    assert not is_in(client)


LIES = {
    "another nonce": {"nonce": "x" * 43},
    "no nonce": {"nonce": ""},
    "no account": {"external_id": ""},
    "a long account": {"external_id": "7" * 256},
}


@pytest.mark.parametrize("lie", [*LIES, "another secret", "no signature", "another payload", "ours", "no base64"])
async def test_a_forged_answer_signs_nobody_in(client: httpx.AsyncClient, mira: Person, lie: str) -> None:
    await link(mira)
    asked = await begin(client)
    fields = ACCOUNT | {"nonce": asked["nonce"]}
    paths = {
        "another secret": signed(fields, "fedcba9876543210"),
        "no signature": signed(fields).partition("&sig")[0],
        "another payload": signed(fields).replace("sso=", "sso=YQ"),
        # What we sent to the site, sent back to us: it is signed with the same secret.
        "ours": signed(asked),
        "no base64": f"/sso/news/back?{urlencode({'sso': 'é%', 'sig': signature(PUBLISHER['secret'], 'é%')})}",
    }
    answer = await client.get(paths.get(lie) or signed(fields | LIES[lie]))
    assert answer.status_code == 422
    assert not is_in(client)


async def test_an_answer_is_accepted_once(client: httpx.AsyncClient, mira: Person, corp: Provider) -> None:
    await link(mira)
    asked = await begin(client)
    cookies = dict(client.cookies)
    path = signed(ACCOUNT | {"nonce": asked["nonce"]})
    assert (await client.get(path)).status_code == 303
    client.cookies.clear()
    client.cookies.update(cookies)
    assert (await client.get(path)).status_code == 422
    assert not is_in(client)
