"""What many independent members report is hidden until a moderator decides, where a community wants that."""

import httpx
import pytest

from parley.moderation.appeals import ops as appeals
from parley.moderation.modqueue import queries as modqueue
from parley.moderation.modqueue.filters import QueueFilter
from parley.moderation.reports import hiding, ops
from parley.moderation.reports.hiding import Reporter, independent
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.moderation.modqueue.reported import INSULT, decided

pytestmark = pytest.mark.anyio
REPORTERS = "select reporter from report order by id"


@pytest.fixture(autouse=True)
async def after_three(app: object) -> None:
    await db.execute("update community set hide_after = 3")


async def report(comment: int, times: int, address: str = "") -> None:
    """Reports by new members, each at home at an address of their own unless one is given."""
    for _ in range(times):
        reporter = await make.member()
        at = address or f"10.{reporter.id // 250}.{reporter.id % 250}.1"
        await db.execute(
            "insert into session (member, token_hash, address, expires_at) "
            "values ($1, $1::bigint::text::bytea, $2, now() + interval '1 day')",
            reporter.id,
            at,
        )
        await ops.report(ReportInput("comment", comment, "civility", "", reporter))


async def state(comment: int) -> str:
    found: str = await db.value("select state from comment where id = $1", comment)
    return found


async def insult() -> int:
    return await make.comment(await make.thread(), await make.member(), INSULT)


async def item_of(comment: int) -> int:
    found: int = await db.value("select id from queue_item where target = $1", comment)
    return found


async def test_the_third_report_hides_it_until_a_moderator_decides(client: httpx.AsyncClient) -> None:
    comment, admin = await insult(), await make.member(role="admin")
    await report(comment, 2)
    assert await state(comment) == "visible"

    await report(comment, 1)

    assert await state(comment) == "hidden"
    thread = await db.value("select thread from comment where id = $1", comment)
    for address in (f"/t/{thread}/x", f"/c/{comment}", f"/t/{thread}/feed.atom", f"/api/v1/comments/{comment}"):
        assert INSULT not in (await client.get(address, follow_redirects=True)).text, address
    assert (
        "This comment is waiting for a moderator." in (await client.get(f"/t/{thread}/x", follow_redirects=True)).text
    )
    assert [row.held for row in await modqueue.page(admin.id, QueueFilter(kind="held"))] == [True]
    assert "Several members reported it" in await db.value("select reason from mod_action where action = 'hold'")
    assert await db.value("select count(*) from mail where kind = $1", f"held.{comment}") == 1


async def test_its_author_reads_it_and_the_reason_in_the_thread_and_nobody_else_does(client: httpx.AsyncClient) -> None:
    author, thread = await make.member(), await make.thread()
    await report(await make.comment(thread, author, INSULT), 3)
    reason = "Several members reported it, independently of each other."
    shown = []
    for reader in (author, await make.member()):
        await make.sign_in(client, reader)
        page = (await client.get(f"/t/{thread}/x", follow_redirects=True)).text
        shown.append((INSULT in page, reason in page))

    assert shown == [(True, True), (False, False)]


async def test_what_a_moderator_kept_up_is_not_hidden_again_unless_it_changes() -> None:
    comment, admin = await insult(), await make.member(role="admin")
    await report(comment, 3)
    await decided(await item_of(comment), admin, "approve", guideline=None, reason="")
    assert await state(comment) == "visible"

    await report(comment, 5)
    assert await state(comment) == "visible"
    await db.execute("update comment set edited_at = now() + interval '1 second' where id = $1", comment)
    await report(comment, 1)

    assert await state(comment) == "hidden"


@pytest.mark.parametrize("action", ["warn", "collapse", "lock_branch"])
async def test_nor_is_what_a_moderator_dealt_with_and_left_to_readers(action: str) -> None:
    comment, admin = await insult(), await make.member(role="admin")
    await report(comment, 2)
    await decided(await item_of(comment), admin, action)

    await report(comment, 3)

    assert await state(comment) == "visible"


