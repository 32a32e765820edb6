"""Moderators propose statements, merge those that say the same, and remove one alone; the deck is public."""

import httpx
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.discussion.statements import queries
from parley.discussion.statements.ops import set_statement
from parley.moderation.appeals import ops as appeals
from parley.moderation.decisions import queries as decisions
from parley.moderation.decisions.rules import Choice
from parley.moderation.statements import ops
from parley.moderation.statements import queries as moderated
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Forbidden, Refused
from tests import make

pytestmark = pytest.mark.anyio

SAID = "Machines answer before they have understood."
GROUND = {"rule": "civility", "reason": "It insults a member."}
CHOICE = Choice(0, 0, "statement", GROUND["rule"], GROUND["reason"])


@pytest.fixture
async def author(app: Litestar) -> Viewer:
    return await make.member("mira")


@pytest.fixture
async def comment(author: Viewer) -> int:
    return await make.comment(await make.thread(), author, statement=SAID)


async def deck(client: httpx.AsyncClient, comment: int) -> str:
    thread = await db.value("select thread from comment where id = $1", comment)
    return (await client.get(f"/t/{thread}/deck")).text


async def test_everybody_reads_the_deck(client: httpx.AsyncClient, comment: int) -> None:
    page = await deck(client, comment)

    assert SAID in page
    assert "merge" not in page and "Propose" not in page


async def test_a_blocked_authors_statement_is_not_on_the_page(
    client: httpx.AsyncClient, comment: int, author: Viewer
) -> None:
    ben = await make.member("ben")
    await make.block(ben, author)
    await make.sign_in(client, ben)

    assert SAID not in await deck(client, comment)


async def test_the_statement_of_a_collapsed_comment_is_not_asked(client: httpx.AsyncClient, comment: int) -> None:
    await db.execute("update comment set collapsed = 'Off topic' where id = $1", comment)
    thread = await db.value("select thread from comment where id = $1", comment)

    assert SAID not in (await client.get(f"/t/{thread}/answer")).text
    assert SAID not in await deck(client, comment)


async def test_a_moderator_merges_and_separates(client: httpx.AsyncClient, comment: int) -> None:
    thread = await db.value("select thread from comment where id = $1", comment)
    same = await make.comment(thread, await make.member(), statement="They answer first.")
    await make.sign_in(client, await make.member(role="moderator"))

    assert (await client.post(f"/c/{same}/statement/merge", data={"kept": str(comment)})).status_code == 303
    assert [one.comment for one in await queries.deck(thread)] == [comment]
    assert f"Merged into “<bdi>{SAID}</bdi>”" in await deck(client, comment)
    assert "merged into another" in (await client.get("/log")).text

    wrong = await client.post(f"/c/{comment}/statement/merge", data={"kept": str(same)})
    assert wrong.status_code == 422 and "itself" in wrong.text
    assert (await client.post(f"/c/{same}/statement/merge", data={"kept": ""})).status_code == 303
    assert len(await queries.deck(thread)) == 2


@pytest.mark.parametrize("role", ["member", "visitor"])
async def test_these_pages_do_not_exist_for_other_members(client: httpx.AsyncClient, comment: int, role: str) -> None:
    if role == "member":
        await make.sign_in(client, await make.member())

    for address in (f"/c/{comment}/statement/merge", f"/c/{comment}/statement/remove"):
        assert (await client.post(address, data=GROUND | {"kept": "1"})).status_code == 404
    assert await db.value("select statement from comment where id = $1", comment) == SAID


async def test_a_moderator_removes_a_statement_alone(client: httpx.AsyncClient, comment: int, author: Viewer) -> None:
    await make.vote(await make.member(), comment, "agreement", 1)
    await editing.edit_comment(viewer=author, comment_id=comment, body="Other words.")
    await make.sign_in(client, await make.member(role="moderator"))
    assert SAID in (await client.get(f"/c/{comment}/statement/remove")).text

    answer = await client.post(f"/c/{comment}/statement/remove", data=GROUND)

    assert answer.status_code == 303
    row = await db.value("select array[statement, state] from comment where id = $1", comment)
    assert row == [None, "visible"]
    assert await db.value("select agrees from comment where id = $1", comment) == 0
    assert "A statement was removed" in (await client.get("/log")).text
    await make.sign_in(client, author)
    assert SAID not in (await client.get(f"/c/{comment}/history")).text
    reasons = await client.get(f"/decision/{await decisions.about_comment(author.id, comment)}")
    assert "Your statement was removed" in reasons.text and SAID in reasons.text
    letters = await db.values("select text from mail where recipient = $1", "mira@example.org")
    assert any("Your statement was removed. Your comment stays." in text for text in letters)


