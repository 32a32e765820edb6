"""What is undone is as before: comment, thread, author, item and reports (moderation-proofs.md I9)."""

import asyncpg
import httpx
import pytest
from litestar import Litestar

from parley.interfaces.live import queries as live
from parley.interfaces.live import render
from parley.moderation.decisions import undoing
from parley.moderation.decisions.rules import Choice
from parley.moderation.matching.conditions import WordList
from parley.moderation.modmembers import ops as modmembers
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Refused
from tests import make
from tests.moderation.automod.rows import put_rule
from tests.moderation.modlog.replay import differences
from tests.moderation.modqueue.reported import INSULT, decided, reported, version_of
from tests.moderation.scenarios.promises import broken

pytestmark = pytest.mark.anyio

# Everything that a decision can change, except versions and numbers of events.
EVERYTHING = """
select (to_jsonb(c) - 'version')::text || (to_jsonb(t) - 'last_seq' - 'version')::text
       || jsonb_build_array(m.state, m.state_until)::text
       || (to_jsonb(i) - 'version' - 'claimed_by' - 'claimed_until')::text
       || coalesce((select jsonb_agg(to_jsonb(r) order by r.id)::text from report r where r.item = i.id), '')
from queue_item i join comment c on c.id = i.target join thread t on t.id = c.thread join member m on m.id = c.author
where i.id = $1
"""


# A test is one transaction, in which now() is always the same moment.
EARLIER = (
    "update decision set created_at = created_at - interval '1 hour'",
    "update queue_item set acted_at = acted_at - interval '1 hour', opened_at = opened_at - interval '1 hour'",
    "update report set resolved_at = resolved_at - interval '1 hour'",
)


async def an_hour_passes() -> None:
    for one in EARLIER:
        await db.execute(one)


@pytest.fixture
async def mo(app: Litestar) -> Viewer:
    return await make.member("mo", role="moderator")


async def state(item: int) -> str:
    found: str = await db.value(EVERYTHING, item)
    return found


@pytest.mark.parametrize(
    "action", ["approve", "remove", "collapse", "lock", "slow", "warn", "silence", "suspend", "escalate"]
)
@pytest.mark.parametrize("escalated", [False, True])
async def test_every_decision_is_undone_exactly(mo: Viewer, action: str, escalated: bool) -> None:
    item = await reported()
    if escalated:
        await decided(item, await make.member(role="moderator"), "escalate")
        await an_hour_passes()
    before = await state(item)

    decision = await decided(item, mo, action, days=3)
    await undoing.undo(mo, decision)

    assert await state(item) == before


async def test_a_removal_of_a_collapsed_comment_is_undone_exactly(mo: Viewer) -> None:
    item = await reported()
    comment = await db.value("select target from queue_item where id = $1", item)
    await make.put_state("comment", comment, "hidden")
    before = await state(item)

    decision = await decided(item, mo)
    assert await db.value("select state from comment where id = $1", comment) == "removed"
    await undoing.undo(mo, decision)

    assert await state(item) == before


async def held(thread: int | None = None) -> int:
    """The item of a comment that a rule held."""
    await put_rule(WordList(["fool"]), action="hold")
    await make.comment(thread or await make.thread(), await make.member(), INSULT)
    item: int = await db.value("select max(id) from queue_item")
    return item


@pytest.mark.parametrize("action", ["approve", "remove", "collapse", "warn", "lock", "escalate"])
async def test_every_decision_on_a_held_comment_is_undone_exactly(mo: Viewer, action: str) -> None:
    item = await held()
    before = await state(item)
    assert '"state": "pending"' in before

    await undoing.undo(mo, await decided(item, mo, action))

    assert await state(item) == before
    assert await differences() == [] and await broken() == []


@pytest.mark.parametrize("action", ["warn", "lock"])
async def test_a_decision_about_the_author_or_the_thread_leaves_a_held_comment_waiting(mo: Viewer, action: str) -> None:
    item = await held()

    await decided(item, mo, action)

    assert await db.value("select state from queue_item where id = $1", item) == "open"
    await decided(item, mo, "approve")
    assert await db.value("select state from queue_item where id = $1", item) == "done"


