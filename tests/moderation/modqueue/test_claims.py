"""Releasing claims locks items in the order of their ids, whatever their order in the table is."""

import asyncio

import asyncpg
import pytest
from litestar import Litestar

from parley.moderation.modqueue import claims
from parley.platform import db
from tests import make
from tests.moderation.modqueue.reported import reported
from tests.waiting import until_somebody_waits

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

HOLD = (
    "update queue_item set claimed_by = $1, claimed_until = now() + interval '10 minutes', risk = 10 + id where id = $2"
)
UNLOCKED = "select id from queue_item for update skip locked"


async def test_claims_are_released_in_the_order_of_ids(app: Litestar) -> None:
    mo, first, second = await make.member(role="moderator"), await reported(), await reported()
    # As two tabs can do at the same moment. The first item is the last in the table and in the order of risk.
    for item in (second, first):
        await db.execute(HOLD, mo.id, item)
    other = await asyncpg.connect(db.DB.config["dsn"])
    try:
        async with other.transaction():
            await other.execute("select from queue_item where id = $1 for update", first)
            letting_go = asyncio.create_task(claims.release(mo))
            await until_somebody_waits(other)
            free = await db.values(UNLOCKED)
        await letting_go
    finally:
        await other.close()

    assert free == [second]
    assert await db.value("select count(*) from queue_item where claimed_by is not null") == 0
