"""The page of tokens: made once after the password was given, shown once, ended at once."""

import re

import httpx
import pytest
from litestar import Litestar

import make
from parley.core import db
from parley.core.http.access import Viewer

pytestmark = pytest.mark.anyio
FIELDS = {"name": "My digest", "vote": "1", "days": "7"}


async def prove(who: Viewer) -> None:
    await db.execute("update session set proved_at = now() where member = $1", who.id)


async def test_a_token_is_shown_once_works_and_ends(app: Litestar, client: httpx.AsyncClient) -> None:
    jon = await make.member("jon")
    await make.sign_in(client, jon)
    await prove(jon)

    made = await client.post("/settings/tokens", data=FIELDS)

    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    token = re.findall(r"prl_[\w-]+", made.text)[0]
    page = (await client.get("/settings/tokens")).text
    assert "My digest" in page
    assert token not in page
    asked = {"authorization": f"Bearer {token}"}
    assert (await client.get("/api/v1/me", headers=asked)).json()["scopes"] == ["vote"]
    number = await db.value("select id from api_token")
    assert (await client.post(f"/settings/tokens/{number}/end")).status_code == 303
    assert (await client.get("/api/v1/me", headers=asked)).status_code == 401


async def test_the_password_is_asked_for_and_what_was_typed_is_kept(client: httpx.AsyncClient, app: Litestar) -> None:
    jon = await make.member("jon")
    await make.sign_in(client, jon)

    asked = await client.post("/settings/tokens", data=FIELDS)

    assert asked.status_code == 303
    await prove(jon)
    page = await client.get(httpx.URL(asked.headers["location"]).params["next"])
    assert 'value="My digest"' in page.text
    assert 'name="vote" value="1" checked' in page.text
    assert await db.value("select count(*) from api_token") == 0


async def test_wrong_tokens_are_refused_with_the_typed_text(client: httpx.AsyncClient, app: Litestar) -> None:
    jon, ada = await make.member("jon"), await make.member("ada")
    await make.sign_in(client, jon)
    await prove(jon)

    nameless = await client.post("/settings/tokens", data={"name": " "})
    staff = await client.post("/settings/tokens", data={"name": "Mine", "moderate": "1"})
    for _ in range(20):
        await client.post("/settings/tokens", data=FIELDS)
    full = await client.post("/settings/tokens", data=FIELDS)

    assert (nameless.status_code, staff.status_code, full.status_code) == (422, 422, 422)
    assert 'value="Mine"' in staff.text
    assert await db.value("select count(*) from api_token") == 20
    number = await db.value("select min(id) from api_token")
    await make.sign_in(client, ada)
    assert (await client.post(f"/settings/tokens/{number}/end")).status_code == 404


async def test_visitors_have_no_tokens(client: httpx.AsyncClient, app: Litestar) -> None:
    assert (await client.get("/settings/tokens")).status_code == 303
    assert (await client.post("/settings/tokens", data=FIELDS)).status_code == 401
