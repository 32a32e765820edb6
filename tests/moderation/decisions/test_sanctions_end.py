"""Sanctions expire with an entry in the record; the staff is mailed about overdue appeals once a day (R31, I12)."""

import asyncio

import asyncpg
import pytest
from litestar import Litestar

from parley.moderation.appeals import jobs
from parley.moderation.appeals import ops as appeals
from parley.moderation.decisions import jobs as decisions
from parley.moderation.modlog import ops as modlog
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.moderation.modqueue.reported import decided, reported
from tests.waiting import SECONDS, WAITING

pytestmark = pytest.mark.anyio

PASSED = "update decision set until = now() where id = $1"
ALARMS = "select recipient from mail where kind = 'overdue' order by id"


async def silenced(author: Viewer, action: str = "silence", days: int = 3) -> int:
    return await decided(await reported(author), await make.member(role="moderator"), action, days=days)


async def over(decision: int) -> None:
    """Let a decision expire."""
    await db.execute(PASSED, decision)


async def test_an_expired_sanction_ends_and_is_recorded(app: Litestar) -> None:
    author = await make.member()
    silence = await silenced(author)
    assert await decisions.end_sanctions() == 0

    await over(silence)

    assert await decisions.end_sanctions() == 1
    assert await db.value("select state from member where id = $1", author.id) == "active"
    assert await db.value("select state from decision") == "ended"
    last = "select action || ' ' || role || ' ' || (before ->> 'member_state') from mod_action order by id desc limit 1"
    assert await db.value(last) == "end automatic silenced"
    assert await decisions.end_sanctions() == 0
    assert (await modlog.verify()).broken is None


async def test_the_remaining_sanction_stays_in_force(app: Litestar) -> None:
    author = await make.member()
    await silenced(author, "silence", 30)
    suspension = await silenced(author, "suspend", 3)

    await over(suspension)
    await decisions.end_sanctions()

    assert await db.value("select state from member where id = $1", author.id) == "silenced"


async def test_what_waits_for_a_week_is_mailed_to_the_staff_once_a_day(app: Litestar) -> None:
    decision = await silenced(await make.member())
    await appeals.file(decision=decision, text="Please.")
    assert await jobs.remind() == 0

    await db.execute("update appeal set created_at = now() - interval '8 days'")
    late = [await jobs.remind() for _ in range(3)]

    assert late == [1, 1, 1]
    assert await db.values(ALARMS) == await db.values("select email from member where role = 'moderator' order by id")
    text = await db.value("select text from mail order by id desc")
    assert "One appeal or decision that needs a second approval" in text
    await db.execute("update mail set created_at = created_at - interval '25 hours'")
    await jobs.remind()
    assert len(await db.values(ALARMS)) == 2


@pytest.mark.committed
async def test_several_workers_mail_the_staff_once(app: Litestar) -> None:
    await appeals.file(decision=await silenced(await make.member()), text="Please.")
    await db.execute("update appeal set created_at = now() - interval '8 days'")
    other = await asyncpg.connect(db.DB.config["dsn"])
    try:
        async with other.transaction():
            # The lock keeps all workers from writing: each looks for an earlier letter before the first is written.
            await other.execute("lock table mail in share mode")
            workers = [asyncio.create_task(jobs.remind()) for _ in range(4)]
            async with asyncio.timeout(SECONDS):
                while await other.fetchval(WAITING) + sum(one.done() for one in workers) < len(workers):
                    await asyncio.sleep(0.01)
        await asyncio.gather(*workers)
    finally:
        await other.close()

    assert await db.values(ALARMS) == await db.values("select email from member where role = 'moderator' order by id")
