"""Reports make an item, one moderator decides, the member concerned gets the reasons, and all of it can be undone."""

import asyncio

import pytest
from litestar import Litestar

from parley.moderation.appeals import ops as appeals
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions import second_approval, undoing
from parley.moderation.decisions.rules import Choice, Stale
from parley.moderation.modlog import ops as modlog
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Forbidden, Refused
from tests import make

pytestmark = pytest.mark.anyio

LETTERS = "select recipient || ' ' || text from mail where kind = $1 order by id"
TOLD = "select kind from event where comment = $1 order by seq desc limit 1"


async def reported(author: Viewer, guideline: str = "civility") -> tuple[int, int]:
    """A comment that a member reported, and its item."""
    comment = await make.comment(await make.thread(), author, "You are a fool.")
    await reports.report(ReportInput("comment", comment, guideline, "An insult.", await make.member()))
    item: int = await db.value("select id from queue_item where kind = 'comment' and target = $1", comment)
    return comment, item


async def choice(item: int, action: str = "remove", **fields: object) -> Choice:
    version: int = await db.value("select version from queue_item where id = $1", item)
    return Choice(item, version, action, **({"guideline": "civility", "reason": "It insults somebody."} | fields))


async def state_of(comment: int) -> str:
    state: str = await db.value("select state from comment where id = $1", comment)
    return state


async def test_a_removal_takes_the_text_away_and_says_why(app: Litestar) -> None:
    author, moderator = await make.member("jonas"), await make.member(role="moderator")
    comment, item = await reported(author)

    decision = await decisions.decide(moderator, await choice(item))

    assert await state_of(comment) == "removed"
    letters = await db.values(
        "select recipient || ' ' || text from mail where kind in ($1, $2) order by id",
        f"decision.{decision}",
        f"outcome.{decision}",
    )
    assert letters[0].startswith("jonas@example.org") and "It insults somebody." in letters[0]
    assert "Argue with the case" in letters[0] and f"/decision/{decision}?key=" in letters[0]
    assert "agreed and has acted" in letters[1]
    assert await db.value("select outcome from report where item = $1", item) == "upheld"
    assert (
        await db.value("select kind from event where comment = $1 order by seq desc limit 1", comment)
        == "comment.removed"
    )


async def test_approving_it_declines_the_reports(app: Litestar) -> None:
    moderator = await make.member(role="moderator")
    comment, item = await reported(await make.member())

    await decisions.decide(moderator, await choice(item, "approve", guideline=None, reason=""))

    assert await state_of(comment) == "visible"
    assert await db.value("select outcome from report where item = $1", item) == "declined"


@pytest.mark.parametrize("missing", [{"guideline": None}, {"reason": " "}])
async def test_nothing_is_restricted_without_rule_and_reason(app: Litestar, missing: dict[str, object]) -> None:
    moderator = await make.member(role="moderator")
    comment, item = await reported(await make.member())

    with pytest.raises(Refused):
        await decisions.decide(moderator, await choice(item, **missing))

    assert await state_of(comment) == "visible"


async def test_undo_gives_everything_back_and_tells_nobody(app: Litestar) -> None:
    moderator = await make.member(role="moderator")
    comment, item = await reported(await make.member())
    decision = await decisions.decide(moderator, await choice(item))

    await undoing.undo(moderator, decision)

    assert await state_of(comment) == "visible"
    assert await db.value("select count(*) from mail where kind not like 'receipt.%'") == 0
    assert await db.value("select state from report where item = $1", item) == "open"
    assert await db.value("select state from queue_item where id = $1", item) == "open"


async def test_only_ones_own_decisions_can_be_undone_within_half_a_minute(app: Litestar) -> None:
    moderator, other = await make.member(role="moderator"), await make.member(role="moderator")
    _, item = await reported(await make.member())
    decision = await decisions.decide(moderator, await choice(item))

    with pytest.raises(Refused):
        await undoing.undo(other, decision)
    await db.execute("update decision set created_at = now() - interval '31 seconds' where id = $1", decision)
    with pytest.raises(Refused):
        await undoing.undo(moderator, decision)


async def test_nobody_decides_about_themselves_or_what_they_reported(app: Litestar) -> None:
    author = await make.member(role="moderator")
    comment, item = await reported(author)
    other = await make.member(role="moderator")
    await reports.report(ReportInput("comment", comment, "civility", "", other))

    for one in (author, other):
        with pytest.raises(Forbidden):
            await decisions.decide(one, await choice(item))