@pytest.mark.committed
async def test_the_thread_was_last_active_when_another_comment_came(mo: Viewer) -> None:
    thread = await make.thread()
    await make.comment(thread, await make.member())
    active = await db.value("select last_activity_at from thread")
    item = await held(thread)

    decision = await decided(item, mo, "approve")
    moved = await db.value("select last_activity_at from thread")
    await undoing.undo(mo, decision)

    assert moved > active and await db.value("select last_activity_at from thread") == active


@pytest.mark.committed
async def test_what_was_let_in_and_taken_back_before_does_not_count_either(mo: Viewer) -> None:
    thread = await make.thread()
    first = await held(thread)
    second = await held(thread)
    active = await db.value("select last_activity_at from thread")

    for item in (first, second):
        await undoing.undo(mo, await decided(item, mo, "approve"))

    assert await db.value("select last_activity_at from thread") == active


async def test_what_was_answered_at_once_keeps_its_place_out_of_sight(mo: Viewer) -> None:
    item = await held()
    comment, thread = await db.value("select max(id) from comment"), await db.value("select max(id) from thread")
    decision = await decided(item, mo, "approve")
    await make.comment(thread, await make.member(), "An answer.", parent=comment)

    await undoing.undo(mo, decision)

    assert await db.value("select state from comment where id = $1", comment) == "hidden"
    assert await broken() == []


async def test_open_pages_are_told_that_it_waits_again(mo: Viewer) -> None:
    item, thread = await held(), await db.value("select max(id) from thread")
    decision = await decided(item, mo, "approve")

    async def told() -> str:
        messages = await render.events(await live.events_after(thread, 0, 10))
        return b"".join(one.message for one in messages).decode()

    assert INSULT in await told()
    await undoing.undo(mo, decision)
    assert INSULT not in await told() and "This comment is waiting for a moderator." in await told()


@pytest.mark.committed
async def test_nothing_but_undoing_leads_back(mo: Viewer) -> None:
    item = await held()
    comment = await db.value("select max(id) from comment")
    decision = await decided(item, mo, "approve")
    await undoing.undo(mo, decision)
    assert await db.value("select state from comment where id = $1", comment) == "pending"
    await decided(item, mo, "approve")

    for undone in ("", "update decision set state = 'undone', ended_at = now() where action = 'remove'"):
        with pytest.raises(asyncpg.CheckViolationError):
            async with db.atomic():
                await db.execute(undone or "select")
                await db.execute("update comment set state = 'pending' where id = $1", comment)


async def test_an_undone_approval_of_a_held_comment_hides_it_again(client: httpx.AsyncClient, mo: Viewer) -> None:
    item = await reported()
    comment, thread = (
        await db.value("select target from queue_item where id = $1", item),
        await db.value("select thread from queue_item where id = $1", item),
    )
    await make.put_state("comment", comment, "pending")

    decision = await decided(item, mo, "approve")
    shown = await client.get(f"/t/{thread}/comments")
    await undoing.undo(mo, decision)
    hidden = await client.get(f"/t/{thread}/comments?sort=new")

    assert INSULT in shown.text and INSULT not in hidden.text
    assert await db.value("select state from queue_item where id = $1", item) == "open"


async def test_reports_that_an_earlier_decision_answered_stay_answered(mo: Viewer) -> None:
    item, comment = await reported(), await db.value("select max(target) from queue_item")
    await decided(item, mo, "approve")
    await an_hour_passes()
    await reports.report(ReportInput("comment", comment, "hate", "", await make.member()))
    decision = await decided(item, mo)

    await undoing.undo(mo, decision)

    assert await db.values("select coalesce(outcome, state) from report order by id") == ["declined", "open"]


async def test_a_decision_with_a_newer_one_cannot_be_undone(mo: Viewer) -> None:
    item, other = await reported(), await make.member(role="moderator")
    comment = await db.value("select target from queue_item where id = $1", item)
    first = await decided(item, mo, "collapse")
    await reports.report(ReportInput("comment", comment, "hate", "", await make.member()))
    await decided(item, other)

    with pytest.raises(Refused, match="newer decision"):
        await undoing.undo(mo, first)

    assert await db.value("select state from comment where id = $1", comment) == "removed"


