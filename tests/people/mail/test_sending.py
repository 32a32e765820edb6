import asyncio
import re
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from parley.people import mail
from parley.people.mail import queue, rendering, sending
from parley.people.mail.queue import MOST_ATTEMPTS
from parley.people.mail.sending import deliver_due
from parley.platform import db
from parley.platform.http.assets import folder
from tests.people.mail.sink import Sink, Use

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]
LETTERS = folder("templates") / "people/mail"


async def send(to: str = "ada@example.org", subject: str = "Hello", text: str = "A line.\n", **rest: Any) -> None:
    async with db.atomic():
        await mail.send("verify", to, subject, text, **rest)


async def due_now() -> None:
    """Let the waiting time pass."""
    await db.execute("update mail set due_at = now() where due_at < 'infinity'")


async def row(column: str) -> Any:
    return await db.value(f"select {column} from mail order by id desc limit 1")


async def test_a_message_goes_with_its_change_or_not_at_all() -> None:
    with pytest.raises(ZeroDivisionError):
        async with db.atomic():
            await mail.send("verify", "ada@example.org", "Hello", "Text")
            raise ZeroDivisionError
    assert await db.value("select count(*) from mail") == 0


@pytest.mark.committed
async def test_a_message_needs_a_transaction() -> None:
    with pytest.raises(RuntimeError):
        await mail.send("verify", "ada@example.org", "Hello", "Text")


@pytest.mark.parametrize(
    "to", ["", "ada", "a@b\r\nRCPT TO:<c@d>", "a@b.org\nBcc: c@d.org", "a@b.org, c@d.org", "A <a@b.org>", "a\x00@b.org"]
)
async def test_an_address_that_could_add_a_recipient_is_refused(to: str) -> None:
    with pytest.raises(ValueError, match="not a valid address"):
        await send(to=to)


@pytest.mark.parametrize("subject", ["a\nBcc: c@d.org", "a\r\n\r\nbody", "a\x00b", "a\u2028b"])
async def test_a_subject_that_could_end_its_header_is_refused(subject: str) -> None:
    with pytest.raises(ValueError, match="not a valid address or subject"):
        await send(subject=subject)


async def test_without_a_mail_server_messages_become_files(files: Path) -> None:
    await send(subject="Grüße – at last", text="Zeile äöü\n\nhttp://localhost/verify/abc\n")
    assert await deliver_due() == 1
    (file,) = files.glob("*.eml")
    assert file.stat().st_mode & 0o077 == 0
    assert files.stat().st_mode & 0o077 == 0
    raw = file.read_bytes()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert b"?q??=" not in raw
    message = message_from_bytes(raw, policy=SMTP)
    assert message["To"] == "ada@example.org"
    assert message["Subject"] == "Grüße – at last"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == (await row("date_trunc('second', created_at)"))
    assert re.fullmatch(r"<verify\.\d+@localhost>", message["Message-ID"])
    assert message.get_content() == "Zeile äöü\r\n\r\nhttp://localhost/verify/abc\r\n"


async def test_html_travels_beside_the_text(files: Path) -> None:
    await send(html="<p>Hello</p>")
    await deliver_due()
    message = message_from_bytes(next(files.glob("*.eml")).read_bytes(), policy=SMTP)
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


async def test_what_is_sent_is_not_sent_again(files: Path) -> None:
    await send()
    assert await deliver_due() == 1
    await due_now()
    assert await deliver_due() == 0
    assert len(list(files.iterdir())) == 1


async def test_a_mail_server_gets_each_message_once_and_keeps_no_working_link_here(sink: Sink) -> None:
    await send(text="http://localhost/reset/secret\n", html="<p>secret</p>")
    assert await deliver_due() == 1
    ((recipients, content),) = sink.messages
    assert recipients == ["ada@example.org"]
    assert b"/reset/secret" in content
    assert await row("text") == ""
    assert await row("html") is None


async def lease_passes() -> None:
    await db.execute("update mail set leased_until = now() - interval '1 second' where leased_until is not null")


async def test_a_worker_that_died_before_sending_leads_to_the_same_bytes_later(sink: Sink) -> None:
    await send(html="<p>Hello</p>")
    by = uuid4()
    (claimed,) = await queue.claim(by)
    ready = await rendering.ready(claimed, by)
    assert ready is not None
    assert await deliver_due() == 0
    await lease_passes()
    assert await deliver_due() == 1
    assert sink.messages[0][1].strip() == ready.message.strip()


async def test_a_busy_server_is_tried_again_later_and_its_answer_is_stored(sink: Sink) -> None:
    await send()
    sink.answer = "451 later"
    assert await deliver_due() == 0
    assert "451" in await row("error")
    assert await row("due_at > now() + interval '1 minute'")
    assert await deliver_due() == 0
    sink.answer = "250 OK"
    await due_now()
    assert await deliver_due() == 1
    assert await row("error") is None


async def test_waiting_times_grow(use: Use) -> None:
    use(smtp_url="smtp://127.0.0.1:1")
    await send()
    waits = []
    for _ in range(4):
        await due_now()
        assert await deliver_due() == 0
        waits.append(await row("due_at - now()"))
    assert waits == sorted(set(waits))


async def test_after_many_attempts_a_message_is_given_up_with_its_error(use: Use) -> None:
    use(smtp_url="smtp://127.0.0.1:1")
    await send()
    for _ in range(MOST_ATTEMPTS):
        await due_now()
        await deliver_due()
    assert await row("state = 'failed'")
    assert await row("error")
    assert await row("sent_at") is None


async def test_a_refusal_for_good_is_not_tried_again(sink: Sink) -> None:
    await send()
    sink.answer = "554 no"
    await deliver_due()
    assert await row("state = 'failed'")


async def test_a_password_never_travels_unencrypted(sink: Sink, use: Use) -> None:
    port = sending.settings().smtp_url.rpartition(":")[2]
    use(smtp_url=f"smtp://ada:secret@127.0.0.1:{port}")
    await send()
    assert await deliver_due() == 0
    assert sink.messages == []
    assert "STARTTLS" in await row("error")
    assert "secret" not in await row("error")


@pytest.mark.committed
async def test_two_workers_never_send_the_same_message(sink: Sink) -> None:
    for number in range(12):
        await send(to=f"a{number}@example.org")
    assert sum(await asyncio.gather(*(deliver_due() for _ in range(3)))) == 12
    assert len({recipients[0] for recipients, _ in sink.messages}) == len(sink.messages) == 12


@pytest.mark.parametrize(
    "file", sorted((folder("templates") / "people/mail").glob("*.txt")), ids=lambda file: file.stem
)
def test_every_text_begins_with_its_subject(file: Path) -> None:
    assert file.read_text().startswith("Subject: ")


def test_in_a_text_nothing_is_escaped() -> None:
    subject, text = mail.write("verify", name="<a & b>", link="http://localhost/?a=1&b=2")
    assert subject == "Confirm your address for Parley"
    assert "Hello <a & b>," in text
    assert "http://localhost/?a=1&b=2" in text
