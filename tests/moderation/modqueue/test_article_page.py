"""An article's page for moderators: what was taken down, and decisions without a report."""

import httpx
import pytest
from litestar import Litestar

from parley.moderation.decisions import undoing
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.moderation.modlog.replay import differences

pytestmark = pytest.mark.anyio

REMOVE = {"action": "remove", "rule": "illegal", "reason": "A court said so.", "title": "The wager"}


@pytest.fixture
async def mo(app: Litestar) -> Viewer:
    return await make.member("mo", role="moderator")


async def shown(thread: int) -> str:
    state: str = await db.value(
        "select display from article where id = (select article from thread where id = $1)", thread
    )
    return state


async def test_a_moderator_takes_it_down_and_shows_it_again(client: httpx.AsyncClient, mo: Viewer) -> None:
    thread = await make.thread(make.text("Words to be removed.", title="The wager"))
    await make.sign_in(client, mo)

    assert (await client.post(f"/mod/articles/{thread}", data=REMOVE)).status_code == 303
    assert "Words to be removed." not in (await client.get(f"/t/{thread}/any")).text
    page = await client.get(f"/mod/articles/{thread}")
    assert "Words to be removed." in page.text
    assert "The wager" in page.text

    again = await client.post(f"/mod/articles/{thread}", data={"action": "restore", "reason": "The court changed it."})
    assert again.status_code == 303
    assert "Words to be removed." in (await client.get(f"/t/{thread}/any")).text
    assert await db.values("select state from decision order by id") == ["ended", "in_force"]


@pytest.mark.committed
@pytest.mark.parametrize("passage", [False, True])
async def test_undoing_that_it_is_shown_again_takes_it_down_again(
    client: httpx.AsyncClient, mo: Viewer, *, passage: bool
) -> None:
    thread = await make.thread(make.text("Words to be removed.", "Words to stay."))
    await make.sign_in(client, mo)
    lineage = await db.value("select lineage from passage order by id limit 1")
    place = {"place": f"/t/{thread}#p{lineage}"} if passage else {}
    await client.post(f"/mod/articles/{thread}", data=REMOVE | place | ({"action": "passage"} if passage else {}))
    before = await shown(thread)
    await reports.report(ReportInput("article", thread, "illegal", "It is stolen.", await make.member()))
    await client.post(f"/mod/articles/{thread}", data={"action": "restore", "reason": "It is allowed."} | place)
    assert await shown(thread) == "full"

    await undoing.undo(mo, await db.value("select max(id) from decision"))

    assert await shown(thread) == before != "full"
    assert await db.values("select state from decision order by id") == ["in_force", "undone"]
    assert await db.value("select state from report") == "open" and await differences() == []


async def test_it_answers_the_reports_that_wait(client: httpx.AsyncClient, mo: Viewer) -> None:
    thread = await make.thread(make.text(title="The wager"))
    await reports.report(ReportInput("article", thread, "illegal", "It is stolen.", await make.member()))
    await make.sign_in(client, mo)
    await client.post(f"/mod/articles/{thread}", data=REMOVE)
    assert await db.value("select outcome from report") == "upheld"


@pytest.mark.parametrize("missing", ["action", "rule", "reason"])
async def test_missing_fields_are_named(client: httpx.AsyncClient, mo: Viewer, missing: str) -> None:
    thread = await make.thread()
    await make.sign_in(client, mo)
    answer = await client.post(f"/mod/articles/{thread}", data=REMOVE | {missing: ""})
    assert answer.status_code == 422
    assert missing == "reason" or "A court said so." in answer.text
    assert await shown(thread) == "full"


async def test_restoring_an_unrestricted_article_is_refused(client: httpx.AsyncClient, mo: Viewer) -> None:
    thread = await make.thread()
    await make.sign_in(client, mo)
    answer = await client.post(f"/mod/articles/{thread}", data={"action": "restore", "reason": "Why not."})
    assert answer.status_code == 422


async def test_other_actions_are_refused(client: httpx.AsyncClient, mo: Viewer) -> None:
    thread = await make.thread()
    await make.sign_in(client, mo)
    answer = await client.post(f"/mod/articles/{thread}", data=REMOVE | {"action": "collapse"})
    assert answer.status_code == 422


@pytest.mark.parametrize("role", ["visitor", "member"])
async def test_others_get_404(client: httpx.AsyncClient, role: str) -> None:
    thread = await make.thread()
    if role == "member":
        await make.sign_in(client, await make.member())
    assert (await client.get(f"/mod/articles/{thread}")).status_code == 404
    assert (await client.post(f"/mod/articles/{thread}", data=REMOVE)).status_code == 404
