"""One decision on all comments that a filter of the queue finds: by whom, how far, left out, undone."""

from datetime import UTC, datetime

import httpx
import pytest

from parley.moderation.decisions.rules import Choice
from parley.moderation.modqueue import bulk_jobs, claims
from parley.moderation.modqueue.filters import QueueFilter
from parley.moderation.raids import ops as raids
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Forbidden, NotFound, Refused
from tests import make
from tests.moderation.modqueue.reported import reported

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]
STATES = "select state || ' ' || count(*) from comment where body like 'Buy gold%' group by state order by state"


async def raid_of(accounts: int, comments: int) -> tuple[int, Viewer]:
    """Raid mode for newcomers, with so many comments by new accounts; and the moderator who switched it on."""
    moderator, thread = await make.member(role="moderator"), await make.thread()
    raid = await raids.begin(moderator, raids.Switch(None, "newcomers", 3))
    authors = [await make.member() for _ in range(accounts)]
    for number in range(comments):
        await make.comment(thread, authors[number % accounts], f"Buy gold at the gold shop, part {number}.")
    return raid, moderator


async def started(by: Viewer, wanted: QueueFilter, *, also: str | None = None) -> int:
    choice = Choice(0, 0, "remove", "civility", "Advertising.")
    sanction = Choice(0, 0, also, "civility", "Advertising.", 3) if also else None
    return await bulk_jobs.start(by, wanted, datetime.now(UTC), choice, sanction)


async def worked_off() -> None:
    while await bulk_jobs.work_off():
        pass


async def test_all_of_it_is_undone_and_readers_of_the_reasons_get_one_letter(client: httpx.AsyncClient) -> None:
    raid, moderator = await raid_of(2, 6)
    bulk = await started(moderator, QueueFilter(raid=raid), also="warn")
    with pytest.raises(Refused):
        await bulk_jobs.undo(moderator, bulk)
    await worked_off()
    await db.execute("update mail set sent_at = now(), state = 'sent' where kind like 'decision.%'")

    await make.sign_in(client, moderator)
    assert (await client.post(f"/mod/bulk/{bulk}/undo")).status_code == 303
    await worked_off()

    assert await db.values(STATES) == ["pending 6"]
    assert await db.value("select count(*) from decision where state <> 'undone'") == 0
    assert await db.value("select count(*) from mail where kind like 'undone.%'") == 2
    assert "6 decisions are undone" in (await client.get(f"/mod/bulk/{bulk}")).text
    with pytest.raises(Refused):
        await bulk_jobs.undo(moderator, bulk)


async def test_what_others_have_claimed_or_decided_is_left_out_with_the_reason(client: httpx.AsyncClient) -> None:
    other, moderator, author = await make.member(role="moderator"), await make.member(role="moderator"), make.member
    items = [await reported(await author()) for _ in range(3)]
    bulk = await started(moderator, QueueFilter(kind="reported"))
    await claims.claim(other, items[0])
    await worked_off()

    row = await bulk_jobs.progress(moderator, bulk)
    assert (row.total, row.decided, row.left_out) == (3, 2, 1)
    await make.sign_in(client, moderator)
    assert "Another moderator is reviewing this" in (await client.get(f"/mod/bulk/{bulk}")).text
    await decided_again(items[1])
    await bulk_jobs.undo(moderator, bulk)
    await worked_off()
    row = await bulk_jobs.progress(moderator, bulk)
    assert (row.undone, row.kept) == (1, 1)


async def decided_again(item: int) -> None:
    """As if a second moderator had approved the decision."""
    other = await make.member(role="moderator")
    await db.execute("update decision set second_moderator = $2 where item = $1", item, other.id)


async def test_it_needs_a_filter_and_the_rights_of_the_moderator_then_and_later() -> None:
    raid, moderator = await raid_of(1, 1)
    local = await make.member()
    await db.execute("insert into room_moderator (topic, member) values ('research', $1)", local.id)
    local = Viewer(local.id, local.name, "member", verified=True, session=0, rooms=frozenset({"research"}))
    with pytest.raises(Refused):
        await started(moderator, QueueFilter())
    with pytest.raises(Forbidden):
        await started(local, QueueFilter(raid=raid), also="silence")
    bulk = await started(local, QueueFilter(raid=raid))
    await db.execute("delete from room_moderator")
    await worked_off()

    assert await db.values(STATES) == ["pending 1"]
    assert [left.refusal for left in await bulk_jobs.refusals(bulk)] == ["Only moderators can do this."]
    assert (await bulk_jobs.progress(moderator, bulk)).left_out == 1


async def test_a_moderator_of_another_topic_finds_and_sees_nothing() -> None:
    raid, moderator = await raid_of(1, 2)
    bulk = await started(moderator, QueueFilter(raid=raid))
    member = await make.member()
    await db.execute("insert into room_moderator (topic, member) values ('work', $1)", member.id)
    local = Viewer(member.id, member.name, "member", verified=True, session=0, rooms=frozenset({"work"}))

    assert await bulk_jobs.authors(local.id, QueueFilter(raid=raid), datetime.now(UTC)) == []
    for act in (bulk_jobs.progress, bulk_jobs.undo):
        with pytest.raises(NotFound):
            await act(local, bulk)
    with pytest.raises(Refused):
        await started(local, QueueFilter(raid=raid))
