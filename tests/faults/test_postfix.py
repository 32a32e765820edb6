"""A real postfix takes our mail: it arrives, comes back or waits, and its log tells the truth."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from jinja2 import DictLoader

from parley.people import mail
from parley.people.inbound_mail.intake import process
from parley.people.mail import unanswered, writing
from parley.people.mail.sending import deliver_due
from parley.people.mail.unanswered import DeliveryOutcome
from parley.platform import db
from parley.platform.http.environment import environment
from tests.faults.postfix import Postfix, running
from tests.people.mail import stored_list
from tests.people.mail.sink import listening, use_settings
from tests.ports import free_port
from tests.programs import installed

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app"), pytest.mark.committed]

PATIENCE = 200.0

ANSWERS = {
    "gone@example.org": "550 5.1.1 <gone@example.org>: Recipient address rejected: User unknown",
    "full@example.org": "452 4.2.2 <full@example.org>: Mailbox full",
}
BODY = """{% extends "people/mail/_layout.html" %}
{% block subject %}What moved since Tuesday{% endblock %}
{% block preheader %}Two replies wait for you, and one question nobody has answered yet.{% endblock %}
{% block subtitle %}Monday, 16 March 2026{% endblock %}
{% block main %}<h2>Replies to you</h2><div class="item"><h3><a href="https://talk.example.org/t/1">The wager</a></h3>
<blockquote><p>The figure is old, and it was never about one model.</p></blockquote>
<p class="reason">Because you wrote there.</p></div>{% endblock %}
{% block why %}You get this each Monday because you are a member of Parley.{% endblock %}
"""
TEXT = """Two replies wait for you, and one question nobody has answered yet.

REPLIES TO YOU

The wager
https://talk.example.org/t/1

  The figure is old, and it was never about one model.

You get this each Monday because you are a member of Parley.
"""


class Inbox:
    """Where postfix hands everything to."""

    def __init__(self) -> None:
        self.taken: dict[str, bytes] = {}

    async def handle_RCPT(self, _s: object, _n: object, envelope: Any, address: str, _o: object) -> str:  # noqa: N802
        if address in ANSWERS:
            return ANSWERS[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802
        self.taken[envelope.rcpt_tos[0]] = envelope.original_content
        return "250 OK"


@pytest.fixture
async def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def postfix(monkeypatch: pytest.MonkeyPatch, inbox: Inbox) -> AsyncIterator[Postfix]:
    async with listening(inbox) as url:
        with running(free_port(), int(url.rpartition(":")[2])) as one:
            use_settings(
                monkeypatch,
                smtp_url=one.url,
                mail_log=one.log,
                base_url="https://talk.example.org",
                mail_from="Parley <parley@talk.example.org>",
            )
            monkeypatch.setitem(mail.lists, "digest", stored_list.LIST)
            await stored_list.create_table()
            yield one
            await stored_list.drop_table()


async def wait_for(condition: Any) -> Any:
    with anyio.fail_after(PATIENCE):
        while not (found := condition()):
            await anyio.sleep(0.05)
    return found


async def test_mail_arrives_comes_back_or_waits(postfix: Postfix, inbox: Inbox) -> None:
    for number, name in enumerate(("ada", "gone", "full")):
        await stored_list.post(number, f"{name}@example.org")
    assert await deliver_due() == 3

    assert b"Message-ID: <digest.0@talk.example.org>" in await wait_for(lambda: inbox.taken.get("ada@example.org"))
    await wait_for(lambda: "status=deferred" in postfix.said() and "4.2.2" in postfix.said())

    returned = await wait_for(lambda: next((one for one in inbox.taken if one.startswith("bounce+")), None))
    assert await process(inbox.taken[returned], recipient=returned) == "gone"
    assert await db.values("select address from mail_address where suppressed_at is not null") == ["gone@example.org"]


async def test_its_log_says_what_arrived_and_what_never_did(postfix: Postfix) -> None:
    await stored_list.post(0, "ada@example.org")
    await deliver_due()
    queued = await db.value("select queue_id from mail")
    await wait_for(lambda: "queue active" in postfix.said())
    entries = unanswered.read_log(postfix.log)
    assert entries.outcome("<digest.0@talk.example.org>") == (DeliveryOutcome.ARRIVED, queued)
    assert entries.outcome("<digest.1@talk.example.org>") == (DeliveryOutcome.NOT_ARRIVED, None)
    assert entries.written_at > 0


async def test_bytes_that_were_cut_off_never_arrived(postfix: Postfix) -> None:
    stream = await anyio.connect_tcp("127.0.0.1", postfix.port)
    async with stream:
        for line in ("HELO x", "MAIL FROM:<a@b.c>", "RCPT TO:<ada@example.org>", "DATA"):
            await stream.receive()
            await stream.send(f"{line}\r\n".encode())
        await stream.receive()
        await stream.send(b"Message-ID: <digest.7@talk.example.org>\r\nSubject: half\r\n\r\nHalf of i")
    await wait_for(lambda: "message-id=<digest.7@" in postfix.said() and "lost connection" in postfix.said())
    assert unanswered.read_log(postfix.log).outcome("<digest.7@talk.example.org>")[0] is DeliveryOutcome.NOT_ARRIVED


async def test_a_filter_finds_nothing_wrong_with_a_letter_as_it_is_delivered(
    postfix: Postfix, inbox: Inbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = installed("spamassassin", "spamassassin")
    letter = mail.Letter(
        list="digest",
        member=1,
        to="ada@example.org",
        key="digest.0",
        subject="What moved since Tuesday",
        text=TEXT,
        html=_html(monkeypatch),
    )
    async with db.atomic():
        await mail.post(letter)
    await deliver_due()
    delivered = await wait_for(lambda: inbox.taken.get("ada@example.org"))
    found = await anyio.run_process([program, "-L", "-t"], input=delivered, check=False)
    report = found.stdout.decode(errors="replace")
    score = re.search(r"X-Spam-Status: .*?score=(-?[\d.]+)", report, re.DOTALL)
    assert score is not None, report
    rules = [
        (float(points), name) for points, name in re.findall(r"^ *(-?\d+\.\d) ([A-Z][A-Z0-9_]+) ", report, re.MULTILINE)
    ]
    print(f"\nscore {score[1]}, {rules}")  # noqa: T201 the figures
    assert float(score[1]) < 1.0, report
    assert all(points <= 0.5 for points, _ in rules), rules


def _html(monkeypatch: pytest.MonkeyPatch) -> str:
    env = environment()
    assert env.loader is not None
    layout = env.loader.get_source(env, "people/mail/_layout.html")[0]
    loader = DictLoader({"people/mail/_layout.html": layout, "people/mail/made_up.html": BODY})
    monkeypatch.setattr(writing, "environment", lambda: env.overlay(loader=loader))
    return mail.written_html("made_up", off=mail.unsubscribe_link(1, "digest"))
