"""Silences and suspensions: the strictest in force counts; some wait for a second approval."""

import pytest
from litestar import Litestar

from parley.moderation.appeals import queries as queries_of_appeals
from parley.moderation.decisions import second_approval, undoing
from parley.moderation.decisions.rules import Stale
from parley.moderation.modmembers import ops as modmembers
from parley.own_data.erasure import ops as erasure
from parley.people.accounts import queries
from parley.people.accounts.queries import Account
from parley.people.accounts.states import REACTIVATE_MEMBER
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Forbidden, Refused
from tests import make
from tests.moderation.modqueue.reported import decided, reported, sanctioned, state_of_target

pytestmark = pytest.mark.anyio

STANDING = """
select state || coalesce(' ' || round(extract(epoch from state_until - now()) / 86400), '') from member where id = $1
"""


async def staff(role: str = "moderator") -> Viewer:
    return await make.member(role=role)


async def standing(member: Viewer) -> str:
    """A member's state, and the days it lasts."""
    found: str = await db.value(STANDING, member.id)
    return found


async def test_undoing_the_longer_of_two_silences_gives_back_the_very_moment_the_other_ends(app: Litestar) -> None:
    author, mo = await make.member(), await staff()
    await decided(await reported(author), mo, "silence", days=3)
    ends = await db.value("select state_until from member where id = $1", author.id)

    longer = await decided(await reported(author), mo, "silence", days=7)
    await undoing.undo(mo, longer)

    assert await db.value("select state_until from member where id = $1", author.id) == ends


async def test_the_strictest_sanction_counts_and_the_others_stay(app: Litestar) -> None:
    author, mo = await make.member(), await staff()
    await decided(await reported(author), mo, "silence", days=30)
    suspension = await decided(await reported(author), mo, "suspend", days=3)
    assert await standing(author) == "suspended 3"
    await decided(await reported(author), mo, "silence", days=7)
    assert await standing(author) == "suspended 3"

    await undoing.undo(mo, suspension)

    assert await standing(author) == "silenced 30"


async def test_the_member_has_the_reason_of_the_sanction(app: Litestar) -> None:
    author, mo = await make.member(), await staff()
    silence = await decided(await reported(author), mo, "silence", days=3)
    assert await db.value("select state_reason from member where id = $1", author.id) == "It insults somebody."

    await undoing.undo(mo, silence)

    assert await db.value("select state_reason from member where id = $1", author.id) == ""


@pytest.mark.parametrize("state", ["unverified", "deactivated"])
async def test_a_member_who_cannot_write_is_not_sanctioned(app: Litestar, state: str) -> None:
    author = await make.member()
    item = await reported(author)
    await make.put_state("member", author.id, state)

    with pytest.raises(Refused, match="so they cannot write"):
        await decided(item, await staff(), "suspend", days=3)

    assert await db.value("select count(*) from decision") == 0


async def test_the_record_is_about_the_member_whom_a_decision_concerns(app: Litestar) -> None:
    author = await make.member()
    await decided(await reported(author), await staff(), "silence", days=3)

    assert await db.value("select kind || target from mod_action") == f"member{author.id}"


@pytest.mark.parametrize("days", [None, 3])
async def test_a_member_who_left_comes_back_without_a_silence_that_has_ended(app: Litestar, days: int | None) -> None:
    author, mo = await make.member(), await staff()
    await decided(await reported(author), mo, "silence", days=days)
    await erasure.deactivate(await account(author))

    await modmembers.lift(mo, author.id, "It was a mistake.")
    await db.execute(REACTIVATE_MEMBER, author.id)

    assert await standing(author) == "active"
    assert await db.value("select state_reason from member where id = $1", author.id) == ""


async def test_a_member_who_left_comes_back_with_the_silence_that_is_in_force(app: Litestar) -> None:
    author, mo = await make.member(), await staff()
    await decided(await reported(author), mo, "silence", days=3)
    longer = await decided(await reported(author), mo, "silence")
    await erasure.deactivate(await account(author))

    await undoing.undo(mo, longer)
    await db.execute(REACTIVATE_MEMBER, author.id)

    assert await standing(author) == "silenced 3"


async def account(member: Viewer) -> Account:
    found = await queries.account(member.id)
    assert found is not None
    return found


async def proposed() -> tuple[int, Viewer, Viewer]:
    """A permanent suspension that waits for a second moderator; its proposer, and the member concerned."""
    author, first = await make.member(), await staff()
    await staff()
    return await decided(await reported(author), first, "suspend"), first, author


async def test_what_takes_two_comes_into_force_with_the_second_approval(app: Litestar) -> None:
    decision, _, author = await proposed()
    assert await standing(author) == "active"

    await second_approval.approve(await staff(), decision)

    assert await standing(author) == "suspended"
    assert await db.values("select action from mod_action order by id") == ["suspend", "proposal.approved"]
    with pytest.raises(Stale):
        await second_approval.approve(await staff(), decision)


