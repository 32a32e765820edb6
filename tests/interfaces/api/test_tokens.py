"""The page of tokens: making one needs the password, shows it once, and ends it at once."""

import re
import time

import httpx
import msgspec
import pytest
from litestar import Litestar
from structlog.testing import capture_logs

from parley.interfaces.api import tokens
from parley.people.accounts import viewer_cache
from parley.people.accounts.viewer import Viewer
from parley.people.sign_in import passwords
from parley.platform import db
from parley.platform.settings import settings
from tests import make
from tests.interfaces.api.calling import program

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
    page = (await client.get("/settings/security")).text
    assert "My digest" in page
    assert token not in page
    asked = {"authorization": f"Bearer {token}"}
    assert (await client.get("/api/v1/me", headers=asked)).json()["scopes"] == ["vote"]
    number = await db.value("select id from api_token")
    assert (await client.post(f"/settings/tokens/{number}/end")).status_code == 303
    assert (await client.get("/api/v1/me", headers=asked)).status_code == 401


async def test_a_token_that_another_process_ended_works_for_a_second_at_most(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with program(app, await make.member("jon")) as reader:
        assert (await reader.get("/me")).status_code == 200
        await db.execute("delete from api_token")
        assert (await reader.get("/me")).status_code == 200
        monkeypatch.setattr(tokens, "monotonic", lambda: time.monotonic() + viewer_cache.CACHE_SECONDS)
        assert (await reader.get("/me")).status_code == 401


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


@pytest.mark.parametrize("ending", ["password", "sessions"])
async def test_a_new_password_and_signing_out_everywhere_end_all_tokens(
    client: httpx.AsyncClient, app: Litestar, ending: str
) -> None:
    jon, ada = await make.member("jon"), await make.member("ada")
    for who in (ada, jon):
        await make.sign_in(client, who)
        await prove(who)
        assert (await client.post("/settings/tokens", data=FIELDS)).status_code == 201
    if ending == "sessions":
        answer = await client.post("/settings/security/sessions/end")
        assert answer.headers["location"] == "/settings/security?others=sessions#sessions"
        assert "Every other device is signed out" in (await client.get("/settings/security?others")).text
    else:
        old, new = "four unrelated green words", "five entirely different blue words"
        hashed = await passwords.hash_password(old)
        await db.execute("update member set password_hash = $2 where id = $1", jon.id, hashed)
        answer = await client.post("/settings/security", data={"current": old, "password": new})
        assert answer.status_code == 303
    assert await db.values("select member from api_token") == [ada.id]


async def test_signing_out_everywhere_asks_for_proof(client: httpx.AsyncClient, app: Litestar) -> None:
    await make.sign_in(client, await make.member("jon"))
    answer = await client.post("/settings/security/sessions/end")
    assert answer.headers["location"] == "/prove?next=/settings/security%23sessions"


async def test_a_token_that_moderates_needs_a_second_factor(
    client: httpx.AsyncClient, app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = msgspec.structs.replace(settings(), staff_factor_days=14)
    monkeypatch.setattr(tokens, "settings", lambda: changed)
    mo = await make.member("mo", role="moderator")
    await make.sign_in(client, mo)
    await prove(mo)
    fields = {"name": "My queue", "moderate": "1"}
    refused = await client.post("/settings/tokens", data=fields)
    assert (refused.status_code, "needs a second step" in refused.text) == (422, True)
    await db.execute("insert into authenticator (member, seed, step) values ($1, '', 0)", mo.id)
    assert (await client.post("/settings/tokens", data=fields)).status_code == 201


async def test_no_log_and_no_answer_has_a_token(client: httpx.AsyncClient, app: Litestar) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    async with program(app, jon, "comment", "article") as script:
        token = script.headers["authorization"].removeprefix("Bearer ")
        with capture_logs() as lines:
            answers = [
                await script.get("/me"),
                await script.post(f"/threads/{thread}/comments", json={"body": "Words."}),
                await script.post(f"/threads/{thread}/comments", json={"body": ""}),
                await script.get("/threads/none"),
                await script.post("/imports", content=b"{"),
                await script.get("/me", headers={"authorization": f"Bearer {token}x"}),
            ]
    await make.sign_in(client, jon)
    answers += [await client.get(path) for path in ("/settings/security", "/u/jon")]
    assert [one.status_code for one in answers[:6]] == [200, 201, 422, 404, 400, 401]
    assert len(lines) >= 6
    secret = token.removeprefix("prl_")
    assert secret not in str(lines)
    for one in answers:
        assert secret not in one.text + str(one.headers), one.url


async def test_visitors_have_no_tokens(client: httpx.AsyncClient, app: Litestar) -> None:
    assert (await client.get("/settings/security")).status_code == 303
    assert (await client.post("/settings/tokens", data=FIELDS)).status_code == 401
