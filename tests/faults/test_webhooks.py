"""A worker that is killed while it takes and sends events: each message arrives, with its one id."""

import asyncio
import os
import signal
import sys

import pytest

import make
from live.forum import Forum, writing
from parley.core import db
from parley.webhooks import ops
from webhooks.receiver import receiving

pytestmark = pytest.mark.anyio

SEND = """
import asyncio, os
from parley import hooks
from parley.core.db import close_pool, open_pool
from parley.core.events.redis import open_redis
from parley.webhooks import queueing, sending

async def main():
    hooks.connect()
    await open_pool(os.environ["DATABASE_URL"], size=2)
    open_redis(os.environ["REDIS_URL"])
    await queueing.queue_all()
    await sending.send_due()
    await close_pool()

asyncio.run(main())
"""


async def send(forum: Forum, label: str) -> int:
    """Take and send what there is in a process of its own, which dies at `label`; how it ended."""
    env = os.environ | forum.servers.settings | {"FAULT_AT": label, "PARLEY_BASE_URL": "http://localhost"}
    # The secret of the webhook was sealed here.
    env |= {"PARLEY_SECRET": os.environ["PARLEY_SECRET"]}
    env |= {"PYTHONPATH": os.pathsep.join(sys.path), "PARLEY_FETCH_ALLOW": "127.0.0.0/8"}
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", SEND, env=env)
    return await process.wait()


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
