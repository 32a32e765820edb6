"""The moderators' pick: included once, for members who do not know the thread, whatever topics they read."""

import httpx
import pytest
from litestar import Litestar

from parley.discussion.threads.reading import open_thread
from parley.letters.digests import ops
from parley.letters.notifications import ops as following
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.letters.digests.issuing import issue_for, kinds, next_week, reader, reviewed

pytestmark = pytest.mark.anyio


@pytest.fixture
async def mira(app: Litestar) -> Viewer:
    return await reader("mira")


@pytest.fixture
async def picked(app: Litestar) -> int:
    """A thread of long ago that a moderator picked today."""
    thread = await make.thread(make.text(title="The wager"), topic="policy")
    await db.execute("update thread set created_at = now() - interval '200 days', last_activity_at = created_at")
    await ops.pick(thread, (await make.member(role="moderator")).id)
    return thread


async def test_a_pick_is_included_once_however_old_the_thread_is(mira: Viewer, picked: int) -> None:
    number = await issue_for(mira)

    assert await kinds(number) == ["picked"]
    letter = await reviewed(number)
    assert letter is not None
    assert "MODERATORS’ PICK" in letter.text
    assert "The wager\nPolicy. Picked for all readers." in letter.text
    await next_week(mira)
    assert await kinds(await issue_for(mira)) == []


async def test_an_issue_has_room_for_one(mira: Viewer, picked: int) -> None:
    await ops.pick(await make.thread(), (await make.member(role="moderator")).id)

    assert (await kinds(await issue_for(mira))).count("picked") == 1


async def test_a_member_who_visited_or_muted_the_thread_does_not_get_it(mira: Viewer, picked: int) -> None:
    await open_thread(mira.id, picked)
    assert await kinds(await issue_for(mira)) == []

    jon = await reader("jon")
    await following.follow_topic(jon.id, "policy", "mute", on=True)
    assert await kinds(await issue_for(jon)) == []


async def test_a_removed_or_reported_pick_is_not_included(mira: Viewer, picked: int) -> None:
    await reports.report(ReportInput("article", picked, "civility", "An insult.", await make.member()))
    assert await kinds(await issue_for(mira)) == []

    jon = await reader("jon")
    await db.execute("update queue_item set state = 'done'")
    await ops.unpick(picked)
    assert await kinds(await issue_for(jon)) == []


async def test_a_report_by_an_unconfirmed_visitor_does_not_withhold_a_pick(mira: Viewer, picked: int) -> None:
    illegal = await db.value("select code from guideline where illegal limit 1")
    await reports.report(
        ReportInput("article", picked, illegal, "I dislike it.", email="a@example.org", network="192.0.2.0/24")
    )
    assert await kinds(await issue_for(mira)) == ["picked"]

    await db.execute("update report set proven = true")
    assert await kinds(await issue_for(await reader("jon"))) == []


async def test_an_unknown_thread_cannot_be_picked(client: httpx.AsyncClient) -> None:
    await make.sign_in(client, await make.member(role="moderator"))

    assert (await client.post("/t/999/pick", data={"on": "1"})).status_code == 404


async def test_a_moderator_picks_a_thread_and_removes_the_pick(client: httpx.AsyncClient, app: Litestar) -> None:
    thread = await make.thread()
    await make.sign_in(client, await make.member(role="moderator"))
    assert f'href="/t/{thread}/pick"' in (await client.get(f"/t/{thread}/x")).text
    assert "Pick it" in (await client.get(f"/t/{thread}/pick")).text

    for _ in range(2):
        answer = await client.post(f"/t/{thread}/pick", data={"on": "1"})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/t/{thread}/pick")
    assert "Remove the pick" in (await client.get(f"/t/{thread}/pick")).text

    await client.post(f"/t/{thread}/pick", data={"on": "0"})
    assert not await ops.is_picked(thread)
    assert (await client.get("/t/999/pick")).status_code == 404


async def test_members_and_visitors_cannot_open_the_page(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await make.thread()
    assert (await client.post(f"/t/{thread}/pick", data={"on": "1"})).status_code == 404
    await make.sign_in(client, mira)
    assert (await client.get(f"/t/{thread}/pick")).status_code == 404
    assert (await client.post(f"/t/{thread}/pick", data={"on": "1"})).status_code == 404
    assert not await ops.is_picked(thread)


async def test_an_article_whose_text_was_taken_down_is_not_included(mira: Viewer, picked: int) -> None:
    await make.thread(make.text("A new one, and then no more of it.", title="Another"))
    number = await issue_for(mira)
    assert await kinds(number) == ["picked", "opened"]
    await db.execute("update article set restricted = 'none'")

    assert await reviewed(number) is None
    await next_week(mira)
    assert await kinds(await issue_for(mira)) == []
