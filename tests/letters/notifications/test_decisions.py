"""A decision notifies the member concerned and the reporters, once it can no longer be undone."""

import httpx
import pytest
from litestar import Litestar

from parley.letters.notifications import counts, jobs, ops, queries
from parley.moderation.appeals import ops as appeals
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions import undoing
from parley.moderation.decisions.rules import Choice
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

LATER = "update decision set created_at = created_at - interval '1 minute'"


class Case:
    """A comment of jon's that ada reported, and the moderator who is reviewing this."""

    def __init__(self, jon: Viewer, ada: Viewer, mo: Viewer, item: int) -> None:
        self.jon, self.ada, self.mo, self.item = jon, ada, mo, item

    async def decide(self, action: str = "remove") -> int:
        return await decisions.decide(self.mo, Choice(self.item, 1, action, "civility", "It insults somebody."))


@pytest.fixture
async def case(app: Litestar) -> Case:
    jon, ada, mo = await make.member("jon"), await make.member("ada"), await make.member("mo", role="moderator")
    comment = await make.comment(await make.thread(), jon)
    await reports.report(ReportInput("comment", comment, "civility", "An insult.", ada))
    return Case(jon, ada, mo, await db.value("select id from queue_item"))


async def heard(who: Viewer) -> list[tuple[bool, str | None]]:
    """For each unread decision whether it is about `who`, and what became of their report."""
    return [(row.about_me, row.outcome) for row in await queries.list_page(who.id) if row.is_unread]


async def test_author_and_reporter_are_notified_once_it_cannot_be_undone(case: Case) -> None:
    await case.decide()
    assert await heard(case.jon) == []

    await db.execute(LATER)

    assert await heard(case.jon) == [(True, None)]
    assert await heard(case.ada) == [(False, "upheld")]
    assert await heard(case.mo) == []


async def test_an_undone_decision_notifies_nobody(case: Case) -> None:
    await undoing.undo(case.mo, await case.decide())
    await db.execute(LATER)

    assert await heard(case.jon) == []
    assert await heard(case.ada) == []


async def test_a_declined_report_notifies_the_reporter_and_not_the_author(case: Case) -> None:
    await case.decide("approve")
    await db.execute(LATER)

    assert await heard(case.jon) == []
    assert await heard(case.ada) == [(False, "declined")]


async def test_an_approved_comment_that_nobody_could_read_notifies_its_author(
    case: Case, client: httpx.AsyncClient
) -> None:
    comment = await db.value("update comment set state = 'hidden' returning id")
    await case.decide("approve")
    await db.execute(LATER)

    assert await heard(case.jon) == [(True, None)]
    await make.sign_in(client, case.jon)
    sentence = "A moderator approved your comment. Everybody can read it now."
    assert f'<a href="/c/{comment}">{sentence}</a>' in (await client.get("/for-you?part=decisions")).text


async def test_a_repeated_report_does_not_change_the_outcome_of_the_first(
    case: Case, client: httpx.AsyncClient
) -> None:
    await case.decide("collapse")
    await db.execute(LATER)
    comment = await db.value("select target from queue_item")

    await reports.report(ReportInput("comment", comment, "civility", "It is still there.", case.ada))

    assert await heard(case.ada) == [(False, "upheld")]
    await make.sign_in(client, case.ada)
    assert "A moderator agreed and has acted on it." in (await client.get("/for-you?part=decisions")).text


async def test_an_answered_appeal_notifies_the_member_who_appealed(case: Case) -> None:
    decision = await case.decide()
    await db.execute(LATER)
    newest = await db.value("select max(id) from notification")
    for who in (case.jon, case.ada):
        await ops.read_all(who.id, newest)
    appeal = await appeals.file(decision=decision, text="It was a quotation.")

    await ops.notify_decided(decision)

    assert appeal
    assert await heard(case.jon) == [(True, None)]
    assert await heard(case.ada) == []


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        ("upheld", "the decision stands."),
        ("overturned", "the decision was overturned, and has been reversed."),
        ("modified", "the decision was changed, and restricts you less."),
    ],
)
async def test_the_outcome_of_an_appeal_is_named_and_read_once_its_page_is_opened(
    case: Case, client: httpx.AsyncClient, outcome: str, sentence: str
) -> None:
    decision = await case.decide()
    await db.execute(LATER)
    appeal = await appeals.file(decision=decision, text="It was a quotation.")
    await appeals.decide(await make.member(role="moderator"), appeal, outcome=outcome, answer="Yes.", action="collapse")
    await make.sign_in(client, case.jon)

    page = (await client.get("/for-you?part=decisions")).text
    assert f'<a href="/decision/{decision}">Your appeal was decided: {sentence}</a>' in page
    assert await counts.unread(case.jon.id) == 1

    assert (await client.get(f"/decision/{decision}")).status_code == 200
    assert await counts.unread(case.jon.id) == 0


async def test_a_decision_after_an_appeal_is_the_newest_notification(case: Case) -> None:
    decision = await case.decide()
    await make.comment(await db.value("select thread from queue_item"), case.ada, "Hello @jon.")
    await jobs.handle_events()
    await db.execute(LATER)
    shown = await queries.list_page(case.jon.id)
    assert [row.decision for row in shown] == [None, decision]

    await ops.notify_decided(decision)
    await ops.read_all(case.jon.id, shown[0].id)

    rows = await queries.list_page(case.jon.id)
    assert [(row.decision, row.is_unread) for row in rows] == [(decision, True), (None, False)]


async def test_a_request_to_show_less_is_not_answered_as_a_report(case: Case, client: httpx.AsyncClient) -> None:
    await case.decide("approve")
    await db.execute(LATER)
    await db.execute("insert into rights_request (report, ground, wish) select id, 'copyright', 'text' from report")
    await make.sign_in(client, case.ada)

    page = (await client.get("/for-you?part=decisions")).text

    assert "<b>Your request</b> to show less of an article was reviewed" in page
    assert "A moderator has looked at it and left the article as it is." in page


async def test_an_overturned_decision_notifies_the_reporter(case: Case, client: httpx.AsyncClient) -> None:
    decision = await case.decide()
    await db.execute(LATER)
    await ops.read_all(case.ada.id, await db.value("select max(id) from notification"))
    appeal = await appeals.file(decision=decision, text="It was a quotation.")

    await appeals.decide(await make.member(role="moderator"), appeal, outcome="overturned", answer="It was.")

    assert await heard(case.ada) == [(False, "overturned")]
    await make.sign_in(client, case.ada)
    assert "The decision was overturned on appeal" in (await client.get("/for-you?part=decisions")).text


async def test_the_page_leads_to_the_statement_and_names_no_reporter(case: Case, client: httpx.AsyncClient) -> None:
    decision = await case.decide()
    await db.execute(LATER)
    await make.sign_in(client, case.jon)

    page = (await client.get("/for-you?part=decisions")).text

    assert f'<a href="/decision/{decision}">Your comment was removed.</a>' in page
    assert "ada" not in page


async def test_a_muted_thread_hides_no_decision_and_the_kind_can_be_off(case: Case) -> None:
    await ops.follow_thread(case.jon.id, await db.value("select thread from queue_item"), "mute")
    await case.decide()
    await db.execute(LATER)
    assert await heard(case.jon) == [(True, None)]

    await ops.set_channels(case.jon.id, {"decision": "off"})

    assert await heard(case.jon) == []
