"""Appeals: who may review them, and what overturning and modifying a decision do."""

import asyncio
import contextvars

import asyncpg
import httpx
import pytest
from litestar import Litestar

from parley.moderation.appeals import ops as appeals
from parley.moderation.decisions import rows, second_approval, undoing
from parley.moderation.decisions.rules import Stale
from parley.moderation.modlog.replay import contradictions
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Forbidden, NotFound, Refused
from tests import make
from tests.moderation.modqueue.reported import INSULT, decided, reported, state_of_target
from tests.waiting import until_somebody_waits

pytestmark = pytest.mark.anyio

MAKE_OVERDUE = "update appeal set created_at = now() - interval '8 days'"
SHOWN = "select state, reply_count, ups, parent, collapsed from comment where id = $1"


class AppealedDecision:
    """A decision about what jonas wrote, by mo, and the appeal against it."""

    def __init__(self, jonas: Viewer, mo: Viewer, item: int, decision: int, appeal: int) -> None:
        self.jonas, self.mo, self.item, self.decision, self.appeal = jonas, mo, item, decision, appeal


async def case(action: str = "remove", days: int | None = None, *, by: Viewer | None = None) -> AppealedDecision:
    jonas, mo = await make.member(), await make.member(role="moderator")
    item = await reported(jonas, by=by)
    decision = await decided(item, mo, action, days=days)
    return AppealedDecision(
        jonas, mo, item, decision, await appeals.file(decision=decision, text="It was a quotation.")
    )


async def staff(role: str = "moderator") -> Viewer:
    return await make.member(role=role)


async def sign_in(client: httpx.AsyncClient, role: str = "moderator") -> Viewer:
    who = await staff(role)
    await make.sign_in(client, who)
    return who


async def test_an_overturned_removal_comes_back_as_it_was(app: Litestar) -> None:
    author, voter, mo = await make.member(), await make.member(), await staff()
    item = await reported(author)
    comment, thread = await db.value("select target from queue_item"), await db.value("select thread from queue_item")
    await make.comment(thread, voter, "An answer.", parent=comment)
    await make.vote(voter, comment)
    was = await db.value(f"select row(x.*)::text from ({SHOWN}) x", comment)
    decision = await decided(item, mo)
    appeal = await appeals.file(decision=decision, text="It was a quotation.")

    await appeals.decide(await staff(), appeal, outcome="overturned", answer="So it was.")

    assert await db.value(f"select row(x.*)::text from ({SHOWN}) x", comment) == was
    assert await db.value("select state from decision") == "overturned"
    assert await db.value("select kind from event order by id desc limit 1") == "comment.restored"


async def test_those_who_reported_after_the_decision_do_not_get_the_outcome_of_the_appeal(app: Litestar) -> None:
    one, later = await case("warn"), await make.member()
    comment = await db.value("select target from queue_item where id = $1", one.item)
    await reports.report(ReportInput("comment", comment, "civility", "", later))
    await decided(one.item, await staff(), "approve", guideline=None)

    await appeals.decide(await staff(), one.appeal, outcome="upheld", answer="It stands.")

    of_reporter = "select decision from notification where member = $1"
    assert await db.values(of_reporter, later.id) == [await db.value("select max(id) from decision")]


async def test_overturning_declines_the_reports(app: Litestar) -> None:
    first = await case()
    assert await db.value("select outcome from report") == "upheld"

    await appeals.decide(await staff(), first.appeal, outcome="overturned", answer="It was a quotation.")

    assert await db.value("select outcome from report") == "declined"


@pytest.mark.parametrize("later_state", ["in_force", "ended"])
async def test_overturning_leaves_the_reports_that_a_later_decision_answered(app: Litestar, later_state: str) -> None:
    first, reporter, mo = await case("warn"), await make.member(), await staff()
    await db.execute("update decision set created_at = created_at - interval '2 days'")
    await db.execute("update report set resolved_at = resolved_at - interval '2 days'")
    comment = await db.value("select target from queue_item where id = $1", first.item)
    later_report = await reports.report(ReportInput("comment", comment, "civility", "Again.", reporter))
    later = await decided(first.item, mo, "silence", days=1)
    await db.execute("update decision set state = $2 where id = $1", later, later_state)

    await appeals.decide(await staff(), first.appeal, outcome="overturned", answer="It was a quotation.")

    outcomes = await db.values("select outcome from report where id = $1 or outcome = 'upheld'", later_report)
    assert outcomes == ["upheld"]


