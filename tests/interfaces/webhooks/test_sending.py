"""Messages of webhooks: signed, in order, once where it can be, at least once always, and never what is hidden."""

import asyncio
from collections.abc import AsyncIterator
from ipaddress import ip_network

import msgspec
import pytest
from litestar import Litestar
from standardwebhooks.webhooks import WebhookVerificationError

from parley.interfaces.webhooks import jobs, messages, ops
from parley.interfaces.webhooks.jobs import queue_all, send_due
from parley.moderation.raids import ops as raids
from parley.platform import db
from parley.platform.settings import settings
from tests import make
from tests.interfaces.webhooks.receiver import NOWHERE, SEEN, Receiver, hook, receiving

pytestmark = pytest.mark.anyio

STATES = "select state || ' ' || attempts from webhook_delivery where webhook = $1 order by id"
DUE = "update webhook_delivery set due_at = now() where state = 'waiting'"
RESTED = "update webhook set paused_until = null"


@pytest.fixture
async def receiver(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Receiver]:
    allowing = msgspec.structs.replace(settings(), fetch_allow=(ip_network("127.0.0.0/8"),))
    monkeypatch.setattr(jobs, "settings", lambda: allowing)
    async with receiving() as one:
        yield one


async def comments(count: int) -> list[int]:
    """Comments whose events can be taken."""
    thread, author = await make.thread(), await make.member()
    made = [await make.comment(thread, author, f"Words {number}.") for number in range(count)]
    await db.execute(SEEN)
    return made


async def test_each_event_of_the_chosen_kinds_arrives_in_order_and_signed(receiver: Receiver) -> None:
    number, secret = await hook(receiver.url, "comment.posted")
    made = await comments(3)

    assert await queue_all() == 3
    assert await queue_all() == 0
    assert await send_due() == 3
    assert await send_due() == 0

    assert [one.comment["id"] for one in receiver.received] == made
    assert [one.message["type"] for one in receiver.received] == ["comment.posted"] * 3
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 3
    for one in receiver.received:
        one.check(secret)
        with pytest.raises(WebhookVerificationError):
            one.check("whsec_" + "A" * 43 + "=")
    assert await db.values(STATES, number) == ["delivered 1"] * 3


async def test_a_comment_removed_meanwhile_is_not_sent(receiver: Receiver) -> None:
    await hook(receiver.url)
    gone, held, _ = await comments(3)
    await queue_all()
    await make.put_state("comment", gone, "removed")
    await make.put_state("comment", held, "pending")
    await send_due()

    first, second, third = receiver.received
    assert (first.comment["state"], first.comment["body"], first.comment["html"]) == ("removed", "", "")
    assert (second.message["data"]["comment"], second.message["data"]["comment_id"]) == (None, held)
    assert third.comment["body"] == "Words 2."
    assert b"Words 0" not in first.body
    assert b"Words 1" not in second.body


async def test_a_message_that_would_be_too_large_is_sent_without_the_text(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "LARGEST", 100)
    await hook(receiver.url)
    [made] = await comments(1)
    await queue_all()
    await send_due()
    assert (receiver.received[0].comment["id"], receiver.received[0].comment["body"]) == (made, "")


async def test_raid_mode_is_told_when_it_begins_and_ends(receiver: Receiver) -> None:
    number, secret = await hook(receiver.url, "raid.began", "raid.ended")
    await hook(NOWHERE, "comment.posted")
    by = await make.member(role="moderator")
    raid = await raids.begin(by, raids.Switch("research", "links", 3))
    assert await send_due() == 1
    await raids.end(by, raid)
    await db.execute(DUE)
    assert await send_due() == 1

    began, ended = receiver.received
    assert (began.message["type"], ended.message["type"]) == ("raid.began", "raid.ended")
    assert began.headers["webhook-id"] != ended.headers["webhook-id"]
    said = began.message["data"]["raid"]
    assert (said["id"], said["topic"], said["holds"], said["is_on"]) == (raid, "research", "links", True)
    assert ended.message["data"]["raid"]["is_on"] is False
    assert (ended.message["data"]["thread"], ended.message["data"]["position"]) == (None, None)
    ended.check(secret)
    assert await db.values(STATES, number) == ["delivered 1"] * 2


async def test_a_refused_message_is_sent_again_with_the_same_id(receiver: Receiver) -> None:
    number, secret = await hook(receiver.url)
    await comments(2)
    await queue_all()
    receiver.status = lambda: 500
    assert await send_due() == 1
    # The receiver rests, and nothing else is tried meanwhile.
    assert await send_due() == 0
    assert await db.values(STATES, number) == ["waiting 1", "waiting 0"]

    receiver.status = lambda: 204
    await db.execute(RESTED)
    await db.execute(DUE)
    assert await send_due() == 2
    ids = [one.headers["webhook-id"] for one in receiver.received]
    assert (len(ids), len(set(ids))) == (3, 2)
    receiver.received[-1].check(secret)
    assert await db.value("select failing_since is null and failures = 0 from webhook")


