import httpx
import pytest
from litestar import Litestar

from parley.people.accounts.user_agents import device
from parley.platform import db, ratelimit
from tests.make import browser
from tests.people.accounts.person import PASSWORD, Person

pytestmark = pytest.mark.anyio

NEW = "five entirely different blue words"


async def change(client: httpx.AsyncClient, **changes: str) -> httpx.Response:
    return await client.post("/settings/security", data={"current": PASSWORD, "password": NEW} | changes)


@pytest.mark.parametrize("path", ["/settings/profile", "/settings/security"])
async def test_visitors_are_led_to_the_sign_in_page(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={path}")
    assert (await client.post(path, data={"title": "x"})).status_code == 401


async def test_changing_the_password_ends_other_sign_ins_if_asked(app: Litestar, mira: Person) -> None:
    async with browser(app) as here, browser(app) as elsewhere:
        await mira.sign_in(here)
        await mira.sign_in(elsewhere)
        assert (await change(here, others="1")).status_code == 303
        assert (await here.get("/settings/security")).status_code == 200
        assert (await elsewhere.get("/settings/security")).status_code == 303
    assert await db.value("select kind from mail where kind <> 'device'") == "password"


async def test_other_sign_ins_may_stay(app: Litestar, mira: Person) -> None:
    async with browser(app) as here, browser(app) as elsewhere:
        await mira.sign_in(here)
        await mira.sign_in(elsewhere)
        assert (await change(here)).status_code == 303
        assert (await elsewhere.get("/settings/security")).status_code == 200


async def test_a_new_password_needs_the_current_one(client: httpx.AsyncClient, mira: Person) -> None:
    await mira.sign_in(client)
    answer = await change(client, current="not my password")
    assert answer.status_code == 422
    assert 'id="f-current-error"' in answer.text
    assert NEW not in answer.text
    client.cookies.clear()
    assert (await mira.sign_in(client)).status_code == 303


async def test_the_current_password_cannot_be_guessed_from_an_open_browser(
    client: httpx.AsyncClient, mira: Person
) -> None:
    await mira.sign_in(client)
    for _ in range(ratelimit.CONFIRM_ACCOUNT.most):
        await change(client, current="not my password")
    assert (await change(client)).status_code == 429


async def test_my_sign_ins_are_listed_and_can_be_ended_by_me_alone(app: Litestar, mira: Person, jon: Person) -> None:
    async with browser(app) as here, browser(app) as phone, browser(app) as stranger:
        phone.headers["user-agent"] = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Safari/605.1"
        await mira.sign_in(here)
        await mira.sign_in(phone)
        await jon.sign_in(stranger)
        page = (await here.get("/settings/security")).text
        assert "Safari on iPhone" in page
        assert page.count("This device") == 1
        session = await db.value("select id from session where agent like '%iPhone%'")
        path = f"/settings/security/sessions/{session}/end"
        assert (await stranger.post(path)).status_code == 404
        assert (await phone.get("/settings/security")).status_code == 200
        assert (await here.post(path)).status_code == 303
        assert (await phone.get("/settings/security")).status_code == 303
        assert (await here.post(path)).status_code == 404


@pytest.mark.parametrize("number", ["0", "x", "9" * 30, "-1"])
async def test_unknown_sessions_are_not_found(client: httpx.AsyncClient, mira: Person, number: str) -> None:
    await mira.sign_in(client)
    assert (await client.post(f"/settings/security/sessions/{number}/end")).status_code == 404


async def test_a_profile_is_saved_and_shown_without_harm(client: httpx.AsyncClient, mira: Person) -> None:
    await mira.sign_in(client)
    bio = "I **build** grids.\n<script>alert(1)</script> [x](javascript:alert(1))"
    answer = await client.post("/settings/profile", data={"title": "grid <b>engineer", "bio": bio})
    assert answer.status_code == 303
    settings = (await client.get(answer.headers["location"])).text
    assert 'role="status"' in settings
    assert "grid &lt;b&gt;engineer" in settings
    shown = (await client.get("/u/mira")).text
    assert "<strong>build</strong>" in shown
    assert "<script>alert" not in shown
    assert 'href="javascript:' not in shown


@pytest.mark.parametrize(("field", "value"), [("title", "x" * 41), ("bio", "x" * 1_001), ("bio", "a\x00b")])
async def test_a_profile_that_is_too_long_or_broken_is_refused_and_its_text_stays_in_the_form(
    client: httpx.AsyncClient, mira: Person, field: str, value: str
) -> None:
    await mira.sign_in(client)
    data = {"title": "engineer", "bio": "about me"} | {field: value}
    answer = await client.post("/settings/profile", data=data)
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert ("about me" in answer.text) == (field != "bio")


@pytest.mark.parametrize("choice", ["show", "collapse", "hide"])
async def test_every_page_carries_the_choice_about_assisted_comments_from_then_on(
    client: httpx.AsyncClient, mira: Person, choice: str
) -> None:
    await mira.sign_in(client)
    assert '<html lang="en" dir="ltr" data-assisted="show">' in (await client.get("/")).text
    answer = await client.post("/settings/profile", data={"assisted": choice})
    assert answer.status_code == 303
    for path in ("/", "/settings/profile"):
        assert f'<html lang="en" dir="ltr" data-assisted="{choice}">' in (await client.get(path)).text
    assert f'value="{choice}" checked' in (await client.get("/settings/profile")).text
    client.cookies.clear()
    assert '<html lang="en" dir="ltr">' in (await client.get("/")).text


async def test_an_unknown_choice_is_refused_and_a_missing_one_changes_nothing(
    client: httpx.AsyncClient, mira: Person
) -> None:
    await mira.sign_in(client)
    await client.post("/settings/profile", data={"assisted": "hide"})
    refused = await client.post("/settings/profile", data={"title": "engineer", "assisted": "burn"})
    assert refused.status_code == 422
    assert 'id="f-assisted-error"' in refused.text
    await client.post("/settings/profile", data={"title": "engineer"})
    assert await db.value("select title || ' ' || assisted from member") == "engineer hide"


async def test_fields_that_the_form_does_not_have_change_nothing(client: httpx.AsyncClient, mira: Person) -> None:
    await mira.sign_in(client)
    data = {"title": "engineer", "bio": "", "role": "admin", "state": "active", "name": "root", "id": "1"}
    await client.post("/settings/profile", data=data)
    assert await db.value("select role || name from member") == "membermira"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.1", "curl"),
        ("", "Unknown browser"),
    ],
)
async def test_a_browser_is_described_in_words(agent: str, words: str) -> None:
    assert device(agent) == words
