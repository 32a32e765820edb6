"""The pages of webhooks: for admins who proved who they are, with the secret shown once."""

import re

import httpx
import pytest
from litestar import Litestar

from parley.interfaces.webhooks import ops
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.interfaces.webhooks.receiver import NOWHERE, SEEN, hook, proven

pytestmark = pytest.mark.anyio

PAGE = "/settings/webhooks"
GOOD = {"url": "https://hooks.example.org/parley", "comment.posted": "1"}
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")


@pytest.fixture
async def ada(app: Litestar, client: httpx.AsyncClient) -> Viewer:
    admin = await make.member("ada", role="admin")
    await make.sign_in(client, admin)
    await proven(admin)
    return admin


async def test_an_admin_makes_one_and_sees_its_secret_once(client: httpx.AsyncClient, ada: Viewer) -> None:
    answer = await client.post(PAGE, data=GOOD)
    assert answer.status_code == 201
    assert len(SECRET.findall(answer.text)) == 1
    number = await db.value("select id from webhook")
    page = await client.get(f"{PAGE}/{number}")
    assert GOOD["url"] in page.text
    assert not SECRET.search(page.text)
    assert GOOD["url"] in (await client.get(PAGE)).text


async def test_a_new_secret_is_shown_once_too(client: httpx.AsyncClient, ada: Viewer) -> None:
    number, former = await hook()
    form = {"rotation": make.hidden(await client.get(f"{PAGE}/{number}"), "rotation")}
    answer = await client.post(f"{PAGE}/{number}/secret", data=form)
    [secret] = SECRET.findall(answer.text)
    assert (answer.status_code, secret != former) == (201, True)
    assert "The old secret also signs" in (await client.get(f"{PAGE}/{number}")).text
    again = await client.post(f"{PAGE}/{number}/secret", data=form)
    assert (again.status_code, "rotated already" in again.text, SECRET.findall(again.text)) == (422, True, [])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"url": "ftp://hooks.example.org/"}, "begins with https://"),
        ({"url": "https://me:pw@hooks.example.org/"}, "no password"),
        ({"url": "no address"}, "begins with https://"),
        ({"comment.posted": ""}, "at least one event"),
    ],
)
async def test_a_mistake_is_explained_and_the_form_keeps_its_values(
    client: httpx.AsyncClient, ada: Viewer, wrong: dict[str, str], message: str
) -> None:
    number, _ = await hook()
    for address in (PAGE, f"{PAGE}/{number}"):
        answer = await client.post(address, data=GOOD | wrong)
        assert answer.status_code == 422
        assert message in answer.text
        assert f'value="{(GOOD | wrong)["url"]}"' in answer.text
    assert await db.value("select count(*) from webhook") == 1


async def test_it_can_be_changed_switched_off_and_deleted(client: httpx.AsyncClient, ada: Viewer) -> None:
    number, _ = await hook()
    changed = await client.post(f"{PAGE}/{number}", data={"url": GOOD["url"], "thread.opened": "1"})
    assert changed.status_code == 303
    assert await db.value("select url || kinds::text from webhook") == f"{GOOD['url']}{{thread.opened}}"
    await client.post(f"{PAGE}/{number}/state", data={"on": "0"})
    assert await db.value("select state from webhook") == "off"
    await client.post(f"{PAGE}/{number}/state", data={"on": "1"})
    assert await db.value("select state from webhook") == "on"
    assert (await client.post(f"{PAGE}/{number}/delete")).headers["location"] == PAGE
    assert await db.value("select count(*) from webhook") == 0


async def test_the_log_shows_the_result_of_each_message(client: httpx.AsyncClient, ada: Viewer) -> None:
    number, _ = await hook()
    await make.comment(await make.thread(), await make.member())
    await db.execute(SEEN)
    from parley.interfaces.webhooks.jobs import queue_all

    await queue_all()
    delivery = await db.value("update webhook_delivery set state = 'failed', status = 503, attempts = 9 returning id")
    page = await client.get(f"{PAGE}/{number}")
    assert ">failed<" in page.text
    assert "the last answer was 503" in page.text
    again = await client.post(f"{PAGE}/{number}/again", data={"delivery": str(delivery)})
    assert again.headers["location"] == f"{PAGE}/{number}#log"
    assert await db.value("select state || attempts from webhook_delivery") == "waiting0"
    assert (await client.post(f"{PAGE}/{number}/again", data={"delivery": str(delivery)})).status_code == 404
    other, _ = await hook()
    assert (await client.post(f"{PAGE}/{other}/again", data={"delivery": str(delivery)})).status_code == 404


async def test_without_a_fresh_proof_nothing_is_shown_or_made(client: httpx.AsyncClient, ada: Viewer) -> None:
    number, _ = await hook()
    await db.execute("update session set proved_at = null")
    for answer in (
        await client.get(PAGE),
        await client.get(f"{PAGE}/{number}"),
        await client.post(PAGE, data=GOOD),
        await client.post(f"{PAGE}/{number}", data=GOOD),
        await client.post(f"{PAGE}/{number}/secret"),
        await client.post(f"{PAGE}/{number}/state", data={"on": "0"}),
        await client.post(f"{PAGE}/{number}/again", data={"delivery": "1"}),
        await client.post(f"{PAGE}/{number}/delete"),
    ):
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/prove?next=")
    assert await db.value("select count(*) || min(url) || min(state) from webhook") == f"1{NOWHERE}on"


@pytest.mark.parametrize("role", ["visitor", "member", "moderator"])
async def test_for_others_there_is_no_such_page(app: Litestar, client: httpx.AsyncClient, role: str) -> None:
    number, _ = await hook()
    if role != "visitor":
        await make.sign_in(client, await make.member(role=role))
    for answer in (
        await client.get(PAGE),
        await client.get(f"{PAGE}/{number}"),
        await client.post(PAGE, data=GOOD),
        await client.post(f"{PAGE}/{number}/delete"),
    ):
        assert answer.status_code == 404
    assert "webhooks" not in (await client.get("/settings/profile")).text


async def test_an_unknown_one_is_not_found(client: httpx.AsyncClient, ada: Viewer) -> None:
    for number in ("7", "x", "0"):
        assert (await client.get(f"{PAGE}/{number}")).status_code == 404
        assert (await client.post(f"{PAGE}/{number}/delete")).status_code == 404


async def test_at_most_twenty_webhooks_can_be_made(
    client: httpx.AsyncClient, ada: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ops, "MOST_WEBHOOKS", 1)
    await hook()
    answer = await client.post(PAGE, data=GOOD)
    assert answer.status_code == 422
    assert "There can be at most" in answer.text
    assert GOOD["url"] in answer.text