async def test_nor_what_an_appeal_brought_back_but_what_was_only_passed_on_is() -> None:
    comment, first, second = await insult(), await make.member(role="admin"), await make.member(role="admin")
    await report(comment, 3)
    appeal = await appeals.file(decision=await decided(await item_of(comment), first), text="It was a quotation.")
    await appeals.decide(second, appeal, outcome="overturned", answer="It was one.")
    await report(comment, 3)
    assert await state(comment) == "visible"

    other = await insult()
    await report(other, 1)
    await decided(await item_of(other), first, "escalate", guideline=None, reason="")
    await report(other, 2)

    assert await state(other) == "hidden"


async def test_reports_that_a_moderator_declined_count_against_their_reporters() -> None:
    comment, admin, thread = await insult(), await make.member(role="admin"), await make.thread()
    await report(comment, 3)
    await decided(await item_of(comment), admin, "approve", guideline=None, reason="")
    same = [Viewer(id=row, name="", role="member", verified=True, session=0) for row in await db.values(REPORTERS)]
    other = await make.comment(thread, await make.member(), INSULT)

    for reporter in same:
        await ops.report(ReportInput("comment", other, "civility", "", reporter))
    assert await state(other) == "visible", "three of two thirds are two"
    await report(other, 2)

    assert await state(other) == "hidden"


async def test_it_can_be_removed_and_a_warning_leaves_it_in_the_queue() -> None:
    comment, admin = await insult(), await make.member(role="admin")
    await report(comment, 3)
    item = await item_of(comment)

    await decided(item, admin, "warn")
    assert await db.value("select state from queue_item where id = $1", item) == "open"
    await decided(item, admin, "remove")

    assert await state(comment) == "removed"


async def test_members_of_one_network_count_once() -> None:
    comment = await insult()
    await report(comment, 8, "203.0.113.7")
    await report(comment, 1)
    assert await state(comment) == "visible"

    await report(comment, 1)

    assert await state(comment) == "hidden"


async def test_of_very_many_reports_the_newest_are_compared() -> None:
    comment = await insult()
    await report(comment, 1, "192.0.2.1")
    await db.execute(
        """
        with reporter as (
            insert into member (name, name_key, email, email_key, state)
            select 'm' || n, 'm' || n, n || '@a.example', n || '@a.example', 'active' from generate_series(1, $2) n
            returning id
        )
        insert into report (item, reporter, guideline) select $1, id, 'civility' from reporter
        """,
        await item_of(comment),
        hiding.MOST_REPORTERS,
    )

    assert len(await db.fetch(Reporter, hiding.SELECT_REPORTERS, await item_of(comment))) == hiding.MOST_REPORTERS
    await report(comment, 1)
    assert await state(comment) == "visible", "those who signed out count once"
    await report(comment, 1)
    assert await state(comment) == "hidden"


async def test_as_shipped_no_number_of_reports_hides_anything() -> None:
    await db.execute("update community set hide_after = 0")
    comment = await insult()

    await report(comment, 6)

    assert await state(comment) == "visible"


async def test_an_admin_chooses_the_number_with_the_rules(client: httpx.AsyncClient) -> None:
    await make.sign_in(client, await make.member(role="admin"))
    assert 'name="hide_after" value="3" checked' in (await client.get("/rules/edit")).text

    await client.post("/rules/edit", data={"rules": "", "hide_after": "5"})

    assert await db.value("select hide_after from community") == 5


def test_rings_and_networks_count_once_and_reports_that_were_declined_for_less() -> None:
    alone = [Reporter(number, 1.5, [f"10.0.{number}.1"], []) for number in range(3)]
    ring = [Reporter(number, 1.0, [f"10.1.{number}.1"], [7]) for number in range(4)]
    both = [Reporter(9, 1.0, ["10.0.0.9"], [7])]
    mistaken = [Reporter(20 + number, 0.25, [f"10.2.{number}.1"], []) for number in range(4)]
    signed_out = [Reporter(30 + number, 1.0, [], []) for number in range(4)]

    assert independent(alone) == 3
    assert independent(ring) == 1
    assert independent([*alone, *ring]) == 4
    assert independent([*alone, *ring, *both]) == 3
    assert independent(mistaken) == 1
    assert independent(signed_out) == 1, "three accounts of one network would count alone once they signed out"
