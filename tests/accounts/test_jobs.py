import pytest

from accounts.person import Person
from make import member
from parley.accounts import jobs, ops
from parley.core import db
from parley.moderation import members

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]

CLIENT = ops.Client(agent="", address="127.0.0.1")


async def test_what_has_ended_is_cleared_away_and_the_rest_stays(mira: Person) -> None:
    for _ in range(3):
        await ops.sign_in(login="mira", password=mira.password, client=CLIENT)
    await ops.forgot(mira.email, CLIENT)
    await ops.forgot(mira.email, CLIENT)
    await member("fresh", state="unverified")
    stale = await member("stale", state="unverified")
    oldest = "(select min(id) from {})"
    await db.execute(f"update session set expires_at = now() - interval '1 s' where id = {oldest.format('session')}")
    await db.execute("update session set seen_at = now() - interval '15 days' where id = (select max(id) from session)")
    await db.execute(f"update token set expires_at = now() - interval '2 days' where id = {oldest.format('token')}")
    await db.execute("update member set created_at = now() - interval '8 days' where id = any($1)", [stale.id, mira.id])
    await db.execute(f"update mail set created_at = now() - interval '31 days' where id = {oldest.format('mail')}")
    assert await jobs.purge() == 5
    assert await jobs.purge() == 0
    assert await db.values("select name from member order by name") == ["fresh", "mira"]
    for table in ("session", "token", "mail"):
        assert await db.value(f"select count(*) from {table}") == 1


async def test_whom_staff_wrote_something_down_about_stays_and_holds_nothing_else_up(mira: Person) -> None:
    noted, stale = await member("noted", state="unverified"), await member("stale", state="unverified")
    await members.note(await member("sam", role="moderator"), noted.id, "The fourth account of the same person.")
    await db.execute("update member set created_at = now() - interval '8 days'")

    await jobs.purge()

    assert await db.values("select name from member where state = 'unverified'") == ["noted"]
    assert await db.value("select 1 from member where id = $1", stale.id) is None


async def test_what_has_ended_is_deleted_in_batches_until_nothing_is_left(
    mira: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await ops.sign_in(login="mira", password=mira.password, client=CLIENT)
    await db.execute("update session set expires_at = now() - interval '1 s'")
    monkeypatch.setattr(jobs, "BATCH", 2)
    assert await jobs.purge() == 3
