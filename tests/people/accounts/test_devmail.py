import re

import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.people import mail
from parley.people.account_settings.web import devmail
from parley.platform import db
from parley.platform.settings import settings

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
async def message(app: Litestar) -> None:
    async with db.atomic():
        await mail.send("verify", "ada@example.org", "<b>Hello</b>", "See http://localhost/verify/abc\n<script>\n")


async def test_a_newcomer_reads_mail_on_their_own_machine_and_its_links_work(client: httpx.AsyncClient) -> None:
    listed = (await client.get("/dev/mail")).text
    path = re.search(r'href="(/dev/mail/\d+)"', listed)
    assert path
    assert "&lt;b&gt;Hello" in listed
    shown = (await client.get(path[1])).text
    assert 'href="http://localhost/verify/abc"' in shown
    assert "<script>\n" not in shown


@pytest.mark.parametrize("address", ["203.0.113.9", "10.0.0.1", "::2", "unix"])
async def test_the_test_mailbox_is_only_shown_on_this_machine(app: Litestar, address: str) -> None:
    transport = httpx.ASGITransport(app, client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as stranger:
        assert (await stranger.get("/dev/mail")).status_code == 404
        assert (await stranger.get("/dev/mail/1")).status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "[::", "127.0.0.1.nip.io:80"])
async def test_a_foreign_name_that_leads_here_opens_nothing(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/dev/mail", headers={"host": host})).status_code == 404


@pytest.mark.parametrize("changes", [{"base_url": "https://talk.example.org"}, {"smtp_url": "smtp://127.0.0.1:25"}])
async def test_a_real_site_has_no_such_page(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str]
) -> None:
    changed = msgspec.structs.replace(settings(), **changes)
    monkeypatch.setattr(devmail, "settings", lambda: changed)
    assert (await client.get("/dev/mail")).status_code == 404
    assert (await client.get("/dev/mail/1")).status_code == 404


@pytest.mark.parametrize("number", ["0", "x", "9" * 30, "99999999"])
async def test_messages_that_are_not_there_are_not_found(client: httpx.AsyncClient, number: str) -> None:
    assert (await client.get(f"/dev/mail/{number}")).status_code == 404


async def test_the_html_of_a_letter_is_shown_in_a_frame_that_can_do_nothing(client: httpx.AsyncClient) -> None:
    async with db.atomic():
        await mail.send("verify", "ada@example.org", "Hello", "Text.\n", "<html><head></head><p>Drawn.</p></html>")
    number = await db.value("select max(id) from mail")
    shown = await client.get(f"/dev/mail/{number}")
    assert f'src="/dev/mail/{number}/html"' in shown.text
    assert "frame-src 'self'" in shown.headers["content-security-policy"]
    assert "Text." in shown.text
    drawn = await client.get(f"/dev/mail/{number}/html")
    assert "<p>Drawn.</p>" in drawn.text
    policy = drawn.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy and "script" not in policy


async def test_a_message_without_html_has_none_to_show(client: httpx.AsyncClient) -> None:
    number = await db.value("select max(id) from mail")
    assert (await client.get(f"/dev/mail/{number}/html")).status_code == 404
    assert "<iframe" not in (await client.get(f"/dev/mail/{number}")).text