async def test_only_an_admin_sanctions_staff(app: Litestar) -> None:
    _, item = await reported(await make.member(role="moderator"))

    with pytest.raises(Forbidden):
        await decisions.decide(await make.member(role="moderator"), await choice(item, "silence", days=3))
    await decisions.decide(await make.member(role="admin"), await choice(item, "silence", days=3))


async def test_a_decision_made_meanwhile_is_reported(app: Litestar) -> None:
    _, item = await reported(await make.member())
    seen = await choice(item)
    await decisions.decide(await make.member(role="moderator"), seen)

    with pytest.raises(Stale):
        await decisions.decide(await make.member(role="moderator"), seen)


async def test_a_suspension_ends_all_sessions_and_a_permanent_one_takes_two(app: Litestar) -> None:
    author = await make.member()
    first, second = await make.member(role="moderator"), await make.member(role="moderator")
    _, item = await reported(author)

    decision = await decisions.decide(first, await choice(item, "suspend"))
    assert await db.value("select state from member where id = $1", author.id) == "active"
    with pytest.raises(Forbidden):
        await second_approval.approve(first, decision)
    await second_approval.approve(second, decision)

    assert await db.value("select state from member where id = $1", author.id) == "suspended"
    assert await db.value("select state from queue_item where id = $1", item) == "done"


async def test_an_overturned_decision_brings_everything_back(app: Litestar) -> None:
    first, second = await make.member(role="moderator"), await make.member(role="moderator")
    comment, item = await reported(await make.member("jonas"))
    decision = await decisions.decide(first, await choice(item))
    appeal = await appeals.file(decision=decision, text="It was a quotation.")

    with pytest.raises(Forbidden):
        await appeals.decide(first, appeal, outcome="overturned", answer="No.")
    await appeals.decide(second, appeal, outcome="overturned", answer="It was a quotation indeed.")

    assert await state_of(comment) == "visible"
    assert await db.value("select state from decision where id = $1", decision) == "overturned"
    assert "quotation indeed" in await db.value("select text from mail where kind = $1", f"appeal.{appeal}")


async def test_a_decision_is_appealed_once_and_for_half_a_year(app: Litestar) -> None:
    moderator = await make.member(role="moderator")
    _, item = await reported(await make.member())
    decision = await decisions.decide(moderator, await choice(item))
    await appeals.file(decision=decision, text="Why?")

    with pytest.raises(Refused, match="already appealed"):
        await appeals.file(decision=decision, text="Why?")
    await db.execute("delete from appeal")
    await db.execute("update decision set created_at = now() - interval '184 days'")
    with pytest.raises(Refused, match="six months"):
        await appeals.file(decision=decision, text="Why?")


async def test_reports_that_were_declined_weigh_less(app: Litestar) -> None:
    reporter, moderator = await make.member(), await make.member(role="moderator")
    weights = []
    for _ in range(3):
        comment = await make.comment(await make.thread(), await make.member())
        await reports.report(ReportInput("comment", comment, "civility", "", reporter))
        item = await db.value("select id from queue_item where target = $1 and kind = 'comment'", comment)
        weights.append(await db.value("select weight from report where item = $1", item))
        await decisions.decide(moderator, await choice(item, "approve", guideline=None))

    assert weights[0] == 1.0 and weights[0] > weights[1] > weights[2]


async def test_visitors_report_what_is_illegal_and_nothing_else(app: Litestar) -> None:
    comment = await make.comment(await make.thread(), await make.member())

    await reports.report(ReportInput("comment", comment, "illegal", "A threat.", None, "Ada", "ada@example.org"))
    with pytest.raises(Forbidden):
        await reports.report(ReportInput("comment", comment, "civility", "Rude.", None, "Ada", "ada@example.org"))


@pytest.mark.committed
async def test_one_of_many_simultaneous_decisions_counts(app: Litestar) -> None:
    staff = [await make.member(role="moderator") for _ in range(8)]
    _, item = await reported(await make.member())
    seen = await choice(item)

    done = await asyncio.gather(*(decisions.decide(one, seen) for one in staff), return_exceptions=True)

    assert [type(one) for one in done].count(int) == 1
    assert all(isinstance(one, (int, Stale)) for one in done)
    assert await db.value("select count(*) from mod_action where target = (select target from queue_item)") == 1


async def test_the_record_is_whole_and_cannot_be_changed(app: Litestar) -> None:
    moderator = await make.member(role="moderator")
    for _ in range(3):
        _, item = await reported(await make.member())
        await decisions.decide(moderator, await choice(item))
    assert (await modlog.verify()).broken is None

    async with make.as_owner():
        await db.execute("alter table mod_action disable trigger mod_action_forgets")
        await db.execute("update mod_action set reason = 'another' where id = 2")

    assert (await modlog.verify()).broken == 2