async def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    number, _ = await hook(receiver.url)
    await comments(1)
    await queue_all()
    receiver.status = lambda: 307
    await send_due()
    assert len(receiver.received) == 1
    assert await db.values(STATES, number) == ["waiting 1"]


async def test_a_message_gets_nine_attempts_and_three_days_of_failures_switch_a_webhook_off(receiver: Receiver) -> None:
    ada = await make.member("ada", role="admin")
    number, _ = await hook(receiver.url)
    await comments(1)
    await queue_all()
    receiver.status = lambda: 503
    for _ in range(12):
        await db.execute(RESTED)
        await db.execute(DUE)
        await send_due()
    assert (await db.values(STATES, number), len(receiver.received)) == (["failed 9"], 9)
    assert await db.value("select state from webhook") == "on"

    await db.execute("update webhook set failing_since = now() - interval '4 days', paused_until = null")
    await comments(1)
    await queue_all()
    await send_due()
    assert await db.value("select state || ' ' || ended_by from webhook") == "off failing"
    letter = await db.value("select text from mail where kind = 'webhook' and recipient = 'ada@example.org'")
    assert receiver.url in letter
    assert f"/settings/webhooks/{number}" in letter
    assert ada.id

    await ops.switch(number, on=False)
    await ops.switch(number, on=True)
    assert await db.values(STATES, number) == ["waiting 0", "waiting 0"]
    assert await db.value("select failing_since is null from webhook")


async def test_status_410_switches_it_off_and_on_again_it_gets_missed_messages(receiver: Receiver) -> None:
    number, _ = await hook(receiver.url)
    await comments(1)
    await queue_all()
    receiver.status = lambda: 410
    await send_due()
    assert await db.value("select state || ' ' || ended_by from webhook") == "off gone"

    await comments(1)
    assert (await queue_all(), await send_due()) == (0, 0)
    receiver.status = lambda: 200
    await ops.switch(number, on=True)
    await db.execute(DUE)
    assert (await queue_all(), await send_due()) == (1, 2)


async def test_both_secrets_sign_for_a_day_after_a_rotation(receiver: Receiver) -> None:
    number, former = await hook(receiver.url)
    secret = await ops.rotate(number, 1)
    await comments(1)
    await queue_all()
    await send_due()
    receiver.received[0].check(former)
    receiver.received[0].check(secret)

    await db.execute("update webhook set former_until = now() - interval '1 second'")
    await comments(1)
    await queue_all()
    await send_due()
    receiver.received[1].check(secret)
    with pytest.raises(WebhookVerificationError):
        receiver.received[1].check(former)


async def test_an_address_that_is_not_public_is_not_asked(app: Litestar) -> None:
    async with receiving() as receiver:
        number, _ = await hook(receiver.url)
        await comments(1)
        await queue_all()
        await send_due()
        assert receiver.received == []
    assert await db.values(STATES, number) == ["waiting 1"]
    assert "not on the public internet" in await db.value("select error from webhook_delivery")


@pytest.mark.committed
async def test_a_slow_receiver_delays_no_other(receiver: Receiver) -> None:
    slow, _ = await hook(receiver.url)
    receiver.wait = asyncio.Event()
    async with receiving() as quick:
        await hook(quick.url)
        await comments(3)
        await queue_all()
        sweeps = [asyncio.create_task(send_due()) for _ in range(2)]
        done, waiting = await asyncio.wait(sweeps, return_when=asyncio.FIRST_COMPLETED)
        assert (len(quick.received), len(receiver.received)) == (3, 1)
        assert [sweep.result() for sweep in done] == [3]
        receiver.wait.set()
        assert await asyncio.gather(*waiting) == [3]
    assert await db.values(STATES, slow) == ["delivered 1"] * 3


async def test_two_workers_do_not_send_to_one_receiver_at_once(receiver: Receiver) -> None:
    await hook(receiver.url)
    await comments(1)
    await queue_all()
    await db.execute("update webhook set leased_until = clock_timestamp() + interval '1 minute'")
    assert await send_due() == 0
    await db.execute("update webhook set leased_until = clock_timestamp() - interval '1 second'")
    assert await send_due() == 1


async def test_an_arrived_message_can_be_sent_again(receiver: Receiver) -> None:
    number, _ = await hook(receiver.url)
    await comments(1)
    await queue_all()
    await send_due()
    assert await db.values(STATES, number) == ["delivered 1"]
    await ops.send_again(number, await db.value("select id from webhook_delivery"))
    await send_due()
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


async def test_its_secrets_are_not_stored_in_the_clear(app: Litestar) -> None:
    _, secret = await hook(NOWHERE)
    assert secret.encode() not in await db.value("select secret from webhook")
