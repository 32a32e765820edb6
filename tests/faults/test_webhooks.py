"""A worker that is killed while it takes and sends events: each message arrives, with its one id."""

import asyncio
import os
import signal

import pytest

from parley.interfaces.webhooks import ops
from parley.platform import db
from tests import command, make
from tests.faults.jobs import call_webhooks
from tests.interfaces.live.forum import Forum, writing
from tests.interfaces.webhooks.receiver import receiving

pytestmark = pytest.mark.anyio


async def send(forum: Forum, label: str) -> int | None:
    """Take and send what there is in a process of its own, which dies at `label`; how it ended."""
    env = os.environ | forum.servers.settings | {"FAULT_AT": label, "PARLEY_BASE_URL": "http://localhost"}
    # The secret of the webhook was sealed here.
    env |= {"PARLEY_SECRET": os.environ["PARLEY_SECRET"], "PARLEY_FETCH_ALLOW": "127.0.0.0/8"}
    process = command.start(call_webhooks, env)
    await asyncio.to_thread(process.join)
    return process.exitcode


@pytest.mark.parametrize("label", ["webhook queued", "webhook claimed", "webhook sent", "webhook recorded"])
async def test_killed_at_any_point_every_message_arrives(forum: Forum, label: str) -> None:
    async with writing(forum), receiving() as receiver:
        thread, author = await make.thread(), await make.member()
        number, secret = await ops.make(receiver.url, ["comment.posted"])
        made = [await make.comment(thread, author) for _ in range(3)]
        assert await send(forum, label) == -signal.SIGKILL
        for _ in range(2):
            # A lease of a minute ends by itself.
            await db.execute("update webhook set leased_until = null")
            assert await send(forum, "") == 0

        arrived = {one.headers["webhook-id"]: one.comment["id"] for one in receiver.received}
        assert set(made) <= set(arrived.values())
        assert len(arrived) == len(set(arrived.values()))
        for one in receiver.received:
            one.check(secret)
        assert (
            await db.value("select count(*) from webhook_delivery where webhook = $1 and state <> 'delivered'", number)
            == 0
        )
        await db.execute("delete from webhook")
