"""One decision in ten is looked at by somebody who does not know it, and the overview says how far they agree (R10)."""

from itertools import pairwise

import httpx
import pytest
from litestar import Litestar

import make
from modqueue.reported import INSULT, decided, reported
from parley.appeals import ops as appeals
from parley.appeals import second_look_queries as queries
from parley.appeals import second_looks
from parley.comments import editing
from parley.core import db
from parley.core.errors import Refused
from parley.core.http.access import Viewer
from parley.dashboard import stats
from parley.dashboard.stats import agreement
from parley.decisions import second_approval, undoing
from parley.decisions.rules import JUDGEMENTS, Stale

pytestmark = pytest.mark.anyio

PASSED = "update decision set created_at = created_at - interval '2 hours'"
ANSWERED = "update report set resolved_at = resolved_at - interval '2 hours'"


@pytest.fixture(autouse=True)
def every(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every decision is looked at twice."""
    monkeypatch.setattr(queries, "SAMPLED_OF_256", 256)


async def staff(role: str = "moderator") -> Viewer:
    return await make.member(role=role)


async def earlier(action: str = "remove", author: Viewer | None = None, *, by: Viewer | None = None) -> int:
    """A decision made two hours ago about what somebody reported."""
    decision = await decided(await reported(author, by=by), await staff(), action, days=3)
    await db.execute(PASSED)
    await db.execute(ANSWERED)
    return decision


async def comment_of(decision: int) -> int:
    target: int = await db.value(
        "select i.target from decision d join queue_item i on i.id = d.item where d.id = $1", decision
    )
    return target


async def test_the_second_reads_the_comment_and_why_it_came_and_nothing_of_the_outcome(
    client: httpx.AsyncClient,
) -> None:
    decision = await earlier("collapse")
    await make.sign_in(client, await staff())

    page = (await client.get("/mod/second-looks")).text

    assert INSULT in page and "Argue with the case" in page and "It insults me." in page
    first = await db.value("select m.name from decision d join member m on m.id = d.moderator")
    for told in ("It insults somebody.", "collapsed", "upheld", f">{first}<", f"/decision/{decision}"):
        assert told not in page


@pytest.mark.parametrize("action", ["approve", "remove", "collapse", "warn", "silence", "suspend"])
async def test_whatever_was_decided_the_page_is_the_same(client: httpx.AsyncClient, action: str) -> None:
    author, other = await make.member("jonas"), await make.member("erik")
    await make.sign_in(client, await staff())
    await earlier("remove", author)
    await make.sign_in(client, second := await staff())
    removed = await queries.next_case(second)
    await second_looks.save_judgement(second, removed.decision if removed else 0, "remove")

    await earlier(action, other)
    case = await queries.next_case(second)

    assert removed is not None and case is not None
    assert (case.words.state, case.words.collapsed, case.words.body) == ("visible", None, removed.words.body)
    assert (case.reports, case.hits) == (removed.reports, removed.hits)


async def test_a_proposal_counts_from_its_approval_and_shows_the_reports_that_it_answered(app: Litestar) -> None:
    second = await staff()
    proposal = await decided(await reported(), await staff(), "suspend")
    await db.execute("update decision set created_at = created_at - interval '1 day'")
    await second_approval.approve(await staff(), proposal)
    assert await queries.count_waiting(second) == 0

    async with make.as_owner():
        await db.execute("alter table mod_action disable trigger user")
        await db.execute("update mod_action set at = at - interval '2 hours'")
        await db.execute("alter table mod_action enable trigger user")

    case = await queries.next_case(second)
    assert case is not None and [report.text for report in case.reports] == ["It insults me."]


async def test_what_one_would_have_done_is_kept_and_changes_nothing(client: httpx.AsyncClient) -> None:
    decision = await earlier("collapse")
    await make.sign_in(client, second := await staff())
    entries = await db.value("select count(*) from mod_action")

    answer = await client.post(f"/mod/second-looks/{decision}", data={"judgement": "approve"})
    page = (await client.get(answer.headers["location"])).text

    assert (answer.status_code, answer.headers["location"]) == (303, f"/mod/second-looks?judged={decision}")
    assert "You judged it differently." in page and "It insults somebody." in page and f"/decision/{decision}" in page
    assert "No second looks right now." in page
    assert await db.values("select judgement || moderator from second_look") == [f"approve{second.id}"]
    assert await db.value("select collapsed from comment where id = $1", await comment_of(decision)) is not None
    assert await db.value("select count(*) from mod_action") == entries


async def test_only_who_looked_reads_what_came_out_of_it(client: httpx.AsyncClient) -> None:
    decision = await earlier()
    await second_looks.save_judgement(await staff(), decision, "remove")
    await make.sign_in(client, await staff())

    page = (await client.get(f"/mod/second-looks?judged={decision}")).text

    assert "You both found" not in page and "It insults somebody." not in page


async def test_nobody_looks_at_what_they_had_a_part_in(app: Litestar) -> None:
    author, reporter, heard = await staff(), await staff(), await staff()
    decision = await earlier(author=author, by=reporter)
    first = Viewer(
        id=await db.value("select moderator from decision"), name="", role="moderator", verified=True, session=0
    )
    appeal = await appeals.file(decision=decision, text="It was a quotation.")
    await appeals.assign(heard, appeal)

    for one in (author, reporter, first, heard):
        assert (await queries.count_waiting(one), await queries.next_case(one)) == (0, None)
        with pytest.raises(Stale):
            await second_looks.save_judgement(one, decision, "remove")
    assert await queries.count_waiting(await staff("admin")) == 1


async def test_each_decision_is_looked_at_once(app: Litestar) -> None:
    decision, second, third = await earlier(), await staff(), await staff()
    assert (await queries.count_waiting(second), await queries.count_waiting(third)) == (1, 1)

    await second_looks.save_judgement(second, decision, "remove")

    assert (await queries.count_waiting(second), await queries.count_waiting(third)) == (0, 0)
    with pytest.raises(Stale, match="no longer needs"):
        await second_looks.save_judgement(third, decision, "approve")


async def test_what_is_fresh_old_open_grave_taken_back_or_otherwise_by_now_is_left_out(app: Litestar) -> None:
    second, author = await staff(), await make.member()
    fresh = await decided(await reported(), await staff())
    assert await queries.count_waiting(second) == 0
    await earlier()
    assert await queries.count_waiting(second) == 2
    await db.execute("update decision set created_at = now() - interval '31 days' where id = $1", fresh)
    assert await queries.count_waiting(second) == 1

    await earlier("escalate")
    await db.execute("update report set guideline = 'illegal' where item = $1", await reported())
    edited = await comment_of(await earlier("approve", author))
    await editing.edit_comment(viewer=author, comment_id=edited, body="What is meant.")
    deleted = await comment_of(await earlier("approve", author))
    await editing.delete_comment(viewer=author, comment_id=deleted)
    mo = await staff()
    await undoing.undo(mo, await decided(await reported(), mo))
    grave = await earlier()
    await db.execute(
        "update report set guideline = 'illegal' where item = (select item from decision where id = $1)", grave
    )
    await db.execute(PASSED)

    assert await queries.count_waiting(second) == 1


async def test_one_in_ten_comes_and_nobody_can_foresee_which(monkeypatch: pytest.MonkeyPatch, app: Litestar) -> None:
    monkeypatch.undo()
    sampled = "select n from generate_series(1, 2000) n where get_byte(sha256(int8send(n)), 0) < $1 order by n"

    chosen = await db.values(sampled, queries.SAMPLED_OF_256)

    assert 160 < len(chosen) < 240
    assert len({later - before for before, later in pairwise(chosen)}) > 20


@pytest.mark.parametrize("action", ["", "escalate", "lock", "burn"])
async def test_a_choice_that_is_none_is_refused_with_the_page(client: httpx.AsyncClient, action: str) -> None:
    decision = await earlier()
    await make.sign_in(client, await staff())

    answer = await client.post(f"/mod/second-looks/{decision}", data={"judgement": action})

    assert answer.status_code == 422 and "Please choose what you would have done." in answer.text
    assert INSULT in answer.text and await db.value("select count(*) from second_look") == 0


@pytest.mark.parametrize("decision", ["0", "x", "999999", "9" * 30])
async def test_what_is_not_there_to_look_at_is_said(client: httpx.AsyncClient, decision: str) -> None:
    await make.sign_in(client, await staff())

    answer = await client.post(f"/mod/second-looks/{decision}", data={"judgement": "remove"})

    assert answer.status_code == 409 and "This decision no longer needs a second look" in answer.text


@pytest.mark.parametrize("role", [None, "member"])
async def test_for_others_there_is_nothing_to_look_at(client: httpx.AsyncClient, role: str | None) -> None:
    decision = await earlier()
    if role:
        await make.sign_in(client, await make.member(role=role))

    assert (await client.get("/mod/second-looks")).status_code == 404
    assert (await client.post(f"/mod/second-looks/{decision}", data={"judgement": "remove"})).status_code == 404


async def test_second_looks_lead_there(client: httpx.AsyncClient) -> None:
    await make.sign_in(client, await staff())
    assert "/mod/second-looks" not in (await client.get("/mod/appeals")).text

    await earlier()

    assert "1 comment is waiting for a second look" in (await client.get("/mod/appeals")).text


async def test_the_overview_says_how_far_they_agree(app: Litestar) -> None:
    second = await staff()
    for action, answer in (("remove", "remove"), ("remove", "collapse"), ("remove", "approve"), ("approve", "approve")):
        await second_looks.save_judgement(second, await earlier(action), answer)

    found = agreement(await stats.queries.second_looks(await db.value("select now() - interval '1 day'")))

    assert found.summary == "4 decisions were given a second look: 3 found the same, 2 chose the same action."
    assert found.rows == [["Removed", "3", "2", "1"], ["Approved", "1", "1", "1"]]
    assert [(one.name, one.words) for one in found.shares] == [
        ("Breaks a rule, or not", "75%"),
        ("The same action", "50%"),
    ]


async def test_what_is_no_judgement_cannot_be_one(app: Litestar) -> None:
    assert set(JUDGEMENTS) == {"approve", "remove", "collapse", "warn", "silence", "suspend"}
    with pytest.raises(Refused):
        await second_looks.save_judgement(await staff(), await earlier(), None)
