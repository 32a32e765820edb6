"""Signals of one pause are merged, and none is lost when the process ends."""

import msgspec
import pytest

from parley.platform.events import notify
from parley.platform.events.notify import Signal, flush

pytestmark = pytest.mark.anyio


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> list[list[Signal]]:
    """What is published, a list of signals a message."""
    published: list[list[Signal]] = []

    async def publish(message: bytes) -> None:
        published.append(msgspec.json.decode(message, type=list[Signal]))

    monkeypatch.setattr(notify, "publish", publish)
    return published


async def test_signals_of_one_pause_are_one_message_which_flush_waits_for(messages: list[list[Signal]]) -> None:
    await flush()
    messages.clear()
    await notify.notify(Signal(1, seq=1))
    await notify.notify(Signal(1, seq=2))
    await notify.notify(Signal(2, scores=True))
    await flush()
    sent = [signal for message in messages for signal in message]
    assert sent[-2:] == [Signal(1, seq=2), Signal(2, scores=True)]
    assert len(messages) <= 2
