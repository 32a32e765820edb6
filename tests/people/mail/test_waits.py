"""A mail server that takes long to answer the last byte of a letter gets it once."""

import asyncio
from typing import Any

import pytest
from aiosmtpd import smtp as server

from parley.people import mail
from parley.people.mail import smtp
from parley.people.mail.sending import deliver_due
from parley.platform import db
from tests.people.mail.sink import Club, Sink, Use, listening

pytestmark = [pytest.mark.anyio]


class SlowSink(Sink):
    """Stores the letter at once, and replies when the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.has_it = asyncio.Event()
        self.may_answer = asyncio.Event()

    async def handle_DATA(self, server: server.SMTP, session: object, envelope: Any) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        self.has_it.set()
        await self.may_answer.wait()
        return answer


async def posted(club: Club) -> None:
    letter = mail.Letter(
        list="digest", member=1, to="ada@example.org", key="digest.1", subject="Monday", text="Words.\n"
    )
    async with db.atomic():
        number = await mail.post(letter)
    club.letters[number] = letter


async def test_another_worker_does_not_send_a_message_that_waits_for_its_reply(
    app: object, club: Club, use: Use
) -> None:
    slow = SlowSink()
    async with listening(slow) as url:
        use(smtp_url=url)
        await posted(club)
        first = asyncio.create_task(deliver_due())
        await slow.has_it.wait()
        assert await deliver_due() == 0
        slow.may_answer.set()
        assert await first == 1
    assert len(slow.messages) == 1


async def test_a_letter_without_a_reply_is_not_sent_again(
    app: object, club: Club, use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "AFTER_DATA_SECONDS", 0.2)
    slow = SlowSink()
    async with listening(slow) as url:
        use(smtp_url=url)
        await posted(club)
        assert await deliver_due() == 0
        await db.execute("update mail set leased_until = now() - interval '1 second'")
        assert await deliver_due() == 0
        slow.may_answer.set()
    assert len(slow.messages) == 1
    assert [outcome for _, outcome in club.outcomes] == ["unknown"]
