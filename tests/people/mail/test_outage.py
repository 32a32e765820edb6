"""A mail server that is away for a day, then asks to wait, then answers a byte at a time: everything goes out once."""

from collections import Counter
from datetime import timedelta
from email import message_from_bytes
from functools import partial
from urllib.parse import urlsplit

import pytest

from parley.people.mail import smtp
from parley.people.mail.sending import deliver_due
from parley.platform import db
from tests.faults.chaos import Chaos
from tests.people.mail.sink import Club, Sink, Use
from tests.people.mail.test_queue import letters, message

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]

LETTERS, MESSAGES = 6, 2
AWAY = timedelta(hours=24)
PASS = "update mail set due_at = due_at - $1::interval, leased_until = now() - interval '1 second'"


async def test_after_an_outage_each_message_is_sent_once(
    club: Club, sink: Sink, use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Chaos(int(urlsplit(sink.url).port or 0)).running() as line:
        use(smtp_url=f"smtp://127.0.0.1:{line.port}")
        monkeypatch.setattr(smtp, "client", partial(smtp.client, seconds=0.3))
        await letters(club, LETTERS)
        for _ in range(MESSAGES):
            await message()

        line.refuses = True
        sweeps, passed = 0, timedelta()
        while passed < AWAY:
            assert await deliver_due() == 0
            # Messages that could not be sent wait, so a worker does not try them again and again.
            wait = await db.value("select min(due_at) - now() from mail")
            assert wait > timedelta(seconds=5)
            await db.execute(PASS, wait)
            sweeps, passed = sweeps + 1, passed + wait
        assert sweeps < 30
        assert await _states() == {"planned": LETTERS + MESSAGES}

        line.mend()
        # Those deferred last in the sweep are due moments after the first.
        await db.execute(PASS, timedelta(minutes=1))
        sink.answer = "421 4.7.0 too many of you"
        assert await deliver_due() == 0
        rest = await db.value("select paused_until - now() from mail_domain")
        assert rest >= timedelta(minutes=15)
        assert await _states() == {"planned": LETTERS + MESSAGES}

        sink.answer, line.rate = "250 OK", 100
        await db.execute("update mail_domain set paused_until = now()")
        await db.execute(PASS, timedelta(hours=5))
        await deliver_due()

        line.mend()
        for _ in range(6):
            await db.execute(PASS, timedelta(hours=5))
            await db.execute("update mail_domain set paused_until = now()")
            await deliver_due()
    arrived = Counter(message_from_bytes(raw)["Message-ID"] for _, raw in sink.messages)
    sent = Counter(await db.values("select coalesce(list, 'message') from mail where state = 'sent'"))
    assert set(await _states()) <= {"sent", "unknown"}
    assert sent["message"] == MESSAGES
    assert all(count == 1 for name, count in arrived.items() if name.startswith("<d."))
    assert len(arrived) >= sum(sent.values())
    assert len(club.outcomes) == LETTERS


async def _states() -> Counter[str]:
    return Counter(await db.values("select state from mail"))