async def test_the_proposer_cannot_undo_an_approved_proposal(app: Litestar) -> None:
    decision, first, author = await proposed()
    await second_approval.approve(await staff(), decision)

    with pytest.raises(Refused, match="can no longer be undone"):
        await undoing.undo(first, decision)

    assert await standing(author) == "suspended"


async def test_a_removal_is_undone_though_the_sanction_beside_it_was_rejected(app: Litestar) -> None:
    author, first = await make.member(), await staff()
    second, item = await staff(), await reported(author)
    proposal = await sanctioned(item, first, author, "suspend", None)
    await second_approval.reject(second, proposal, "A month is enough.")

    await undoing.undo(first, proposal - 1)

    assert await state_of_target(item) == "visible"


async def test_neither_proposer_nor_reporter_can_approve_it(app: Litestar) -> None:
    author, reporter, first = await make.member(), await staff(), await staff()
    item = await reported(author, by=reporter)
    decision = await decided(item, first, "suspend")

    for one in (first, reporter, await make.member()):
        with pytest.raises(Forbidden):
            await second_approval.approve(one, decision)
        with pytest.raises(Forbidden):
            await second_approval.reject(one, decision, "No.")


async def test_a_reporter_of_the_comment_cannot_approve_the_sanction_beside_its_removal(app: Litestar) -> None:
    author, reporter, first = await make.member(), await staff(), await staff()
    item = await reported(author, by=reporter)
    second = await staff()
    decision = await sanctioned(item, first, author, "suspend", None)

    with pytest.raises(Forbidden, match="You reported this yourself"):
        await second_approval.approve(reporter, decision)
    assert await queries_of_appeals.proposal_for(reporter, decision) is None
    await second_approval.approve(second, decision)

    assert await standing(author) == "suspended"


async def test_such_a_sanction_does_not_wait_where_only_the_reporter_could_approve_it(app: Litestar) -> None:
    author, first = await make.member(), await staff()

    await sanctioned(await reported(author, by=await staff()), first, author, "suspend", None)

    assert await standing(author) == "suspended"


async def test_the_second_moderator_can_reject_it_with_a_reason(app: Litestar) -> None:
    decision, _, author = await proposed()
    with pytest.raises(Refused):
        await second_approval.reject(await staff(), decision, " ")

    await second_approval.reject(await staff(), decision, "A month is enough.")

    assert await standing(author) == "active"
    assert await db.value("select state from decision where id = $1", decision) == "rejected"
    assert await db.value("select state from queue_item") == "open"
    assert await db.value("select reason from mod_action order by id desc limit 1") == "A month is enough."
    assert await db.value("select count(*) from mail where kind not like 'receipt.%'") == 0


async def test_another_decision_meanwhile_supersedes_the_proposal(app: Litestar) -> None:
    decision, _, author = await proposed()
    item = await db.value("select item from decision")

    await decided(item, await staff(), "remove")

    assert await state_of_target(item) == "removed" and await standing(author) == "active"
    with pytest.raises(Stale):
        await second_approval.approve(await staff(), decision)


async def test_a_proposal_by_a_former_moderator_cannot_be_approved(app: Litestar) -> None:
    decision, first, author = await proposed()
    await db.execute("update member set role = 'member' where id = $1", first.id)

    with pytest.raises(Refused, match="can no longer decide it"):
        await second_approval.approve(await staff(), decision)

    assert await standing(author) == "active"


async def test_nobody_is_warned_about_a_comment_whose_author_is_not_a_member(app: Litestar) -> None:
    item, mo = await reported(), await staff()
    await db.execute("update comment set author = null, imported_author = 'far_away'")

    with pytest.raises(Refused):
        await decided(item, mo, "warn")

    assert await db.value("select state from report") == "open"


async def test_one_moderator_is_enough_where_there_is_no_second(app: Litestar) -> None:
    author = await make.member()

    await decided(await reported(author), await staff(), "suspend")

    assert await standing(author) == "suspended"


async def test_one_moderator_is_enough_where_the_only_other_one_reported_it(app: Litestar) -> None:
    author = await make.member()

    await decided(await reported(author, by=await staff()), await staff(), "suspend")

    assert await standing(author) == "suspended"


async def test_only_admins_approve_sanctions_of_staff(app: Litestar) -> None:
    author, first, second = await staff(), await staff("admin"), await staff("admin")
    decision = await decided(await reported(author), first, "suspend")

    with pytest.raises(Forbidden):
        await second_approval.approve(await staff(), decision)
    await second_approval.approve(second, decision)

    assert await standing(author) == "suspended"