async def test_overturning_leaves_what_a_later_decision_removed(app: Litestar) -> None:
    first, mo = await case(), await staff()
    await decided(await open_again(first.item), mo, "restore")
    await decided(await open_again(first.item), mo)

    await appeals.decide(await staff(), first.appeal, outcome="overturned", answer="It was a quotation.")

    assert await state_of_target(first.item) == "removed"


@pytest.mark.parametrize(("overturned", "left"), [((0,), "B"), ((1,), "A"), ((0, 1), None), ((1, 0), None)])
async def test_a_comment_is_collapsed_as_long_as_one_decision_says_so(
    app: Litestar, overturned: tuple[int, ...], left: str | None
) -> None:
    item, mo = await reported(), await staff()
    made = [await decided(await open_again(item), mo, "collapse", reason=reason) for reason in ("A", "B")]

    for decision in overturned:
        appeal = await appeals.file(decision=made[decision], text="It was a quotation.")
        await appeals.decide(await staff(), appeal, outcome="overturned", answer="It was a quotation.")

    assert await db.value("select collapsed from comment") == left
    assert await contradictions() == []


async def test_approving_ends_a_collapse_and_undoing_that_brings_it_back(app: Litestar) -> None:
    item, mo = await reported(), await staff()
    collapse = await decided(item, mo, "collapse")
    await db.execute("update decision set created_at = created_at - interval '1 hour'")
    approval = await decided(await open_again(item), mo, "approve")
    states = "select state from decision where id = $1"
    was = await db.value(states, collapse), await contradictions()

    await undoing.undo(mo, approval)

    assert was == ("ended", [])
    assert await db.value(states, collapse) == "in_force" and await contradictions() == []
    assert await db.value("select collapsed from comment") == "It insults somebody."


async def open_again(item: int) -> int:
    await db.execute("update queue_item set state = 'open' where id = $1", item)
    return item


async def test_overturning_the_rejection_of_a_held_comment_publishes_it(app: Litestar) -> None:
    item = await reported(await make.member())
    await make.put_state("comment", await db.value("select target from queue_item"), "pending")
    decision = await decided(item, await staff())
    assert await state_of_target(item) == "rejected"
    appeal = await appeals.file(decision=decision, text="Why?")

    await appeals.decide(await staff(), appeal, outcome="overturned", answer="It was fine.")

    assert await state_of_target(item) == "visible"


@pytest.mark.parametrize("what", ["approve", "remove"])
async def test_undoing_returns_a_held_comment_to_the_queue(app: Litestar, what: str) -> None:
    item, mo = await reported(await make.member()), await staff()
    await make.put_state("comment", await db.value("select target from queue_item"), "pending")
    decision = await decided(item, mo, what)

    await undoing.undo(mo, decision)

    assert await state_of_target(item) == "pending"


async def test_a_removal_can_be_changed_to_a_collapse(app: Litestar) -> None:
    one = await case()

    await appeals.decide(await staff(), one.appeal, outcome="modified", answer="Not that bad.", action="collapse")

    assert await state_of_target(one.item) == "visible"
    assert await db.value("select collapsed from comment") == "It insults somebody."
    assert await db.value("select action || ' ' || state from decision") == "collapse in_force"
    change = "select before::text || after::text from mod_action where action = 'appeal.modified'"
    was, now = '{"state": "removed", "collapsed": null}', '{"state": "visible", "collapsed": "It insults somebody."}'
    assert await db.value(change) == was + now


async def test_a_collapse_can_be_changed_to_a_warning(app: Litestar) -> None:
    one = await case("collapse")

    await appeals.decide(await staff(), one.appeal, outcome="modified", answer="Not that bad.", action="warn")

    assert await db.value("select collapsed from comment") is None
    assert await db.value("select action from decision") == "warn"


