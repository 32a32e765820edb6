"""Second looks: which decisions are sampled, what the moderator sees, and the figure of agreement (R10)."""

from itertools import pairwise

import httpx
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.moderation.appeals import ops as appeals
from parley.moderation.appeals import second_look_queries as queries
from parley.moderation.appeals.ops import save_judgement
from parley.moderation.appeals.rules import JUDGEMENTS
from parley.moderation.dashboard import stats
from parley.moderation.dashboard.stats import agreement
from parley.moderation.decisions import second_approval
from parley.moderation.decisions.rules import Stale
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Refused
from tests import make
from tests.moderation.modqueue.reported import INSULT, decided, reported

pytestmark = pytest.mark.anyio

AGE_DECISIONS = "update decision set created_at = created_at - interval '2 hours'"
AGE_REPORTS = "update report set resolved_at = resolved_at - interval '2 hours'"


@pytest.fixture(autouse=True)
def sample_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every decision gets a second look."""
    monkeypatch.setattr(queries, "SAMPLED_OF_256", 256)


async def staff(role: str = "moderator") -> Viewer:
    return await make.member(role=role)


async def decision_two_hours_ago(
    action: str = "remove", author: Viewer | None = None, *, by: Viewer | None = None
) -> int:
    """A decision made two hours ago about what somebody reported."""
    decision = await decided(await reported(author, by=by), await staff(), action, days=3)
    await db.execute(AGE_DECISIONS)
    await db.execute(AGE_REPORTS)
    return decision


async def comment_of(decision: int) -> int:
    target: int = await db.value(
        "select i.target from decision d join queue_item i on i.id = d.item where d.id = $1", decision
    )
    return target


async def test_the_page_shows_the_comment_and_its_reports_but_not_the_decision(client: httpx.AsyncClient) -> None:
    decision = await decision_two_hours_ago("collapse")
    await make.sign_in(client, await staff())

    page = (await client.get("/mod/queue?kind=second-look")).text

    assert INSULT in page and "Argue with the case" in page and "It insults me." in page
    first = await db.value("select m.name from decision d join member m on m.id = d.moderator")
    for secret in ("It insults somebody.", "collapsed", "upheld", f">{first}<", f"/decision/{decision}"):
        assert secret not in page


@pytest.mark.parametrize("action", ["approve", "remove", "collapse", "warn", "silence", "suspend"])
async def test_a_case_does_not_reveal_the_decision(app: Litestar, action: str) -> None:
    author, other = await make.member("jonas"), await make.member("erik")
    second = await staff()
    await decision_two_hours_ago("remove", author)
    removed = await queries.next_case(second)
    await save_judgement(second, removed.decision if removed else 0, "remove")

    await decision_two_hours_ago(action, other)
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


async def test_a_judgement_is_saved_and_changes_nothing(client: httpx.AsyncClient) -> None:
    decision = await decision_two_hours_ago("collapse")
    await make.sign_in(client, second := await staff())
    entries = await db.value("select count(*) from mod_action")

    response = await client.post(f"/mod/second-looks/{decision}", data={"judgement": "approve"})
    page = (await client.get(response.headers["location"])).text

    assert (response.status_code, response.headers["location"]) == (
        303,
        f"/mod/queue?kind=second-look&judged={decision}",
    )
    assert "You judged it differently." in page and "It insults somebody." in page and f"/decision/{decision}" in page
    assert "No second looks right now." in page
    assert await db.values("select judgement || moderator from second_look") == [f"approve{second.id}"]
    assert await db.value("select collapsed from comment where id = $1", await comment_of(decision)) is not None
    assert await db.value("select count(*) from mod_action") == entries


async def test_only_the_judging_moderator_sees_the_comparison(client: httpx.AsyncClient) -> None:
    decision = await decision_two_hours_ago()
    await save_judgement(await staff(), decision, "remove")
    await make.sign_in(client, await staff())

    page = (await client.get(f"/mod/queue?kind=second-look&judged={decision}")).text

    assert "You both found" not in page and "It insults somebody." not in page


async def test_nobody_looks_at_a_decision_that_they_had_a_part_in(app: Litestar) -> None:
    author, reporter, reviewer = await staff(), await staff(), await staff()
    decision = await decision_two_hours_ago(author=author, by=reporter)
    first = Viewer(
        id=await db.value("select moderator from decision"), name="", role="moderator", verified=True, session=0
    )
    appeal = await appeals.file(decision=decision, text="It was a quotation.")
    await appeals.assign(reviewer, appeal)

    for one in (author, reporter, first, reviewer):
        assert (await queries.count_waiting(one), await queries.next_case(one)) == (0, None)
        with pytest.raises(Stale):
            await save_judgement(one, decision, "remove")
    assert await queries.count_waiting(await staff("admin")) == 1


async def test_each_decision_is_looked_at_once(app: Litestar) -> None:
    decision, second, third = await decision_two_hours_ago(), await staff(), await staff()
    assert (await queries.count_waiting(second), await queries.count_waiting(third)) == (1, 1)

    await save_judgement(second, decision, "remove")

    assert (await queries.count_waiting(second), await queries.count_waiting(third)) == (0, 0)
    with pytest.raises(Stale, match="no longer needs"):
        await save_judgement(third, decision, "approve")


@pytest.mark.parametrize(
    "why", ["fresh", "old", "escalated", "undone", "sensitive", "reported again", "edited", "deleted"]
)
async def test_unsuitable_decisions_are_left_out_of_the_sample(app: Litestar, why: str) -> None:
    second, author = await staff(), await make.member()
    decision = await decision_two_hours_ago("approve", author)
    comment = await comment_of(decision)
    assert await queries.count_waiting(second) == 1

    match why:
        case "fresh":
            await db.execute("update decision set created_at = now()")
        case "old":
            await db.execute("update decision set created_at = now() - interval '31 days'")
        case "escalated":
            await db.execute("update decision set action = 'escalate'")
        case "undone":
            await db.execute("update decision set state = 'undone'")
        case "sensitive":
            await db.execute("update report set guideline = 'illegal'")
        case "reported again":
            await reports.report(ReportInput("comment", comment, "civility", "Again.", await make.member()))
        case "edited":
            await editing.edit_comment(viewer=author, comment_id=comment, body="What is meant.")
        case "deleted":
            await editing.delete_comment(viewer=author, comment_id=comment)

    assert await queries.count_waiting(second) == 0


async def test_about_one_decision_in_ten_is_sampled_without_a_pattern(
    monkeypatch: pytest.MonkeyPatch, app: Litestar
) -> None:
    monkeypatch.undo()
    select_sampled = f"select id from generate_series(1, 2000) id where {queries.HASH_BYTE} < $1 order by id"

    sampled = await db.values(select_sampled, queries.SAMPLED_OF_256)

    assert 160 < len(sampled) < 240
    assert len({later - before for before, later in pairwise(sampled)}) > 20


@pytest.mark.parametrize("action", ["", "escalate", "lock", "burn"])
async def test_an_unknown_judgement_is_refused_and_the_page_shown_again(client: httpx.AsyncClient, action: str) -> None:
    decision = await decision_two_hours_ago()
    await make.sign_in(client, await staff())

    response = await client.post(f"/mod/second-looks/{decision}", data={"judgement": action})

    assert response.status_code == 422 and "Please choose what you would have done." in response.text
    assert INSULT in response.text and await db.value("select count(*) from second_look") == 0


@pytest.mark.parametrize("decision", ["0", "x", "999999", "9" * 30])
async def test_judging_a_decision_that_does_not_exist_is_refused(client: httpx.AsyncClient, decision: str) -> None:
    await make.sign_in(client, await staff())

    response = await client.post(f"/mod/second-looks/{decision}", data={"judgement": "remove"})

    assert response.status_code == 404


@pytest.mark.parametrize("role", [None, "member"])
async def test_only_moderators_find_second_looks(client: httpx.AsyncClient, role: str | None) -> None:
    decision = await decision_two_hours_ago()
    if role:
        await make.sign_in(client, await make.member(role=role))

    assert (await client.get("/mod/queue?kind=second-look")).status_code == 404
    assert (await client.post(f"/mod/second-looks/{decision}", data={"judgement": "remove"})).status_code == 404


async def test_the_queue_says_how_many_second_looks_there_are(client: httpx.AsyncClient) -> None:
    await make.sign_in(client, await staff())
    assert "No second looks right now" in (await client.get("/mod/queue?kind=second-look")).text

    await decision_two_hours_ago()

    assert "1 comment is waiting for a second look" in (await client.get("/mod/queue?kind=second-look")).text


async def test_the_overview_shows_how_far_they_agree(app: Litestar) -> None:
    second = await staff()
    for action, judgement in (
        ("remove", "remove"),
        ("remove", "collapse"),
        ("remove", "approve"),
        ("approve", "approve"),
    ):
        await save_judgement(second, await decision_two_hours_ago(action), judgement)

    found = agreement(await stats.queries.second_looks(await db.value("select now() - interval '1 day'")))

    assert found.summary == "4 decisions were given a second look: 3 found the same, 2 chose the same action."
    assert found.rows == [["Removed", "3", "2", "1"], ["Kept up", "1", "1", "1"]]
    assert [(one.name, one.words) for one in found.shares] == [
        ("Breaks a rule, or not", "75%"),
        ("The same action", "50%"),
    ]


async def test_a_missing_judgement_is_refused(app: Litestar) -> None:
    assert set(JUDGEMENTS) == {"approve", "remove", "collapse", "warn", "silence_topic", "silence", "suspend"}
    with pytest.raises(Refused):
        await save_judgement(await staff(), await decision_two_hours_ago(), None)