async def test_a_decision_without_an_item_is_undone_too_unless_there_is_a_newer_one(mo: Viewer) -> None:
    member = await make.member()
    decision = await modmembers.sanction(mo, member.id, Choice(0, 0, "silence", "civility", "It insults.", days=3))

    newer = await modmembers.sanction(mo, member.id, Choice(0, 0, "warn", "civility", "It insults.", None))
    with pytest.raises(Refused, match="newer decision"):
        await undoing.undo(mo, decision)
    for made in (newer, decision):
        await undoing.undo(mo, made)

    assert await db.value("select state from member where id = $1", member.id) == "active"
    assert await db.value("select count(*) from mail where kind like 'decision%'") == 0


async def test_too_late_the_page_says_so_and_shows_how_it_stands(client: httpx.AsyncClient, mo: Viewer) -> None:
    item = await reported()
    decision = await decided(item, mo)
    await db.execute("update decision set created_at = now() - interval '31 seconds'")
    await make.sign_in(client, mo)

    answer = await client.post(f"/mod/item/{item}/undo", data={"decision": str(decision)})

    assert answer.status_code == 422
    assert "This can no longer be undone" in answer.text and "This is already closed" in answer.text


async def test_with_htmx_the_item_is_back_with_its_row_in_the_list(client: httpx.AsyncClient, mo: Viewer) -> None:
    item = await reported()
    decision = await decided(item, mo)
    await make.sign_in(client, mo)

    answer = await client.post(
        f"/mod/item/{item}/undo", data={"decision": str(decision)}, headers={"HX-Request": "true"}
    )

    assert answer.status_code == 200 and "<html" not in answer.text
    assert f'id="item" data-item="{item}"' in answer.text
    assert f'hx-target="#i{item}" hx-swap="outerHTML"><li class="item" id="i{item}"' in answer.text
    assert f'name="version" value="{await version_of(item)}"' in answer.text


async def test_an_escalated_item_waits_for_others(client: httpx.AsyncClient, mo: Viewer) -> None:
    item = await reported()
    await decided(item, mo, "escalate", guideline=None)
    await make.sign_in(client, mo)
    mine, looked_for = await client.get("/mod/queue"), await client.get("/mod/queue?escalated=1")
    await make.sign_in(client, await make.member(role="admin"))
    theirs = await client.get("/mod/queue")

    assert [f'id="i{item}"' in one.text for one in (mine, looked_for, theirs)] == [False, True, True]


async def test_a_permanent_suspension_in_the_queue_is_announced_as_a_proposal(app: Litestar, mo: Viewer) -> None:
    item = await reported(await make.member("jonas"))
    await make.member(role="moderator")
    fields = {
        "version": await version_of(item),
        "action": "suspend",
        "rule": "civility",
        "reason": "Rude.",
        "until": "",
    }
    async with make.browser(app) as desk:
        await make.sign_in(desk, mo)
        letter = await desk.post(
            f"/mod/item/{item}/decide", data=fields | {"preview": "1"}, headers={"HX-Request": "true"}
        )
        page = await desk.post(f"/mod/item/{item}/decide", data=fields, follow_redirects=True)

    assert "once a second moderator approves it" in letter.text
    assert "Suspension proposed" in page.text and "Author suspended" not in page.text


async def test_what_was_decided_about_the_author_in_the_queue_is_undone_with_it(app: Litestar, mo: Viewer) -> None:
    item = await reported(await make.member("jonas"))
    before = await state(item)
    async with make.browser(app) as desk:
        await make.sign_in(desk, mo)
        fields = {"version": await version_of(item), "action": "collapse", "rule": "civility", "reason": "Rude."}
        answer = await desk.post(f"/mod/item/{item}/decide", data=fields | {"also": "silence", "until": "3"})
        page = await desk.get(answer.headers["location"])
        assert "Collapsed. Author silenced." in page.text
        assert await db.value("select state from member where name = 'jonas'") == "silenced"
        await desk.post(f"/mod/item/{item}/undo", data={"decision": make.hidden(page, "decision")})

    assert await state(item) == before
    assert await broken() == [] and await differences() == []