@pytest.mark.parametrize(
    ("action", "days", "becomes"),
    [("suspend", 3, "suspended 3"), ("silence", 7, "silenced 7"), ("warn", None, "active")],
)
async def test_a_suspension_can_be_shortened(app: Litestar, action: str, days: int | None, becomes: str) -> None:
    one = await case("suspend", 30)

    await appeals.decide(await staff(), one.appeal, outcome="modified", answer="Too long.", action=action, days=days)

    left = "select state || coalesce(' ' || round(extract(epoch from state_until - now()) / 86400), '') from member"
    assert await db.value(f"{left} where id = $1", one.jonas.id) == becomes


@pytest.mark.parametrize(
    ("was", "action", "days"),
    [
        (("silence", 7), "suspend", 3),
        (("silence", 7), "silence", 7),
        (("silence", 7), "silence", None),
        (("remove", None), "remove", None),
        (("remove", None), "", None),
        (("warn", None), "warn", None),
    ],
)
async def test_an_appeal_never_makes_a_decision_stricter(
    app: Litestar, was: tuple[str, int | None], action: str, days: int | None
) -> None:
    one = await case(*was)

    with pytest.raises(Refused):
        await appeals.decide(await staff(), one.appeal, outcome="modified", answer="So.", action=action, days=days)

    assert await db.value("select action from decision") == was[0]
    assert await db.value("select state from appeal") == "filed"


async def test_nobody_who_had_a_part_in_a_decision_reviews_the_appeal(client: httpx.AsyncClient) -> None:
    reporter = await staff()
    # Somebody else can review it.
    await staff()
    one = await case("silence", 7, by=reporter)
    await db.execute("update member set role = 'moderator' where id = $1", one.jonas.id)
    author = make.Viewer(id=one.jonas.id, name=one.jonas.name, role="moderator", verified=True, session=0)

    for who in (one.mo, reporter, author):
        with pytest.raises(Forbidden):
            await appeals.assign(who, one.appeal)
    await db.execute("update member set state = 'active' where id = $1", one.jonas.id)
    for who in (one.mo, reporter, author):
        await make.sign_in(client, who)
        seen = await client.get("/mod/queue?kind=appeal")
        assert "It was a quotation." not in seen.text
        # Grey for those who had a part in it, and absent for the member concerned.
        assert ("Waits for an admin." in seen.text) == (who is not author)
        assert "<b>1</b>" not in seen.text and f'href="/mod/appeals/{one.appeal}' not in seen.text
        assert (await client.get(f"/mod/appeals/{one.appeal}")).status_code == 404
        form = {"outcome": "upheld", "answer": "So."}
        assert (await client.post(f"/mod/appeals/{one.appeal}/decide", data=form)).status_code == 404
        assert (await client.post(f"/mod/appeals/{one.appeal}/assign")).status_code == 404


async def make_ineligible_moderators(one: AppealedDecision) -> None:
    """Moderators who cannot review an appeal: a suspended one, and the member concerned."""
    await make.member(role="moderator", state="suspended")
    await db.execute("update member set role = 'moderator' where id = $1", one.jonas.id)


async def test_a_moderator_with_a_part_reviews_it_where_nobody_else_can_and_the_mail_says_so(
    client: httpx.AsyncClient,
) -> None:
    reporter = await staff()
    one = await case(by=reporter)
    await make_ineligible_moderators(one)
    await make.sign_in(client, one.mo)
    page = await client.get(f"/mod/appeals/{one.appeal}")
    assert "You had a part in this decision" in page.text

    form = {"outcome": "upheld", "answer": "I have read it again."}
    done = await client.post(f"/mod/appeals/{one.appeal}/decide", data=form)

    assert done.status_code == 303
    letter = await db.value("select text from mail order by id desc limit 1")
    assert "Nobody else could review it" in letter and "Another moderator" not in letter


async def test_only_admins_review_appeals_of_staff(client: httpx.AsyncClient) -> None:
    author = await staff()
    decision = await decided(await reported(author), await staff("admin"), "silence", days=3)
    appeal = await appeals.file(decision=decision, text="Please.")

    with pytest.raises(Forbidden):
        await appeals.assign(await staff(), appeal)
    await sign_in(client)
    assert (await client.get(f"/mod/appeals/{appeal}")).status_code == 404
    await sign_in(client, "admin")
    assert (await client.get(f"/mod/appeals/{appeal}")).status_code == 200