async def test_a_removal_needs_a_rule_and_a_reason(client: httpx.AsyncClient, comment: int) -> None:
    await make.sign_in(client, await make.member(role="moderator"))

    answer = await client.post(f"/c/{comment}/statement/remove", data={"rule": "civility", "reason": ""})
    other = await client.post(f"/c/{comment}/statement/remove", data={"rule": "", "reason": "Typed words."})

    assert answer.status_code == other.status_code == 422
    assert "Please give a reason" in answer.text
    assert "choose the rule" in other.text and "Typed words." in other.text
    assert await db.value("select statement from comment where id = $1", comment) == SAID


async def test_an_appeal_restores_the_statement(comment: int, author: Viewer) -> None:
    decision = await ops.remove(await make.member(role="moderator"), comment, CHOICE)
    await appeals.file(decision=decision, text="It insults nobody.")
    appeal = await db.value("select id from appeal where decision = $1", decision)
    other = await make.member(role="moderator")

    await appeals.assign(other, appeal)
    await appeals.decide(other, appeal, outcome="overturned", answer="It does not.")

    assert await db.value("select statement from comment where id = $1", comment) == SAID


async def test_a_new_statement_stays_when_the_old_one_is_given_back(comment: int, author: Viewer) -> None:
    decision = await ops.remove(await make.member(role="moderator"), comment, CHOICE)
    await set_statement(author, comment, "They answer first.")
    await appeals.file(decision=decision, text="It insults nobody.")
    appeal = await db.value("select id from appeal where decision = $1", decision)
    other = await make.member(role="moderator")

    await appeals.assign(other, appeal)
    await appeals.decide(other, appeal, outcome="overturned", answer="It does not.")

    assert await db.value("select statement from comment where id = $1", comment) == "They answer first."


async def test_nobody_removes_their_own_by_a_decision(client: httpx.AsyncClient, app: Litestar) -> None:
    ada = await make.member("ada", role="moderator")
    own = await make.comment(await make.thread(), ada, statement=SAID)
    await make.sign_in(client, ada)

    answer = await client.post(f"/c/{own}/statement/remove", data=GROUND)

    assert answer.status_code == 403 and "about you" in answer.text


async def test_nothing_is_proposed_to_a_member_whose_account_was_closed(app: Litestar) -> None:
    gone, ada, thread = await make.member(), await make.member(role="moderator"), await make.thread()
    closed, listed = await make.comment(thread, gone), await make.comment(thread, await make.member())
    await make.put_state("member", gone.id, "anonymised")

    assert [row.comment for row in await moderated.without_statement(thread)] == [listed]
    with pytest.raises(Refused, match="account was closed"):
        await ops.propose(ada, closed, SAID)


async def test_a_new_proposal_replaces_the_one_that_waits(app: Litestar) -> None:
    author, ada = await make.member(), await make.member(role="moderator")
    comment = await make.comment(await make.thread(), author)
    await ops.propose(ada, comment, SAID)
    first = await queries.one(comment)
    await ops.propose(ada, comment, "They answer first.")

    waiting = await queries.one(comment)

    assert first is not None and waiting is not None
    assert waiting.proposed == "They answer first."
    assert await db.value("select count(*) from statement_proposal") == 1


async def test_members_neither_propose_nor_merge(app: Litestar) -> None:
    comment = await make.comment(await make.thread(), await make.member())
    for act in (ops.propose(await make.member(), comment, SAID), ops.merge(await make.member(), comment, comment)):
        with pytest.raises(Forbidden):
            await act


async def test_a_merged_statement_is_not_asked(app: Litestar) -> None:
    thread, ada = await make.thread(), await make.member(role="moderator")
    one, two, three = [await make.comment(thread, await make.member(), statement=f"It is {n}.") for n in range(3)]

    await ops.merge(ada, one, two)
    await ops.merge(ada, two, three)

    assert [each.comment for each in await queries.deck(thread)] == [three]
    await ops.separate(ada, two)
    assert {each.comment for each in await queries.deck(thread)} == {two, three}
    kept = "select action from mod_action where action like 'statement.%' order by id"
    assert await db.values(kept) == ["statement.merge", "statement.merge", "statement.separate"]


async def test_statements_of_two_threads_are_not_merged(app: Litestar) -> None:
    ada, author = await make.member(role="moderator"), await make.member()
    here, there = [await make.comment(await make.thread(), author, statement=SAID) for _ in range(2)]

    for kept in (there, here):
        with pytest.raises(Refused):
            await ops.merge(ada, here, kept)
