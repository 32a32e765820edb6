"""The page about mail for admins."""

import httpx
import pytest

from parley.people import mail
from parley.people.mail import bounces
from parley.platform import db
from tests import make

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]


async def send(to: str = "eve@far.example", state: str = "sent") -> int:
    async with db.atomic():
        await mail.send("verify", to, "Confirm your address", "A link.\n")
    number: int = await db.value("select max(id) from mail")
    await db.execute(
        "update mail set state = $2::text, sent_at = case when $2::text = 'sent' then now() end where id = $1",
        number,
        state,
    )
    return number


@pytest.fixture
async def admin(client: httpx.AsyncClient) -> httpx.AsyncClient:
    await make.sign_in(client, await make.member("ada", role="admin"))
    return client


async def test_an_admin_sees_sent_bounced_and_waiting_mail(admin: httpx.AsyncClient) -> None:
    number = await send()
    await send("mira@near.example", "planned")
    await send("jon@near.example", "unknown")
    await bounces.record(number, "gone", "5.1.1", "550 no <such> user", digest="a")

    shown = await admin.get("/mod/mail")

    assert shown.status_code == 200
    assert "1 message sent." in shown.text
    assert "1 bounced; none was a complaint." in shown.text
    assert "1 message not sent." in shown.text
    assert "far.example" in shown.text
    assert "550 no &lt;such&gt; user" in shown.text
    assert 'href="/mod/mail">Mail</a>' in shown.text


async def test_before_any_mail_the_page_says_so(admin: httpx.AsyncClient) -> None:
    shown = await admin.get("/mod/mail")
    assert "Nothing in this period." in shown.text
    assert "No suppressed addresses." in shown.text
    assert "Nothing yet." in shown.text


async def test_a_paused_domain_is_listed_first(admin: httpx.AsyncClient) -> None:
    await send()
    await send("mira@near.example")
    await db.execute(
        "insert into mail_domain (domain, tokens, filled_at, paused_until) "
        "values ('near.example', 0, now(), now() + interval '1 hour')"
    )
    shown = await admin.get("/mod/mail")
    assert "1 domain paused at its request" in shown.text
    assert shown.text.index("near.example, paused") < shown.text.index("far.example")


async def test_a_button_ends_the_suppression_of_an_address(admin: httpx.AsyncClient) -> None:
    await bounces.record(await send(), "complaint", "", "abuse", digest="a")
    assert "Send again" in (await admin.get("/mod/mail")).text

    answer = await admin.post("/mod/mail/release", data={"address": "eve@far.example"})

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/mod/mail#held-back"
    assert await db.value("select suppressed_at from mail_address") is None


@pytest.mark.parametrize("address", ["", "nobody@far.example", "<b>"])
async def test_ending_a_suppression_that_does_not_exist_says_so(admin: httpx.AsyncClient, address: str) -> None:
    answer = await admin.post("/mod/mail/release", data={"address": address})
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    assert "<b>." not in answer.text.partition("held-back")[2].partition("</p>")[0]


@pytest.mark.parametrize("role", ["member", "moderator"])
async def test_others_get_404(client: httpx.AsyncClient, role: str) -> None:
    await make.sign_in(client, await make.member(role=role))
    assert (await client.get("/mod/mail")).status_code == 404
    assert (await client.post("/mod/mail/release", data={"address": "a@b.c"})).status_code == 404
    assert 'href="/mod/mail"' not in (await client.get("/mod")).text


async def test_visitors_get_404(client: httpx.AsyncClient) -> None:
    assert (await client.get("/mod/mail")).status_code == 404