async def test_only_admins_review_decisions_about_profiles_of_staff(app: Litestar) -> None:
    author, admin = await staff(), await staff("admin")
    await db.execute("update member set bio = 'I insult people.' where id = $1", author.id)
    await reports.report(ReportInput("member", author.id, "civility", "The bio insults me.", await make.member()))
    item = await db.value("select id from queue_item where kind = 'member'")
    appeal = await appeals.file(decision=await decided(item, admin, "bio"), text="Please.")

    with pytest.raises(Forbidden):
        await appeals.assign(await staff(), appeal)
    await appeals.assign(await staff("admin"), appeal)


async def test_an_assigned_appeal_can_be_taken_over_once_it_is_overdue(app: Litestar) -> None:
    one, first, second = await case(), await staff(), await staff()
    await appeals.assign(first, one.appeal)
    await appeals.assign(first, one.appeal)

    with pytest.raises(Stale):
        await appeals.decide(second, one.appeal, outcome="upheld", answer="So.")
    await db.execute(MAKE_OVERDUE)
    await appeals.decide(second, one.appeal, outcome="upheld", answer="So.")

    assert await db.value("select assigned_to from appeal") == second.id


@pytest.mark.committed
async def test_one_of_many_simultaneous_decisions_on_an_appeal_counts(app: Litestar) -> None:
    one, judges = await case(), [await staff() for _ in range(8)]

    done = await asyncio.gather(
        *(appeals.decide(who, one.appeal, outcome="overturned", answer="So.") for who in judges), return_exceptions=True
    )

    assert [type(each) for each in done].count(Stale) == 7 and done.count(None) == 1
    assert await db.value("select count(*) from mod_action where action = 'appeal.overturned'") == 1


@pytest.mark.committed
async def test_withdrawing_wins_over_a_decision_that_waits_for_its_lock(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, moderator, load = await case(), await staff(), rows.load
    deciding: list[asyncio.Task[None]] = []
    other = await asyncpg.connect(db.DB.config["dsn"])

    async def load_while_another_decides(decision: int, *, lock: bool = False) -> rows.DecisionRow:
        locked = await load(decision, lock=lock)
        if not deciding:
            decide = appeals.decide(moderator, one.appeal, outcome="upheld", answer="So.")
            deciding.append(asyncio.create_task(decide, context=contextvars.Context()))
            await until_somebody_waits(other)
        return locked

    monkeypatch.setattr(rows, "load", load_while_another_decides)
    try:
        await appeals.withdraw(one.decision)
    finally:
        await other.close()

    with pytest.raises(Stale):
        await deciding[0]
    assert await db.value("select state from appeal") == "withdrawn"


async def test_the_list_shows_waiting_and_overdue_appeals(client: httpx.AsyncClient) -> None:
    one = await case()
    proposed = await decided(await reported(await make.member("anna")), await staff(), "suspend")
    await sign_in(client)

    fresh = await client.get("/mod/queue?kind=appeal")
    proposals = await client.get("/mod/queue?kind=approval")
    await db.execute(MAKE_OVERDUE)
    late = await client.get("/mod/queue?kind=appeal")

    assert "It was a quotation." in fresh.text and ">overdue<" not in fresh.text
    assert "Suspend the author" in proposals.text and "Author suspended" not in proposals.text
    assert (
        f'href="/mod/appeals/{one.appeal}?kind=appeal"' in fresh.text
        and f"/mod/decision/{proposed}/second-approval" in proposals.text
    )
    assert ">overdue<" in late.text


async def test_the_appeal_page_shows_the_comment_the_appeal_and_the_history(client: httpx.AsyncClient) -> None:
    one = await case()
    await decided(await reported(one.jonas), await staff(), "warn")
    await sign_in(client)

    page = await client.get(f"/mod/appeals/{one.appeal}")

    for part in (INSULT, "It was a quotation.", "It insults somebody.", "Author warned", "Assign to me"):
        assert part in page.text, part


async def test_an_appeal_is_assigned_and_decided_without_javascript(client: httpx.AsyncClient) -> None:
    one = await case("suspend", 30)
    await sign_in(client)

    taken = await client.post(f"/mod/appeals/{one.appeal}/assign")
    page = await client.get(taken.headers["location"])
    form = {"outcome": "modified", "action": "silence", "until": "7", "answer": "A month was too long."}
    response = await client.post(f"/mod/appeals/{one.appeal}/decide", data=form)
    after = await client.get(f"/mod/appeals/{one.appeal}")

    assert "Assigned to you" in page.text
    assert response.status_code == 303 and "Changed to a milder action" in after.text
    assert await db.value("select state from member where id = $1", one.jonas.id) == "silenced"
    letter = await db.value("select text from mail where kind = $1", f"appeal.{one.appeal}")
    assert "A month was too long." in letter and f"/decision/{one.decision}?key=" in letter


@pytest.mark.parametrize(
    ("form", "mistake"),
    [
        ({"answer": "So."}, "f-outcome-error"),
        ({"outcome": "overturned"}, "f-answer-error"),
        ({"outcome": "no", "answer": "So."}, "f-outcome-error"),
        ({"outcome": "upheld", "answer": "x" * 1_001}, "f-answer-error"),
        ({"outcome": "modified", "action": "remove", "answer": "So."}, "milder"),
        ({"outcome": "modified", "action": "warn", "until": "x", "answer": "So."}, "f-days-error"),
    ],
)
async def test_a_mistake_keeps_the_answer(client: httpx.AsyncClient, form: dict[str, str], mistake: str) -> None:
    one = await case("suspend" if "until" in form else "remove", 30 if "until" in form else None)
    await sign_in(client)

    response = await client.post(f"/mod/appeals/{one.appeal}/decide", data=form)

    assert response.status_code == 422 and mistake in response.text
    assert f"{form.get('answer', '')}</textarea>" in response.text
    assert await db.value("select state from appeal") == "filed"


async def test_an_appeal_assigned_to_another_moderator_cannot_be_decided_and_the_answer_is_kept(
    client: httpx.AsyncClient,
) -> None:
    one, first = await case(), await staff()
    await sign_in(client)
    assert "nobody else can then review it" in (await client.get(f"/mod/appeals/{one.appeal}")).text
    await appeals.assign(first, one.appeal)

    page = await client.get(f"/mod/appeals/{one.appeal}")
    refused = await client.post(f"/mod/appeals/{one.appeal}/decide", data={"outcome": "upheld", "answer": "Mine."})
    await db.execute(MAKE_OVERDUE)
    overdue = await client.get(f"/mod/appeals/{one.appeal}")

    decide = f'action="/mod/appeals/{one.appeal}/decide"'
    assert f"Assigned to <bdi>{first.name}</bdi>" in page.text and decide not in page.text
    assert refused.status_code == 409 and decide not in refused.text
    assert "assigned to another moderator" in refused.text and "Mine.</textarea>" in refused.text
    assert decide in overdue.text and "Another moderator can still take it over." in overdue.text


async def test_deciding_an_already_decided_appeal_shows_the_outcome_and_keeps_the_answer(
    client: httpx.AsyncClient,
) -> None:
    one = await case()
    await appeals.decide(await staff(), one.appeal, outcome="upheld", answer="It stands.")
    await sign_in(client)

    response = await client.post(f"/mod/appeals/{one.appeal}/decide", data={"outcome": "overturned", "answer": "Mine."})

    assert response.status_code == 409 and "It stands." in response.text and "Mine.</textarea>" in response.text


@pytest.mark.parametrize(
    "path", ["/mod/queue?kind=appeal", "/mod/appeals/{appeal}", "/mod/decision/{decision}/second-approval"]
)
async def test_only_staff_see_appeals_and_proposals(client: httpx.AsyncClient, path: str) -> None:
    decision, _, _ = await proposal()
    path = path.format(appeal=(await case()).appeal, decision=decision)

    assert (await client.get(path)).status_code == 404
    await make.sign_in(client, await make.member())
    assert (await client.get(path)).status_code == 404
    await sign_in(client)
    assert (await client.get(path)).status_code == 200
    assert (await client.get("/mod/appeals/x")).status_code == 404
    assert (await client.get("/mod/appeals/999999")).status_code == 404


@pytest.mark.parametrize("where", ["/mod/appeals/{appeal}", "/decision/{decision}"])
async def test_sensitive_comments_are_concealed_until_the_moderator_reveals_them(
    client: httpx.AsyncClient, where: str
) -> None:
    jonas = await make.member()
    item = await reported(jonas, "illegal")
    decision = await decided(item, await staff(), guideline="illegal")
    appeal = await appeals.file(decision=decision, text="It was a quotation.")
    path = where.format(appeal=appeal, decision=decision)
    olga = await sign_in(client)

    concealed = await client.get(path)
    response = await client.post(f"/mod/decision/{decision}/reveal", data={"next": path})
    seen = await client.get(response.headers["location"])
    await client.post(f"/mod/decision/{decision}/reveal", data={"next": "//elsewhere.example"})
    await sign_in(client)
    of_another = await client.get(path)
    await make.sign_in(client, jonas)
    of_the_author = await client.get(f"/decision/{decision}")

    assert INSULT not in concealed.text and f'action="/mod/decision/{decision}/reveal"' in concealed.text
    assert (response.status_code, response.headers["location"]) == (303, path)
    assert INSULT in seen.text and INSULT not in of_another.text and INSULT in of_the_author.text
    assert await db.values("select actor from mod_action where action = 'reveal'") == [olga.id]


async def test_each_moderator_reveals_a_sensitive_comment_for_themselves(client: httpx.AsyncClient) -> None:
    second = await sign_in(client)
    decision = await decided(await reported(ground="illegal"), await staff(), "suspend", guideline="illegal")

    concealed = await client.get(f"/mod/decision/{decision}/second-approval")
    await client.post(f"/mod/decision/{decision}/reveal")
    seen = await client.get(f"/mod/decision/{decision}/second-approval")

    assert INSULT not in concealed.text and INSULT in seen.text
    assert await db.value("select actor from mod_action where action = 'reveal'") == second.id


async def test_revealing_a_decision_that_does_not_exist_is_not_found(client: httpx.AsyncClient) -> None:
    await sign_in(client)

    assert (await client.post("/mod/decision/999999/reveal")).status_code == 404


async def proposal() -> tuple[int, Viewer, Viewer]:
    jonas, mo = await make.member(), await staff()
    # Somebody else can approve it.
    await staff()
    return await decided(await reported(jonas), mo, "suspend"), jonas, mo


async def test_a_second_moderator_approves_a_proposal(client: httpx.AsyncClient) -> None:
    decision, jonas, _ = await proposal()
    await sign_in(client)

    page = await client.get(f"/mod/decision/{decision}/second-approval")
    response = await client.post(f"/mod/decision/{decision}/second-approval", data={"approve": "1"})

    assert INSULT in page.text and f"Suspend {jonas.name} permanently" in page.text
    assert response.status_code == 303
    assert await db.value("select state from member where id = $1", jonas.id) == "suspended"


async def test_rejecting_a_proposal_needs_a_reason(client: httpx.AsyncClient) -> None:
    decision, jonas, _ = await proposal()
    await sign_in(client)

    mistake = await client.post(f"/mod/decision/{decision}/second-approval", data={"approve": "0", "reason": ""})
    response = await client.post(
        f"/mod/decision/{decision}/second-approval", data={"approve": "0", "reason": "A month will do."}
    )

    assert mistake.status_code == 422 and "f-reason-error" in mistake.text
    assert response.status_code == 303
    assert await db.value("select state from decision where id = $1", decision) == "rejected"
    assert await db.value("select state from member where id = $1", jonas.id) == "active"


async def test_rejecting_an_already_approved_proposal_keeps_the_reason(client: httpx.AsyncClient) -> None:
    decision, _, _ = await proposal()
    await second_approval.approve(await staff(), decision)
    await sign_in(client)

    page = await client.get(f"/mod/decision/{decision}/second-approval")
    response = await client.post(
        f"/mod/decision/{decision}/second-approval", data={"approve": "0", "reason": "A month will do."}
    )

    assert "Approved" in page.text
    assert response.status_code == 409 and "A month will do.</textarea>" in response.text


async def test_the_proposer_does_not_find_the_proposal(client: httpx.AsyncClient) -> None:
    decision, _, mo = await proposal()
    await make.sign_in(client, mo)

    assert (await client.get(f"/mod/decision/{decision}/second-approval")).status_code == 404
    assert (await client.post(f"/mod/decision/{decision}/second-approval", data={"approve": "1"})).status_code == 404


async def test_an_unknown_appeal_is_not_found(app: Litestar) -> None:
    with pytest.raises(NotFound):
        await appeals.assign(await staff(), 12)
